import type { RevisionIndex } from "./revision-index.ts";
import type { LogBounds, LogRow } from "./storage-row.ts";

/** Fills an index with what a file held, and gives the revisions that are out of reach: a crash came before their end. */
export function restoreIndex(
  index: RevisionIndex,
  rows: readonly LogRow[],
  { revision: newest, compacted }: Pick<LogBounds, "revision" | "compacted">,
): readonly number[] {
  const unreachable: number[] = [];
  for (const { key, value, revision, createRevision, atMs } of rows) {
    if (revision > compacted) {
      index.record({ key, value, revision, atMs });
      continue;
    }
    const before = index.current(key);
    if (before !== undefined) unreachable.push(before.modRevision);
    if (value === undefined) {
      index.drop(key);
      unreachable.push(revision);
    } else {
      index.restore({ key, createRevision, modRevision: revision }, value);
    }
  }
  index.restoreBounds(newest, compacted);
  return unreachable;
}
