import type { KustomizationHistoryEntry } from "@weir/api";
import { durationText } from "@weir/consumer";
import { formatTime } from "@weir/objects";
import type { Attempt } from "./kustomization-facts.ts";

const KEPT = 5;

/**
 * The history after one more attempt. The same objects with the same end are the same entry, counted once more and moved
 * to the front; five are kept, the latest first.
 */
export function withAttempt(
  history: readonly KustomizationHistoryEntry[],
  attempt: Attempt,
  end: { readonly reason: string; readonly nowMs: number },
): readonly KustomizationHistoryEntry[] {
  const { digest, revision, originRevision } = attempt;
  const isSame = (entry: KustomizationHistoryEntry): boolean =>
    entry.digest === digest && entry.lastReconciledStatus === end.reason;
  const before = history.find(isSame);
  const now = formatTime(end.nowMs);
  const entry: KustomizationHistoryEntry = {
    digest,
    firstReconciled: before?.firstReconciled ?? now,
    lastReconciled: now,
    lastReconciledDuration: durationText(attempt.durationMs),
    lastReconciledStatus: end.reason,
    metadata: { revision, ...(originRevision === undefined ? {} : { originRevision }) },
    totalReconciliations: (before?.totalReconciliations ?? 0) + 1,
  };
  return [entry, ...history.filter((other) => other !== before)].slice(0, KEPT);
}
