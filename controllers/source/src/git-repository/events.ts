import { type Artifact, ConditionType, type GitRepository, Reason, SourceReason } from "@weir/api";
import { describeError, WeirError } from "@weir/core";
import { findCondition, isConditionTrue } from "@weir/objects";
import type { ReconcileEvent } from "@weir/sdk";

const GROUP = "source.toolkit.fluxcd.io";

/** Says what happened to a source, as source-controller's events do. */
export class SourceEvents {
  readonly #repository: GitRepository;
  readonly #sink: { event(event: ReconcileEvent): void };

  constructor(repository: GitRepository, sink: { event(event: ReconcileEvent): void }) {
    this.#repository = repository;
    this.#sink = sink;
  }

  /** A new artifact, or the first after a failure that ended with the same bytes. */
  stored(artifact: Artifact, subject: string): void {
    const before = this.#repository.status?.artifact;
    if (before?.digest !== artifact.digest) {
      const reason = SourceReason.NewArtifact;
      this.#sink.event({ reason, message: storedMessage(subject), annotations: annotationsOf(artifact) });
    } else if (this.#hadFailed()) this.#recovered(artifact, subject);
  }

  /** Nothing was fetched; after a failure that is the recovery, and then the revision stands for the commit. */
  unchanged(revision: string): void {
    const artifact = this.#repository.status?.artifact;
    if (artifact !== undefined && this.#hadFailed()) this.#recovered(artifact, revision);
    const message = `no changes since last reconciliation: observed revision '${revision}'`;
    this.#sink.event({ reason: SourceReason.GitOperationSucceeded, message });
  }

  /** Signatures are good; said each time they are checked. */
  verified(message: string): void {
    this.#sink.event({ reason: Reason.Succeeded, message });
  }

  collected(count: number): void {
    if (count === 0) return;
    const message = `garbage collected ${count} artifacts`;
    this.#sink.event({ reason: SourceReason.GarbageCollectionSucceeded, message });
  }

  /** What only waits for another object is no warning. */
  failed(
    failure: WeirError | { readonly reason: string; readonly message: string },
    type: "Normal" | "Warning" = "Warning",
  ): void {
    const message = failure instanceof WeirError ? describeError(failure) : failure.message;
    this.#sink.event({ type, reason: failure.reason, message });
  }

  #recovered(artifact: Artifact, subject: string): void {
    const annotations = annotationsOf(artifact);
    this.#sink.event({ reason: Reason.Succeeded, message: storedMessage(subject), annotations });
  }

  #hadFailed(): boolean {
    const conditions = this.#repository.status?.conditions;
    const types = [
      ConditionType.FetchFailed,
      ConditionType.StorageOperationFailed,
      ConditionType.IncludeUnavailable,
    ];
    return types.some(
      (type) => findCondition(conditions, type) !== undefined && isConditionTrue(conditions, type),
    );
  }
}

function storedMessage(subject: string): string {
  return `stored artifact for commit '${subject}'`;
}

function annotationsOf(artifact: Artifact): Readonly<Record<string, string>> {
  return { [`${GROUP}/revision`]: artifact.revision, [`${GROUP}/digest`]: artifact.digest };
}
