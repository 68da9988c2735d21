import { HelmChart as HelmChartKind, type HelmChart, type HelmRelease, HelmReleaseReason } from "@weir/api";
import { InvariantError } from "@weir/core";
import type { ObjectKey } from "@weir/objects";
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
  const wasThere = ctx.cache.get(HelmChartKind, key) !== undefined;
  const intent = chartIntentOf(release, key) as unknown as HelmChart;
  const { changed } = await ctx.apply(HelmChartKind, intent as never, { owner: false });
  if (changed || !wasThere) {
    const { sourceRef } = intent.spec;
    const done = wasThere ? "Configured" : "Created";
    ctx.event({
      reason: wasThere ? HelmReleaseReason.HelmChartConfigured : HelmReleaseReason.HelmChartCreated,
      message: `${done} HelmChart/${wanted} with SourceRef '${sourceRef.kind}/${key.namespace}/${sourceRef.name}'`,
    });
  }
  return wanted;
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
