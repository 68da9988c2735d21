import type { JsonObject } from "@weir/core";
import { badRequestError, conflictError, type KubeObject, notFoundError } from "@weir/objects";
import { type FieldError, joinFieldErrors, requiredField, unsupportedField } from "@weir/schema";
import type { ApiResponse } from "../http/api-request.ts";
import { negotiate } from "../http/negotiate.ts";
import { plainError, respond } from "../http/respond.ts";
import { readWriteOptions } from "../http/write-options.ts";
import { type Call, timestamp } from "../resources/call.ts";
import { asJson, child, children, copyForMeta, metaOf, text } from "../resources/draft-access.ts";
import { type Draft, groupResource, storageKey } from "../resources/resource.ts";
import { plainStrategy } from "../resources/status-strategy.ts";
import { readAs } from "./decode-as.ts";
import { checkNamespace } from "./decode-body.ts";
import { wantsPretty } from "./respond-object.ts";
import { connectOptions, reviewPart, unreviewed } from "./review-part.ts";
import { updateObject } from "./update.ts";

const BINDING = { group: "", version: "v1", kind: "Binding" };

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
  await changePod(call, options.isDryRun, (pod) => {
    checkPreconditions(call, pod, { binding, isDryRun: options.isDryRun });
    return bind(call, pod, { binding, node });
  });
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

/** A binding may name the very Pod that it means, which only the store looks at. */
function checkPreconditions(
  call: Call,
  { metadata }: KubeObject,
  { binding, isDryRun }: { readonly binding: JsonObject; readonly isDryRun: boolean },
): void {
  const meant = child(binding, "metadata");
  const { namespace, name } = call.info;
  const refuse = (what: string, given: string, stored: string): Error => {
    const key = `${isDryRun ? "" : "/registry"}/pods/${namespace}/${name}`;
    const because = `Precondition failed: ${what} in precondition: ${given}, ${what} in object meta: ${stored}`;
    const message = `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ${because}`;
    return conflictError(groupResource(call.resource), name, message);
  };
  const [uid, version] = [text(meant, "uid"), text(meant, "resourceVersion")];
  if (uid !== "" && uid !== metadata.uid) throw refuse("UID", uid, metadata.uid ?? "");
  if (version !== "" && version !== metadata.resourceVersion)
    throw refuse("ResourceVersion", version, metadata.resourceVersion ?? "");
}

interface Bound {
  readonly binding: JsonObject;
  readonly node: string;
}

function bind(call: Call, pod: KubeObject, { binding, node }: Bound): Draft {
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
  if (children(spec, "schedulingGates").length > 0)
    throw refuse(`pod ${call.info.name} has non-empty .spec.schedulingGates`);
  spec["nodeName"] = node;
  draft["spec"] = spec;
  if (child(draft, "status")?.["nominatedNodeName"] !== undefined) {
    const { nominatedNodeName: _nominated, ...status } = child(draft, "status") ?? {};
    draft["status"] = status;
  }
  const metadata = metaOf(draft);
  for (const map of ["annotations", "labels"]) {
    const added = child(child(binding, "metadata"), map);
    if (added !== undefined) metadata[map] = { ...child(metadata, map), ...added };
  }
  setCondition(draft, { type: "PodScheduled", status: "True" }, timestamp(call.api.clock));
  return draft;
}

/** A condition keeps its place, and the time since when it is so. */
export function setCondition(pod: Draft, condition: JsonObject, now: string): void {
  const status: Draft = { ...child(pod, "status") };
  const conditions = [...children(status, "conditions")];
  const index = conditions.findIndex((other) => other["type"] === condition["type"]);
  const before = conditions[index];
  const since = before !== undefined && before["status"] === condition["status"];
  const { type, status: value, ...rest } = condition;
  const next: Draft = {
    type: type ?? "",
    status: value ?? "",
    lastProbeTime: null,
    lastTransitionTime: since ? (before["lastTransitionTime"] ?? now) : now,
    ...rest,
  };
  conditions.splice(index < 0 ? conditions.length : index, index < 0 ? 0 : 1, next);
  status["conditions"] = conditions;
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

/** What is answered where something was done with a Pod. */
export function respondCreated(call: Call): ApiResponse {
  const how = negotiate(call.request.header("accept"), {
    views: [],
    isPretty: wantsPretty(call.request),
    hasProtobuf: true,
  });
  const status = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 };
  return respond(status, how, { status: 201, warnings: call.warnings });
}

/** The Pod that a request names. */
export async function readPod(call: Call): Promise<KubeObject> {
  const { api, resource, info } = call;
  const stored = await api.store.get(storageKey(resource, info.namespace, info.name));
  if (stored === undefined) throw notFoundError(groupResource(resource), info.name);
  return api.store.object(resource, stored);
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
