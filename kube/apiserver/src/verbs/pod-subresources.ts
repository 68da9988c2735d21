import type { JsonObject, JsonValue } from "@weir/core";
import {
  badRequestError,
  conflictError,
  failure,
  type KubeObject,
  notFoundError,
  tooManyRequestsError,
} from "@weir/objects";
import { type FieldError, joinFieldErrors, requiredField, unsupportedField } from "@weir/schema";
import type { ApiResponse } from "../http/api-request.ts";
import { negotiate } from "../http/negotiate.ts";
import { plainError, respond } from "../http/respond.ts";
import { readWriteOptions } from "../http/write-options.ts";
import { type Call, timestamp } from "../resources/call.ts";
import {
  asJson,
  child,
  children,
  copyForMeta,
  ensureChild,
  number,
  strings,
  text,
} from "../resources/draft-access.ts";
import { type Draft, groupResource, storageKey, storageScope } from "../resources/resource.ts";
import { plainStrategy } from "../resources/status-strategy.ts";
import { selects } from "../validation/label-selector.ts";
import { readAs } from "./decode-as.ts";
import { checkNamespace } from "./decode-body.ts";
import { deleteObject } from "./delete.ts";
import { patchVerb } from "./patch.ts";
import { wantsPretty } from "./respond-object.ts";
import { connectOptions, reviewPart, unreviewed } from "./review-part.ts";
import { updateObject, updateVerb } from "./update.ts";

const BINDING = { group: "", version: "v1", kind: "Binding" };
const EVICTION = { group: "policy", version: "v1", kind: "Eviction" };

/** POST of `pods/binding`, or of `bindings`, where the body names the Pod: puts a Pod on a node. */
export async function bindingVerb(called: Call): Promise<ApiResponse> {
  let call = called;
  const options = readWriteOptions(call.request, "CreateOptions");
  const binding = await readAs(call, ["core.v1.Binding", BINDING], options);
  call.audit?.requestObject(binding);
  checkNamespace(call, binding);
  const name = text(child(binding, "metadata"), "name");
  if (call.info.name === "") call = callForPod(call, name);
  if (name !== call.info.name) throw badRequestError("name in URL does not match name in Binding object");
  checkTarget(child(binding, "target"));
  await reviewPart(call, { kind: BINDING.kind, operation: "create", options }, binding);
  const node = text(child(binding, "target"), "name");
  await changePod(call, options.isDryRun, (pod) => bind(call, pod, node));
  return respondCreated(call);
}

/** What a Binding of its own says is said of the Pod that it names. */
function callForPod(call: Call, name: string): Call {
  const resource = call.api.registry.find("", "v1", "pods");
  if (resource === undefined) throw notFoundError({ group: "", resource: "pods" }, name);
  const { strategy } = resource;
  return {
    ...call,
    resource,
    strategy,
    info: { ...call.info, resource: "pods", name, subresource: "binding" },
  };
}

/** What is wrong with the target is told without the words of a validation. */
function checkTarget(target: JsonObject | undefined): void {
  const errors: FieldError[] = [];
  const kind = text(target, "kind");
  if (kind !== "" && kind !== "Node") errors.push(unsupportedField("target.kind", kind, ["Node", "<empty>"]));
  if (text(target, "name") === "") errors.push(requiredField("target.name"));
  if (errors.length === 0) return;
  throw plainError(joinFieldErrors(errors));
}

function bind(call: Call, pod: KubeObject, node: string): Draft {
  const draft = copyForMeta(asJson(pod));
  const spec: Draft = { ...child(draft, "spec") };
  const refuse = (why: string): Error =>
    conflictError({ group: "", resource: "pods/binding" }, call.info.name, why);
  if (pod.metadata.deletionTimestamp !== undefined)
    throw refuse(`pod ${call.info.name} is being deleted, cannot be assigned to a host`);
  if (text(spec, "nodeName") !== "") {
    throw refuse(
      `pod ${call.info.name} is already assigned to node ${JSON.stringify(text(spec, "nodeName"))}`,
    );
  }
  spec["nodeName"] = node;
  draft["spec"] = spec;
  setCondition(draft, { type: "PodScheduled", status: "True" }, timestamp(call.api.clock));
  return draft;
}

