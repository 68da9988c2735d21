import type { ApplyMethod } from "../release/release.ts";

/** Whether objects are applied server-side; `auto` goes on as the release was written before. */
export type ServerSideApplyMode = "true" | "false" | "auto";

/** What `auto`, the default, comes to. */
export function resolveApplyMode(
  mode: ServerSideApplyMode = "auto",
  before: ApplyMethod | undefined,
): boolean {
  return mode === "auto" ? before === "ssa" : mode === "true";
}
