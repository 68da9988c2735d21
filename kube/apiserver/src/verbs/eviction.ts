import type { JsonObject } from "@weir/core";
import {
  badRequestError,
  failure,
  forbiddenError,
  invalidError,
  type KubeObject,
  tooManyRequestsError,
} from "@weir/objects";
import { invalidField } from "@weir/schema";
import type { ApiResponse } from "../http/api-request.ts";
import { plainError } from "../http/respond.ts";
import { type DeleteOptions, readWriteOptions, type WriteOptions } from "../http/write-options.ts";
import { type Call, timestamp } from "../resources/call.ts";
import { asJson, child, children, number, strings, text } from "../resources/draft-access.ts";
import { type Draft, storageScope } from "../resources/resource.ts";
import { plainStrategy } from "../resources/status-strategy.ts";
import { selects } from "../validation/label-selector.ts";
import { readAs } from "./decode-as.ts";
import { checkNamespace } from "./decode-body.ts";
import { checkDeleteOptions, deleteObject } from "./delete.ts";
import { readPod, respondCreated, setCondition } from "./pod-subresources.ts";
import { reviewPart } from "./review-part.ts";

const EVICTION = { group: "policy", version: "v1", kind: "Eviction" };
const BUDGETS = { group: "policy", resource: "poddisruptionbudget" };
const BREAKING = "ignoreStoreReadErrorWithClusterBreakingPotential";
const MOST_DISRUPTED = 2000;

/** POST of `pods/eviction`: a delete that disruption budgets may forbid. */
export async function evictionVerb(call: Call): Promise<ApiResponse> {
  const options = readWriteOptions(call.request, "CreateOptions");
  const eviction = await readAs(call, ["policy.v1.Eviction", EVICTION], options);
  call.audit?.requestObject(eviction);
  checkNamespace(call, eviction);
  if (text(child(eviction, "metadata"), "name") !== call.info.name)
    throw badRequestError("name in URL does not match name in Eviction object");
  const wanted = child(eviction, "deleteOptions");
  if (wanted?.[BREAKING] === true) {
    const detail = "can not be set for pod eviction, try after removing the option";
    throw invalidError(EVICTION, call.info.name, [invalidField(`deleteOptions.${BREAKING}`, true, detail)]);
  }
  await reviewPart(call, { kind: EVICTION.kind, operation: "create", options }, eviction);
  const isDryRun = isOnlyTried(options, strings(wanted, "dryRun"));
  const pod = await readPod(call);
  if (isDisrupted(pod)) await spendBudget(call, pod, isDryRun);
  await deletePod(call, wanted, isDryRun);
  return respondCreated(call);
}

function isOnlyTried(options: WriteOptions, dryRun: readonly string[]): boolean {
  const said = dryRun.join(" ");
  if (options.isDryRun && dryRun.length > 0 && said !== "All")
    throw plainError(`Non-matching dry-run options in request and content: [All] and [${said}]`);
  return options.isDryRun || dryRun.length > 0;
}

/** Whether evicting a Pod takes it from those who use it: one that ended, or did not begin, is no loss. */
function isDisrupted(pod: KubeObject): boolean {
  if (pod.metadata.deletionTimestamp !== undefined) return false;
  return !["Succeeded", "Failed", "Pending"].includes(text(child(asJson(pod), "status"), "phase"));
}

async function deletePod(call: Call, wanted: JsonObject | undefined, isDryRun: boolean): Promise<void> {
  const now = timestamp(call.api.clock);
  const condition = {
    type: "DisruptionTarget",
    status: "True",
    reason: "EvictionByEvictionAPI",
    message: "Eviction API: evicting",
  };
  const { propagationPolicy, orphanDependents } = wanted ?? {};
  const how = {
    propagationPolicy: typeof propagationPolicy === "string" ? propagationPolicy : undefined,
    orphanDependents: typeof orphanDependents === "boolean" ? orphanDependents : undefined,
  };
  checkDeleteOptions({ ...how, dryRun: strings(wanted, "dryRun") });
  const preconditions = child(wanted, "preconditions");
  await deleteObject(
    { ...call, strategy: plainStrategy(call.strategy) },
    {
      isDryRun,
      isReviewed: false,
      gracePeriodSeconds: number(wanted, "gracePeriodSeconds"),
      propagationPolicy: how.propagationPolicy as DeleteOptions["propagationPolicy"],
      orphanDependents: how.orphanDependents,
      uid: text(preconditions, "uid") || undefined,
      resourceVersion: text(preconditions, "resourceVersion") || undefined,
      // The condition is written together with the mark of deletion, so that a watch sees one change.
      prepare: (draft) => setCondition(draft, condition, now),
    },
  );
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
  if (isUnguarded(pod, budget)) return;
  checkBudget(budget);
  if (isDryRun) return;
  const object = { ...budget, status: spentStatus(budget, info.name, timestamp(api.clock)) } as KubeObject;
  const result = await api.store.commit(budgets, {
    key: entry.key,
    object,
    bytes: api.store.encode(budgets, object),
    expected: entry.revision,
  });
  if (result.kind === "conflict")
    throw tooManyRequestsError("The disruption budget changed, please try again.", 10);
}