function setCondition(pod: Draft, condition: JsonObject, now: string): void {
  const status: Draft = { ...child(pod, "status") };
  const others = children(status, "conditions").filter((other) => other["type"] !== condition["type"]);
  const { type, status: value, ...rest } = condition;
  status["conditions"] = [
    ...others,
    { type: type ?? "", status: value ?? "", lastProbeTime: null, lastTransitionTime: now, ...rest },
  ];
  pod["status"] = status;
}

/** Changes a Pod in the name of the server itself: nobody comes to own the fields. */
async function changePod(
  call: Call,
  isDryRun: boolean,
  change: (pod: KubeObject) => Draft,
): Promise<KubeObject> {
  const plain = { ...call, strategy: plainStrategy(call.strategy) };
  const result = await updateObject(plain, {
    options: { isDryRun, fieldManager: "", fieldValidation: "Ignore", force: false },
    tracked: true,
    change: (current) => {
      if (current === undefined) throw notFoundError(groupResource(call.resource), call.info.name);
      return change(current);
    },
    retriesConflicts: true,
    createsMissing: false,
    review: unreviewed,
  });
  return result.object;
}

function respondCreated(call: Call): ApiResponse {
  const how = negotiate(call.request.header("accept"), {
    views: [],
    isPretty: wantsPretty(call.request),
    hasProtobuf: true,
  });
  const status = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 };
  return respond(status, how, { status: 201, warnings: call.warnings });
}

/** POST of `pods/eviction`: a delete that disruption budgets may forbid. */
export async function evictionVerb(call: Call): Promise<ApiResponse> {
  const options = readWriteOptions(call.request, "CreateOptions");
  const eviction = await readAs(call, ["policy.v1.Eviction", EVICTION], options);
  call.audit?.requestObject(eviction);
  checkNamespace(call, eviction);
  if (text(child(eviction, "metadata"), "name") !== call.info.name)
    throw badRequestError("name in URL does not match name in Eviction object");
  await reviewPart(call, { kind: EVICTION.kind, operation: "create", options }, eviction);
  const wanted = child(eviction, "deleteOptions");
  const isDryRun = options.isDryRun || strings(wanted, "dryRun").length > 0;
  const pod = await readPod(call);
  const isRunning = !["Succeeded", "Failed", "Pending"].includes(text(child(asJson(pod), "status"), "phase"));
  if (isRunning && pod.metadata.deletionTimestamp === undefined) await spendBudget(call, pod, isDryRun);
  const condition = {
    type: "DisruptionTarget",
    status: "True",
    reason: "EvictionByEvictionAPI",
    message: "Eviction API: evicting",
  };
  const now = timestamp(call.api.clock);
  const preconditions = child(wanted, "preconditions");
  await deleteObject(
    { ...call, strategy: plainStrategy(call.strategy) },
    {
      isDryRun,
      isReviewed: false,
      gracePeriodSeconds: number(wanted, "gracePeriodSeconds"),
      propagationPolicy: undefined,
      orphanDependents: undefined,
      uid: text(preconditions, "uid") || undefined,
      resourceVersion: text(preconditions, "resourceVersion") || undefined,
      // The condition is written together with the mark of deletion, so that a watch sees one change.
      prepare: (draft) => setCondition(draft, condition, now),
    },
  );
  return respondCreated(call);
}

async function readPod(call: Call): Promise<KubeObject> {
  const { api, resource, info } = call;
  const stored = await api.store.get(storageKey(resource, info.namespace, info.name));
  if (stored === undefined) throw notFoundError(groupResource(resource), info.name);
  return api.store.object(resource, stored);
}

