import { type Artifact, ConditionType, Reason, SourceReason } from "@weir/api";
import { describeError, WeirError } from "@weir/core";
import { type Condition, isConditionTrue } from "@weir/objects";
import type { ReconcileEvent } from "@weir/sdk";
import type { Said } from "./source-facts.ts";

const GROUP = "source.toolkit.fluxcd.io";
const FAILURES = [
  ConditionType.FetchFailed,
  ConditionType.BuildFailed,
  ConditionType.StorageOperationFailed,
  ConditionType.IncludeUnavailable,
] as const;

/** What was known of a source when a run began. */
export interface SourceHistory {
  readonly status?: {
    readonly artifact?: Artifact | undefined;
    readonly conditions?: readonly object[] | undefined;
  };
}

/** Says what happened to a source, as source-controller's events do. */
export class SourceEvents {
  readonly #source: SourceHistory;
  readonly #sink: { event(event: ReconcileEvent): void };

  constructor(source: SourceHistory, sink: { event(event: ReconcileEvent): void }) {
    this.#source = source;
    this.#sink = sink;
  }

  /** A new artifact, or the first after a failure that ended with the same bytes: `Succeeded`, unless told otherwise. */
  stored(
    artifact: Artifact,
    message: string,
    reasons: { readonly new?: string; readonly again?: string } = {},
  ): void {
    const before = this.#source.status?.artifact;
    if (before?.digest !== artifact.digest) {
      this.#say(artifact, { reason: reasons.new ?? SourceReason.NewArtifact, message });
    } else this.recovered(artifact, message, reasons.again);
  }

  /** The first good run after a failure; nothing where the last one was good, too. */
  recovered(artifact: Artifact, message: string, reason: string = Reason.Succeeded): void {
    if (this.#hadFailed()) this.#say(artifact, { reason, message });
  }

  /** There is nothing newer. */
  upToDate(revision: string): void {
    const message = `artifact up-to-date with remote revision: '${revision}'`;
    this.#sink.event({ reason: SourceReason.ArtifactUpToDate, message });
  }

  /** What is said without an artifact. */
  say(said: Said): void {
    this.#sink.event({ reason: said.reason, message: said.message });
  }

  /** Signatures are good; said each time they are checked. */
  verified(message: string): void {
    this.#sink.event({ reason: Reason.Succeeded, message });
  }

  /** What only waits for another object is no warning. */
  failed(failure: WeirError | Said, type: "Normal" | "Warning" = "Warning"): void {
    const message = failure instanceof WeirError ? describeError(failure) : failure.message;
    this.#sink.event({ type, reason: failure.reason, message });
  }

  #say(artifact: Artifact, { reason, message }: Said): void {
    this.#sink.event({ reason, message, annotations: annotationsOf(artifact) });
  }

  #hadFailed(): boolean {
    const conditions = (this.#source.status?.conditions ?? []) as readonly Condition[];
    return FAILURES.some((type) => isConditionTrue(conditions, type));
  }
}

function annotationsOf(artifact: Artifact): Readonly<Record<string, string>> {
  return { [`${GROUP}/revision`]: artifact.revision, [`${GROUP}/digest`]: artifact.digest };
}
