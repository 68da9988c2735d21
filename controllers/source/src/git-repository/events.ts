import { type Artifact, ConditionType, type GitRepository, SourceReason } from "@weir/api";
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
    const message = `stored artifact for commit '${subject}'`;
    const annotations = { [`${GROUP}/revision`]: artifact.revision, [`${GROUP}/digest`]: artifact.digest };
    const before = this.#repository.status?.artifact;
    if (before?.digest !== artifact.digest) {
      this.#sink.event({ reason: SourceReason.NewArtifact, message, annotations });
    } else if (this.#hadFailed()) {
      this.#sink.event({ reason: "Succeeded", message, annotations });
    }
  }

  unchanged(revision: string): void {
    const message = `no changes since last reconciliation: observed revision '${revision}'`;
    this.#sink.event({ reason: SourceReason.GitOperationSucceeded, message });
  }

  collected(count: number): void {
    if (count === 0) return;
    const message = `garbage collected ${count} artifacts`;
    this.#sink.event({ reason: SourceReason.GarbageCollectionSucceeded, message });
  }

  failed(failure: WeirError | { readonly reason: string; readonly message: string }): void {
    const message = failure instanceof WeirError ? describeError(failure) : failure.message;
    this.#sink.event({ type: "Warning", reason: failure.reason, message });
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
