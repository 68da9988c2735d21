import type { JsonValue } from "@weir/core";
import { isJsonObject, ownValue } from "../json-object.ts";
import { current, failed, inProgress, type KstatusResult } from "./kstatus-result.ts";
import { ObjectFieldError, type ObjectFields } from "./object-fields.ts";
import { isFalse, isTrue, type RuleInput } from "./workload-rules.ts";

/** How long a pod may wait for a node before it counts as unschedulable. */
const scheduleWindowMs = 15_000;

/** Pods: a finished one is current whatever came of it; a crash loop and a pod that fits nowhere are failures. */
export function judgePod(input: RuleInput): KstatusResult {
  const { fields } = input;
  const conditions = fields.conditions();
  const phase = fields.text("status.phase", "");
  switch (phase) {
    case "Succeeded":
      return current("Pod has completed successfully");
    case "Failed":
      return current("Pod has completed, but not successfully");
    case "Running":
      if (conditions.some((condition) => isTrue(condition, "Ready"))) return current("Pod is Ready");
      return judgeUnready(fields);
    case "Pending":
      return judgePending(input);
    case "":
      return inProgress("PodNotObserved", "Pod phase not available");
    default:
      throw new ObjectFieldError(`unknown phase ${phase}`);
  }
}

function judgeUnready(fields: ObjectFields): KstatusResult {
  const looping = fields.list("status.containerStatuses").filter(isCrashLooping).map(containerName);
  if (looping.length === 0) return inProgress("PodRunningNotReady", "Pod is running but is not Ready");
  return failed("ContainerCrashLooping", `Containers in CrashLoop state: ${looping.join(",")}`);
}

function isCrashLooping(container: JsonValue): boolean {
  let value: JsonValue | undefined = container;
  for (const name of ["state", "waiting", "reason"]) {
    value = isJsonObject(value) ? ownValue(value, name) : undefined;
  }
  return value === "CrashLoopBackOff" && containerName(container) !== "";
}

function containerName(container: JsonValue): string {
  const name = isJsonObject(container) ? ownValue(container, "name") : undefined;
  return typeof name === "string" ? name : "";
}

function judgePending({ fields, now }: RuleInput): KstatusResult {
  const refused = fields.conditions().find((condition) => isFalse(condition, "PodScheduled"));
  if (refused?.reason !== "Unschedulable") return inProgress("PodPending", "Pod is in the Pending phase");
  const created = Date.parse(fields.text("metadata.creationTimestamp", ""));
  if (now - scheduleWindowMs < created) return inProgress("PodNotScheduled", "Pod has not been scheduled");
  return failed("PodUnschedulable", "Pod could not be scheduled");
}
