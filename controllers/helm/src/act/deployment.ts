import type { HelmRelease } from "@weir/api";
import type { ClusterTokens, JudgeHealth, OpenTarget } from "@weir/apply";
import type { Artifact } from "@weir/api";
import type { Dependents } from "@weir/consumer";
import {
  createReleaseStore,
  type HelmValues,
  type Release,
  type ReleaseContext,
  type ReleaseStore,
} from "@weir/helm";
import type { CapabilityReader } from "../render/capability-reader.ts";
import type { ReleaseRenderer } from "../render/release-renderer.ts";
import type { ChartStore } from "../chart/chart-store.ts";
import type { Patience } from "../chart/patience.ts";
import type { DriftWatches } from "../drift/drift-watches.ts";
import { ReleaseLog } from "../release/release-log.ts";
import type { HelmReleaseContext, RunStory } from "../release/run.ts";
import type { ChartInUse } from "../report/happening.ts";
import type { ResolvedOptions } from "../settings/controller-options.ts";
import { releaseNameOf } from "../settings/release-settings.ts";
import { RecordCache } from "../state/record-cache.ts";

/** Field manager of what is applied; managed fields of a cluster that Flux served go on without a break. */
export const FIELD_MANAGER = "helm-controller";

/** What the runs of one controller share. */
export interface Shared {
  readonly options: ResolvedOptions;
  readonly charts: ChartStore;
  readonly renderer: ReleaseRenderer;
  readonly capabilities: CapabilityReader;
  readonly dependents: Dependents;
  readonly patience: Patience;
  readonly driftWatches: DriftWatches;
  /** The tokens for other clusters. */
  readonly tokens: ClusterTokens;
}

/** What every action on a release works with. */
export interface ReleaseScene {
  readonly ctx: HelmReleaseContext;
  readonly story: RunStory;
  readonly shared: Shared;
  /** The cluster that is released to, as the account that the spec names. */
  readonly target: Pick<OpenTarget, "client" | "isHome">;
  readonly records: RecordCache;
  /** Every state of a revision that the action at work has written. */
  readonly written: Release[];
  readonly judge: JudgeHealth | undefined;
}

/** The same with what is to be released. */
export interface Deployment extends ReleaseScene {
  readonly chart: ChartInUse;
  readonly artifact: Artifact;
  readonly hasCrds: boolean;
  readonly asksCapabilities: boolean;
  readonly values: HelmValues;
  readonly configDigest: string;
}

/** What of a release is opened in a namespace of a cluster. */
export interface OpenRecords {
  readonly records: RecordCache;
  readonly written: Release[];
}

/** Opens the records of a release; each write is noted in `written`. */
export function openRecords(
  release: Pick<HelmRelease, "metadata" | "spec">,
  namespace: string,
  { ctx, target }: Pick<ReleaseScene, "ctx" | "target">,
): OpenRecords {
  const written: Release[] = [];
  const store: ReleaseStore = createReleaseStore(target.client, {
    namespace,
    clock: ctx.clock,
    fieldManager: FIELD_MANAGER,
    observe: ({ release: record }) => written.push(record),
  });
  return { written, records: new RecordCache(store, releaseNameOf(release)) };
}

/** What an action of helm works with, and what it logs. */
export function actionContext(scene: ReleaseScene): {
  readonly context: ReleaseContext;
  readonly log: ReleaseLog;
} {
  const { ctx, target, records, judge, shared } = scene;
  const log = new ReleaseLog();
  const context: ReleaseContext = {
    client: target.client,
    store: records,
    clock: ctx.clock,
    fieldManager: FIELD_MANAGER,
    log: (line) => log.add(line, ctx.clock.now()),
    signal: ctx.signal,
    ...(judge === undefined ? {} : { judge }),
    ...(shared.options.cancelHealthCheckOnNewRevision ? { waitSignal: ctx.superseded } : {}),
  };
  return { context, log };
}
