import type { KubeObject } from "@weir/objects";
import { isMarked, markOf } from "../object-name.ts";

/** The marks on an object that steer how it is applied, under a group such as `kustomize.toolkit.fluxcd.io`. */
export interface ApplyMarks {
  readonly group: string;
}

/** What an object's own marks ask for. */
export type ApplyPolicy = "override" | "merge" | "if-not-present" | "ignore";

/** How an object is to be applied, by `<group>/ssa` and `<group>/reconcile` on the desired and the live object. */
export function applyPolicyOf(desired: KubeObject, live: KubeObject | undefined, group: string): ApplyPolicy {
  const excluded = { [`${group}/reconcile`]: "disabled", [`${group}/ssa`]: "Ignore" };
  if (isMarked(desired, excluded) || (live !== undefined && isMarked(live, excluded))) return "ignore";
  const mark = markOf(desired, `${group}/ssa`)?.toLowerCase();
  if (mark === "ifnotpresent") return "if-not-present";
  const isMerged = { [`${group}/ssa`]: "Merge" };
  const keepsOthers = isMarked(desired, isMerged) || (live !== undefined && isMarked(live, isMerged));
  return keepsOthers ? "merge" : "override";
}

/** Whether the object may be deleted and created anew where a field cannot change. */
export function isForced(desired: KubeObject, live: KubeObject, group: string): boolean {
  const mark = { [`${group}/force`]: "enabled" };
  return isMarked(desired, mark) || isMarked(live, mark);
}

/** Whether a live object is kept although nothing asks for it any more. */
export function isKeptFromPruning(live: KubeObject, group: string): boolean {
  return isMarked(live, {
    [`${group}/prune`]: "disabled",
    [`${group}/reconcile`]: "disabled",
    [`${group}/ssa`]: "Ignore",
  });
}
