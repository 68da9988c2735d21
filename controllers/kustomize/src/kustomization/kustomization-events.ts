import { Kustomization as KustomizationKind, type Kustomization } from "@weir/api";
import { findCondition } from "@weir/objects";
import type { ReconcileEvent } from "@weir/sdk";

/** What an event is about: the revision at work, where one is known. */
export interface Revisions {
  readonly revision?: string | undefined;
  readonly originRevision?: string | undefined;
}

/** An event as Flux annotates it. */
export function kustomizationEvent(
  event: Pick<ReconcileEvent, "type" | "reason" | "message">,
  { revision, originRevision }: Revisions,
  metadata: Readonly<Record<string, string>> = {},
): ReconcileEvent {
  const { group } = KustomizationKind;
  const annotations = {
    ...Object.fromEntries(Object.entries(metadata).map(([key, value]) => [`${group}/${key}`, value])),
    ...(isGiven(revision) ? { [`${group}/revision`]: revision } : {}),
    ...(isGiven(originRevision) ? { [`${group}/originRevision`]: originRevision } : {}),
  };
  return { ...event, annotations };
}

/** The revisions that were applied last. */
export function appliedRevisionsOf({ status }: Kustomization): Revisions {
  return { revision: status?.lastAppliedRevision, originRevision: status?.lastAppliedOriginRevision };
}

/** The reason that events outside of a run carry: that of Ready as it stands. */
export function standingReasonOf({ status }: Kustomization, type: "Normal" | "Warning"): string {
  return findCondition(status?.conditions, "Ready")?.reason ?? (type === "Normal" ? "info" : "error");
}

function isGiven(text: string | undefined): text is string {
  return text !== undefined && text !== "";
}
