import type { KubeObject } from "@weir/objects";
import { subjectOf } from "../object-name.ts";

/** What was done to one object. */
export type ChangeAction = "created" | "configured" | "unchanged" | "deleted" | "skipped";

/** One object and what was done to it. */
export interface Change {
  readonly object: KubeObject;
  readonly action: ChangeAction;
}

/** Whether something was written. */
export function isWrite({ action }: Change): boolean {
  return action !== "unchanged" && action !== "skipped";
}

/** Changes as Flux's events list them, one line each. */
export function describeChanges(changes: readonly Change[]): string {
  return changes.map(({ object, action }) => `${subjectOf(object)} ${action}`).join("\n");
}