/** Takes one disruption from the budget that covers the Pod; throws a 429 where none is left. */
async function spendBudget(call: Call, pod: KubeObject, isDryRun: boolean): Promise<void> {
  const { api, info } = call;
  const budgets = api.registry.find("policy", "v1", "poddisruptionbudgets");
  if (budgets === undefined) return;
  const { entries } = await api.store.range(storageScope(budgets, info.namespace), {});
  const labels = (pod.metadata.labels ?? {}) as JsonObject;
  const covering = entries.filter((entry) => {
    const selector = child(child(asJson(api.store.parse(budgets, entry)), "spec"), "selector");
    return selector !== undefined && selects(selector, labels);
  });
  const [entry, ...more] = covering;
  if (entry === undefined) return;
  if (more.length > 0) {
    const message =
      "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.";
    throw failure({ reason: "InternalError", code: 500, message });
  }
  const budget = api.store.parse(budgets, entry);
  const status: Draft = { ...child(asJson(budget), "status") };
  const allowed = number(status, "disruptionsAllowed") ?? 0;
  if (allowed <= 0) throw noDisruptions(budget);
  if (isDryRun) return;
  status["disruptionsAllowed"] = allowed - 1;
  status["disruptedPods"] = { ...child(status, "disruptedPods"), [info.name]: timestamp(api.clock) };
  const object = { ...budget, status } as KubeObject;
  const result = await api.store.commit(budgets, {
    key: entry.key,
    object,
    bytes: api.store.encode(budgets, object),
    expected: entry.revision,
  });
  if (result.kind === "conflict")
    throw tooManyRequestsError("The disruption budget changed, please try again.", 10);
}

function noDisruptions(budget: KubeObject): Error {
  const status = child(asJson(budget), "status");
  const name = budget.metadata.name ?? "";
  const needs = number(status, "desiredHealthy") ?? 0;
  const healthy = number(status, "currentHealthy") ?? 0;
  const message = `The disruption budget ${name} needs ${needs} healthy pods and has ${healthy} currently`;
  return tooManyRequestsError("Cannot evict pod as it would violate the pod's disruption budget.", 0, [
    { reason: "DisruptionBudget", message },
  ]);
}

const CONNECTIONS: Readonly<Record<string, string>> = {
  exec: "PodExecOptions",
  attach: "PodAttachOptions",
  portforward: "PodPortForwardOptions",
};

/** `pods/log` and its like: there is no kubelet to ask. */
export async function kubeletVerb(call: Call): Promise<ApiResponse> {
  const kind = CONNECTIONS[call.info.subresource];
  if (kind !== undefined) await reviewPart(call, { kind, operation: "connect" }, connectOptions(call, kind));
  const pod = await readPod(call);
  const node = text(child(asJson(pod), "spec"), "nodeName");
  // Nothing has been logged where nothing could run.
  if (node === "" && call.info.subresource === "log") return { status: 204, headers: [], body: "" };
  if (node === "") throw badRequestError(`pod ${call.info.name} does not have a host assigned`);
  throw notFoundError(groupResource(call.resource), node);
}

/** `pods/ephemeralcontainers` and `pods/resize`: the Pod itself, of which one part may change. */
export async function podPartVerb(call: Call): Promise<ApiResponse> {
  const strategy = {
    ...plainStrategy(call.strategy),
    prepareForUpdate(object: Draft, old: KubeObject): void {
      const before = asJson(old);
      const spec: Draft = { ...child(before, "spec") };
      const now = child(object, "spec");
      if (call.info.subresource === "ephemeralcontainers") copyField(spec, now, "ephemeralContainers");
      else spec["containers"] = resized(before, object);
      const metadata = ensureChild(object, "metadata");
      for (const key of Object.keys(object)) delete object[key];
      Object.assign(object, before, { metadata, spec });
    },
  };
  return call.info.verb === "update" ? updateVerb({ ...call, strategy }) : patchVerb({ ...call, strategy });
}

function copyField(target: Draft, source: JsonObject | undefined, field: string): void {
  const value = source?.[field];
  if (value === undefined) delete target[field];
  else target[field] = value;
}

function resized(before: JsonObject, after: JsonObject): JsonValue {
  const next = new Map(
    children(child(after, "spec"), "containers").map((container) => [
      container["name"],
      container["resources"],
    ]),
  );
  return children(child(before, "spec"), "containers").map((container) => ({
    ...container,
    resources: next.get(container["name"]) ?? container["resources"] ?? {},
  }));
}
