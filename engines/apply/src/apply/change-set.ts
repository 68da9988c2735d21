import type { KubeObject } from "@weir/objects";
import { subjectOf } from "../object-name.ts";

/** What was done to one object. */
export type ChangeAction = "created" | "configured" | "unchanged" | "deleted" | "skipped";

/** One object and what was done to it. */
export interface Change {
  readonly object: KubeObject;
  readonly action: ChangeAction;
}

/** The changes as Flux's events list them, one line each; unchanged objects are not listed. */
export function describeChanges(changes: readonly Change[]): string {
  return changes
    .filter(({ action }) => action !== "unchanged")
    .map(({ object, action }) => `${subjectOf(object)} ${action}`)
    .join("\n");
}
