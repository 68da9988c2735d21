import { compareUtf8 } from "@weir/core";
import { quoteGo } from "@weir/text";
import { applyConflictError } from "../api-errors.ts";
import { FieldSet } from "../fields/field-set.ts";
import { type FieldPath, printPath } from "../fields/path-element.ts";
import type { StatusError } from "../status-error.ts";
import type { Manager } from "./managers.ts";

/** A field that an apply would change although another manager owns it. */
export interface ApplyConflict {
  readonly manager: Manager;
  readonly path: FieldPath;
}

/** Lists the fields that stand against an apply, by manager and path. */
export function listConflicts(
  managers: ReadonlyMap<string, Manager>,
  conflicts: ReadonlyMap<string, FieldSet>,
): readonly ApplyConflict[] {
  const listed: ApplyConflict[] = [];
  for (const id of [...conflicts.keys()].sort(compareUtf8)) {
    const manager = managers.get(id);
    const fields = conflicts.get(id);
    if (manager === undefined || fields === undefined) continue;
    for (const path of fields.paths()) listed.push({ manager, path });
  }
  return listed;
}

/** The fields of all conflicts. */
export function fieldsInConflict(conflicts: readonly ApplyConflict[]): FieldSet {
  return FieldSet.ofPaths(conflicts.map((conflict) => conflict.path));
}

/** The 409 that tells a client of the conflicts: one on one line, more grouped by manager. */
export function conflictStatus(conflicts: readonly ApplyConflict[]): StatusError {
  const causes = conflicts.map(({ manager, path }) => ({
    reason: "FieldManagerConflict",
    message: `conflict with ${printManager(manager)}`,
    field: printPath(path),
  }));
  return applyConflictError(causes, conflictMessage(conflicts));
}

function conflictMessage(conflicts: readonly ApplyConflict[]): string {
  const [first] = conflicts;
  if (conflicts.length === 1 && first !== undefined) {
    return `Apply failed with 1 conflict: conflict with ${printManager(first.manager)}: ${printPath(first.path)}`;
  }
  const lines: string[] = [];
  let previous: Manager | undefined;
  for (const { manager, path } of conflicts) {
    if (manager !== previous) lines.push(`conflicts with ${printManager(manager)}:`);
    lines.push(`- ${printPath(path)}`);
    previous = manager;
  }
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join("\n")}`;
}

function printManager({ manager, operation, apiVersion, subresource }: Manager): string {
  const where = subresource === "" ? "" : ` with subresource ${quoteGo(subresource)}`;
  const version = operation === "Update" ? ` using ${apiVersion}` : "";
  return `${quoteGo(manager)}${where}${version}`;
}
