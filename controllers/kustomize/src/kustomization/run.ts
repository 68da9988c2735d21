import type { Kustomization } from "@weir/api";
import type { AppliedStates, ClusterTokens, JudgeHealth, OpenTarget } from "@weir/apply";
import { type ArtifactTrees, type Dependents, durationText } from "@weir/consumer";
import type { ReconcileContext, ReconcileEvent } from "@weir/sdk";
import type { ManifestBuilder } from "../build/manifest-builder.ts";
import type { ResolvedOptions } from "./controller-options.ts";
import { kustomizationEvent, type Revisions } from "./kustomization-events.ts";
import type { KustomizationFacts } from "./kustomization-facts.ts";
import { timeoutMsOf } from "./timing.ts";

/** The context of a run of this controller. */
export type KustomizationContext = ReconcileContext<Kustomization, KustomizationFacts>;

/** What the runs of one controller share. */
export interface Shared {
  readonly options: ResolvedOptions;
  readonly trees: ArtifactTrees;
  readonly builder: ManifestBuilder;
  readonly dependents: Dependents;
  readonly known: AppliedStates;
  /** The tokens for other clusters. */
  readonly tokens: ClusterTokens;
}

/** One run of a Kustomization, from the moment on that its source and dependencies are ready. */
export interface Run {
  readonly kustomization: Kustomization;
  readonly ctx: KustomizationContext;
  readonly shared: Shared;
  readonly revision: string;
  readonly originRevision: string | undefined;
  readonly startedMs: number;
  /** Judges the health of the kinds that the spec has expressions for. */
  readonly judge: JudgeHealth | undefined;
  /** The cluster that is applied to, as the account that the spec names; the controller's own until it is opened. */
  readonly target: Pick<OpenTarget, "client" | "isHome">;
}

/** What a run does, in the words of Flux's progress messages. */
export type StageName =
  | "Fetching manifests"
  | "Building manifests"
  | "Detecting drift"
  | "Running health checks";

/** Says what a run is at; it is written only where the run takes long, or at once where `now` is set. */
export async function enterStage(
  { kustomization, ctx, revision }: Run,
  name: StageName,
  options: { readonly now?: boolean } = {},
): Promise<string> {
  const timeout = durationText(timeoutMsOf(kustomization.spec));
  const stage = `${name} for revision ${revision} with a timeout of ${timeout}`;
  ctx.record({ stage });
  if (name === "Running health checks") ctx.record({ health: { kind: "checking", message: stage } });
  await ctx.progress({ reason: "Progressing", message: stage }, options);
  return stage;
}

/** Publishes an event about the revision that is being worked on. */
export function publish(
  { ctx, revision, originRevision }: Pick<Run, "ctx" | "revision" | "originRevision">,
  event: Pick<ReconcileEvent, "type" | "reason" | "message">,
  metadata: Readonly<Record<string, string>> = {},
): void {
  const revisions: Revisions = { revision, originRevision };
  ctx.event(kustomizationEvent(event, revisions, metadata));
}
