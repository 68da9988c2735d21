import { HelmChart as HelmChartKind, type HelmChart, type HelmRelease, HelmReleaseReason } from "@weir/api";
import { InvariantError, type JsonValue } from "@weir/core";
import { jsonEqual, type ObjectKey } from "@weir/objects";
import { originLabelsOf } from "../render/post-renderers.ts";
import { goText } from "../settings/timing.ts";
import type { HelmReleaseContext } from "../release/run.ts";
import { chartReferenceOf } from "./chart-source.ts";

/** What is applied as the HelmChart of a release. */
type Intent = Parameters<typeof HelmChartKind.parse>[0];

/**
 * Makes the HelmChart that a release describes, changes it, or deletes one that is not needed any more; gives what
 * `status.helmChart` is then.
 */
export async function ensureChart(
  release: HelmRelease,
  ctx: HelmReleaseContext,
): Promise<string | undefined> {
  const current = release.status?.helmChart;
  const { key } = chartReferenceOf(release);
  const wanted = release.spec.chart === undefined ? undefined : `${key.namespace}/${key.name}`;
  if (current !== undefined && current !== wanted) await deleteChart(current, ctx);
  if (wanted === undefined) return undefined;
  const before = ctx.cache.get(HelmChartKind, key);
  const intent = chartIntentOf(release, key) as unknown as HelmChart;
  if (before !== undefined && isAsIntended(before, intent)) return wanted;
  const { object } = await ctx.apply(HelmChartKind, intent as never, { owner: false });
  if (before === undefined || isOther(before, object)) {
    const { sourceRef } = intent.spec;
    const done = before === undefined ? "Created" : "Configured";
    ctx.event({
      reason:
        before === undefined ? HelmReleaseReason.HelmChartCreated : HelmReleaseReason.HelmChartConfigured,
      message: `${done} HelmChart/${wanted} with SourceRef '${sourceRef.kind}/${key.namespace}/${sourceRef.name}'`,
    });
  }
  return wanted;
}

/** Fields that a template may have or not: one that it had and has no more must go. */
const OPTIONAL_FIELDS = ["valuesFiles", "ignoreMissingValuesFiles", "verify"] as const;

/** Whether applying an intent would change nothing: all of it is there, and none of what it does not say any more. */
function isAsIntended({ metadata, spec }: HelmChart, intent: HelmChart): boolean {
  const isSame = (field: keyof HelmChart["spec"]): boolean =>
    jsonEqual(spec[field] as JsonValue | undefined, intent.spec[field] as JsonValue | undefined);
  const fields = [...Object.keys(intent.spec), ...OPTIONAL_FIELDS] as (keyof HelmChart["spec"])[];
  return (
    metadata.deletionTimestamp === undefined &&
    fields.every(isSame) &&
    holds(metadata.labels, intent.metadata.labels) &&
    holds(metadata.annotations, intent.metadata.annotations)
  );
}

function holds(
  present: Readonly<Record<string, string>> = {},
  wanted: Readonly<Record<string, string>> = {},
): boolean {
  return Object.entries(wanted).every(([key, value]) => present[key] === value);
}

function isOther({ metadata: before }: HelmChart, { metadata: after }: HelmChart): boolean {
  return (
    before.generation !== after.generation ||
    !jsonEqual(before.labels ?? {}, after.labels ?? {}) ||
    !jsonEqual(before.annotations ?? {}, after.annotations ?? {})
  );
}

/** The HelmChart that was made for a release, where its status does not name it yet. */
export function findOwnChart(
  release: HelmRelease,
  ctx: Pick<HelmReleaseContext, "cache">,
): string | undefined {
  if (release.spec.chart === undefined) return undefined;
  const { key } = chartReferenceOf(release);
  const found = ctx.cache.get(HelmChartKind, key);
  return found !== undefined && holds(found.metadata.labels, originLabelsOf(release))
    ? `${key.namespace}/${key.name}`
    : undefined;
}

/** Deletes the HelmChart that was made for a release; one that is gone is fine. */
export async function deleteChart(chart: string, ctx: HelmReleaseContext): Promise<void> {
  const [namespace = "", name = ""] = chart.split("/");
  const deleted = await ctx.delete(HelmChartKind, { namespace, name });
  if (deleted === undefined) return;
  ctx.event({ reason: HelmReleaseReason.HelmChartDeleted, message: `deleted HelmChart '${chart}'` });
}

/** The HelmChart of a release: what its template says, with the labels of the origin. */
export function chartIntentOf(release: HelmRelease, { namespace, name }: Required<ObjectKey>): Intent {
  const { chart, interval } = release.spec;
  if (chart === undefined) throw new InvariantError("a HelmRelease without a template has no HelmChart");
  const { metadata, spec } = chart;
  const annotations = metadata?.annotations ?? {};
  return {
    apiVersion: `${HelmChartKind.group}/${HelmChartKind.version}`,
    kind: HelmChartKind.kind,
    metadata: {
      namespace,
      name,
      labels: { ...metadata?.labels, ...originLabelsOf(release) },
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    },
    spec: {
      chart: spec.chart,
      version: spec.version,
      sourceRef: { kind: spec.sourceRef.kind, name: spec.sourceRef.name },
      interval: goText(spec.interval ?? interval),
      reconcileStrategy: spec.reconcileStrategy,
      ...optionalFields(spec),
    },
  } as unknown as Intent;
}

type Template = NonNullable<HelmRelease["spec"]["chart"]>["spec"];

function optionalFields({ verify, valuesFiles = [], ignoreMissingValuesFiles }: Template): object {
  return {
    ...(valuesFiles.length === 0 ? {} : { valuesFiles }),
    ...(ignoreMissingValuesFiles === true ? { ignoreMissingValuesFiles: true } : {}),
    ...(verify === undefined ? {} : { verify }),
  };
}
