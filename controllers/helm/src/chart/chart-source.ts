import {
  type Artifact,
  ExternalArtifact,
  HelmChart,
  type HelmRelease,
  HelmReleaseReason,
  OCIRepository,
  Reason,
} from "@weir/api";
import type { Kind } from "@weir/client";
import type { Source } from "@weir/consumer";
import {
  type Condition,
  findCondition,
  isConditionFalse,
  isConditionTrue,
  jsonEqual,
  type ObjectKey,
} from "@weir/objects";
import type { Change } from "@weir/sdk";
import type { ResolvedOptions } from "../settings/controller-options.ts";
import { namespaceOf } from "../settings/release-settings.ts";

/** The kinds that a chart can come in. */
export type SourceKindName = "HelmChart" | "OCIRepository" | "ExternalArtifact";

const KINDS = { HelmChart, OCIRepository, ExternalArtifact } as unknown as Readonly<
  Record<SourceKindName, Kind<Source>>
>;

/** The kinds that a chart can come in, as they are read. */
export const chartSourceKinds: readonly Kind<Source>[] = Object.values(KINDS);

/** Where the chart of a release is. */
export interface ChartReference {
  readonly kind: SourceKindName;
  readonly key: Required<ObjectKey>;
}

/** The artifact of a chart, and the kind that it came in. */
export interface ChartSource {
  readonly kind: SourceKindName;
  readonly artifact: Artifact;
}

/** What looking for the chart gave. */
export type ObservedSource =
  | { readonly kind: "ready"; readonly source: ChartSource }
  | { readonly kind: "denied"; readonly message: string }
  | { readonly kind: "missing"; readonly message: string }
  /** `isPending` where its controller has not looked at its latest generation yet, which it may do any moment. */
  | { readonly kind: "unready"; readonly message: string; readonly isPending: boolean };

/** The reasons of Ready that an artifact puts an end to. */
export const SOURCE_REASONS: readonly string[] = [Reason.AccessDenied, Reason.ArtifactFailed];
export const SOURCE_READY_REASONS: readonly string[] = [HelmReleaseReason.SourceNotReady];

/** Where the chart of a release comes from: the object that it names, or the HelmChart that is made for it. */
export function chartReferenceOf(release: Pick<HelmRelease, "metadata" | "spec">): ChartReference {
  const own = namespaceOf(release);
  const { chart, chartRef } = release.spec;
  if (chartRef !== undefined) {
    const { kind, name, namespace = "" } = chartRef;
    return { kind, key: { namespace: namespace === "" ? own : namespace, name } };
  }
  const { namespace = "" } = chart?.spec.sourceRef ?? {};
  return {
    kind: "HelmChart",
    key: { namespace: namespace === "" ? own : namespace, name: `${own}-${release.metadata.name}` },
  };
}

/** Finds the artifact of the chart, or says in Flux's words why there is none. */
export function observeSource(
  release: Pick<HelmRelease, "metadata" | "spec">,
  read: (kind: Kind<Source>, key: ObjectKey) => Source | undefined,
  options: Pick<ResolvedOptions, "noCrossNamespaceRefs" | "allowExternalArtifact">,
): ObservedSource {
  const { kind, key } = chartReferenceOf(release);
  const denial = denialOf(release, { kind, key }, options);
  if (denial !== undefined) return { kind: "denied", message: denial };
  const source = read(KINDS[kind], key);
  if (source === undefined) {
    const what = `${kind}.${KINDS[kind].group} ${JSON.stringify(key.name)} not found`;
    return { kind: "missing", message: `could not get Source object: ${what}` };
  }
  const problem = problemOf(kind, source);
  const artifact = source.status?.artifact;
  if (problem === undefined && artifact !== undefined) return { kind: "ready", source: { kind, artifact } };
  const message = `${kind} '${key.namespace}/${key.name}' is not ready: ${problem ?? "does not have an artifact"}`;
  return { kind: "unready", message, isPending: problem === NOT_RECONCILED };
}

/** Why a release may not use a chart; `undefined` where it may. */
export function denialOf(
  release: Pick<HelmRelease, "metadata">,
  { kind, key: { namespace, name } }: ChartReference,
  options: Pick<ResolvedOptions, "noCrossNamespaceRefs" | "allowExternalArtifact">,
): string | undefined {
  if (options.noCrossNamespaceRefs && namespace !== namespaceOf(release)) {
    return `cross-namespace references are not allowed: cannot access ${kind} ${namespace}/${name}`;
  }
  if (kind === "ExternalArtifact" && !options.allowExternalArtifact) {
    return `can't access '${kind}/${namespace}/${name}', ExternalArtifact feature gate is disabled`;
  }
  return undefined;
}

const NOT_RECONCILED = "latest generation of object has not been reconciled";

interface ObservedStatus {
  readonly observedGeneration?: number | bigint;
  readonly conditions?: readonly Condition[];
}

function problemOf(kind: SourceKindName, source: Source): string | undefined {
  // Whoever makes an ExternalArtifact need not tell of generations.
  if (kind === "ExternalArtifact") return undefined;
  const { observedGeneration, conditions = [] } = (source.status ?? {}) as ObservedStatus;
  if (source.metadata.generation !== observedGeneration) {
    return isConditionFalse(conditions, "Ready")
      ? (findCondition(conditions, "Ready")?.message ?? "")
      : NOT_RECONCILED;
  }
  return isConditionTrue(conditions, "Stalled") ? findCondition(conditions, "Stalled")?.message : undefined;
}

/**
 * Whether a change of a source matters to what is released from it: it has another artifact, became ready, or says anew what
 * is wrong. That it is about to be looked at is no news.
 */
export function isNews(kind: SourceKindName, change: Change<Source>): boolean {
  if (change.kind !== "update")
    return change.kind === "delete" || change.object.status?.artifact !== undefined;
  const now = readinessOf(kind, change.object);
  return now.problem !== NOT_RECONCILED && !jsonEqual(now, readinessOf(kind, change.previous));
}

function readinessOf(
  kind: SourceKindName,
  source: Source,
): { readonly problem: string; readonly revision: string; readonly digest: string } {
  const { revision = "", digest = "" } = source.status?.artifact ?? {};
  return { problem: problemOf(kind, source) ?? "", revision, digest };
}