/** A Pod that is not ready is no loss to a budget that has all that it needs, or that says so. */
function isUnguarded(pod: KubeObject, budget: KubeObject): boolean {
  const conditions = children(child(asJson(pod), "status"), "conditions");
  if (conditions.some((each) => each["type"] === "Ready" && each["status"] === "True")) return false;
  if (text(child(asJson(budget), "spec"), "unhealthyPodEvictionPolicy") === "AlwaysAllow") return true;
  const { needs, healthy } = healthOf(budget);
  return needs > 0 && healthy >= needs;
}

function healthOf(budget: KubeObject): { readonly needs: number; readonly healthy: number } {
  const status = child(asJson(budget), "status");
  return {
    needs: number(status, "desiredHealthy") ?? 0,
    healthy: number(status, "currentHealthy") ?? 0,
  };
}

/** Throws where a budget leaves no disruption, or nobody has yet worked out how many it leaves. */
function checkBudget(budget: KubeObject): void {
  const status = child(asJson(budget), "status");
  const name = budget.metadata.name ?? "";
  if ((number(status, "observedGeneration") ?? 0) < (budget.metadata.generation ?? 0))
    throw noDisruptions(`The disruption budget ${name} is still being processed by the server.`, 10);
  const allowed = number(status, "disruptionsAllowed") ?? 0;
  if (allowed < 0) throw forbiddenError(BUDGETS, name, "pdb disruptions allowed is negative");
  if (Object.keys(child(status, "disruptedPods") ?? {}).length > MOST_DISRUPTED) {
    const message = "DisruptedPods map too big - too many evictions not confirmed by PDB controller";
    throw forbiddenError(BUDGETS, name, message);
  }
  if (allowed === 0) throw noDisruptions(`The disruption budget ${name} ${reasonAgainst(budget)}`, 0);
}

function reasonAgainst(budget: KubeObject): string {
  const conditions = children(child(asJson(budget), "status"), "conditions");
  const condition = conditions.find((each) => each["type"] === "DisruptionAllowed");
  const [reason, message] = [text(condition, "reason"), text(condition, "message")];
  const not = "does not allow evicting pods currently";
  if (text(condition, "status") === "False" && reason === "SyncFailed")
    return `${not} because it failed sync: ${message}`;
  const { needs, healthy } = healthOf(budget);
  if (healthy <= needs) return `needs ${needs} healthy pods and has ${healthy} currently`;
  return condition === undefined ? not : `${not} (${reason}): ${message}`;
}

function noDisruptions(message: string, seconds: number): Error {
  return tooManyRequestsError("Cannot evict pod as it would violate the pod's disruption budget.", seconds, [
    { reason: "DisruptionBudget", message },
  ]);
}

/** The status of a budget that allows one disruption less, and names the Pod that took it. */
function spentStatus(budget: KubeObject, pod: string, now: string): JsonObject {
  const status: Draft = { ...child(asJson(budget), "status") };
  const left = (number(status, "disruptionsAllowed") ?? 0) - 1;
  status["disruptionsAllowed"] = left;
  status["disruptedPods"] = { ...child(status, "disruptedPods"), [pod]: now };
  if (left === 0) status["conditions"] = withoutDisruptions(status, now);
  return status;
}

function withoutDisruptions(status: JsonObject, now: string): JsonObject[] {
  const conditions = children(status, "conditions");
  const before = conditions.find((each) => each["type"] === "DisruptionAllowed");
  const next = {
    type: "DisruptionAllowed",
    status: "False",
    observedGeneration: status["observedGeneration"] ?? 0,
    lastTransitionTime: before?.["status"] === "False" ? (before["lastTransitionTime"] ?? now) : now,
    reason: "InsufficientPods",
    message: "",
  };
  if (before === undefined) return [...conditions, next];
  return conditions.map((each) => (each === before ? next : each));
}
