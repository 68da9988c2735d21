import type { HealthStatus } from "@weir/apply";
import { findCondition, gvkOf, type KubeObject } from "@weir/objects";

/** A Job counts once it is complete, where kstatus is content once it runs. */
export function judgeJob(object: KubeObject): HealthStatus | undefined {
  if (!isKind(object, "batch", "Job")) return undefined;
  if (hasCondition(object, "Complete")) return { status: "Current" };
  return { status: hasCondition(object, "Failed") ? "Failed" : "InProgress" };
}

/** What a hook is waited for: Jobs and Pods to succeed. Every other object has done its work by being there. */
export function judgeHook(object: KubeObject): HealthStatus | undefined {
  return judgeJob(object) ?? judgePod(object) ?? { status: "Current" };
}

function judgePod(object: KubeObject): HealthStatus | undefined {
  if (!isKind(object, "", "Pod")) return undefined;
  const phase = (object["status"] as { readonly phase?: string } | undefined)?.phase;
  if (phase === "Succeeded") return { status: "Current" };
  return { status: phase === "Failed" ? "Failed" : "InProgress" };
}

function isKind(object: KubeObject, group: string, kind: string): boolean {
  const gvk = gvkOf(object);
  return gvk.group === group && gvk.kind === kind;
}

function hasCondition(object: KubeObject, type: string): boolean {
  const status = object["status"] as { readonly conditions?: readonly never[] } | undefined;
  return findCondition(status?.conditions ?? [], type)?.status === "True";
}
