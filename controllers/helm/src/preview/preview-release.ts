import type { HelmRelease } from "@weir/api";
import type { KubeClient } from "@weir/client";
import type { Clock, JsonObject } from "@weir/core";
import {
  type Capabilities,
  type Chart,
  createReleaseStore,
  type HelmValues,
  type Release,
  releaseManifest,
  type RenderedChart,
  renderChartWithLookup,
  reuseValues,
} from "@weir/helm";
import { CapabilityReader } from "../render/capability-reader.ts";
import { postRenderPlanOf, postRendererOf } from "../render/post-renderers.ts";
import { lookUp } from "../render/release-renderer.ts";
import {
  preservesValues,
  releaseNameOf,
  releaseNamespaceOf,
  storageNamespaceOf,
} from "../settings/release-settings.ts";
import { composeValues, type ReadObject } from "../values/compose-values.ts";
import { valuesDigest } from "../values/values-digest.ts";

/** A HelmRelease and what it is rendered from. */
export interface PreviewRequest {
  readonly release: HelmRelease;
  readonly chart: Chart;
  /** The version that the chart goes by, where it is not its own. */
  readonly version?: string;
  /** Reads the ConfigMaps and Secrets with values. */
  readonly read: ReadObject;
  /** The cluster that is released to; without one there is nothing to look up, and the release is a new one. */
  readonly client?: KubeClient;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** What a HelmRelease would make of its chart. */
export interface ReleasePreview {
  readonly name: string;
  readonly namespace: string;
  readonly rendered: RenderedChart;
  /** The text that a record of the release would keep. */
  readonly manifest: string;
  /** The newest revision that is there. */
  readonly last: Release | undefined;
}

/**
 * Renders a HelmRelease as the controller would release it next, and writes nothing: its values, post-renderers and common
 * metadata count. A release whose chart and values are those of its newest revision is rendered as that revision.
 *
 * Throws what composing values and rendering throw.
 */
export async function previewRelease(request: PreviewRequest): Promise<ReleasePreview> {
  const { release, client } = request;
  const { metadata } = request.chart;
  const name = releaseNameOf(release);
  const namespace = releaseNamespaceOf(release);
  const last = client === undefined ? undefined : await newestRevision(request, client);
  const given = {
    chart: { ...request.chart, metadata: { ...metadata, version: request.version ?? metadata.version } },
    values: await composeValues(release, request.read),
  };
  const { chart, values } =
    last === undefined || !preservesValues(release) ? given : reuseValues(last, given);
  const revision = revisionOf(last, chart, values);
  const { spec } = release;
  const settings = last === undefined ? spec.install : spec.upgrade;
  const rendered = await renderChartWithLookup(chart, values, {
    release: { name, namespace, revision, isUpgrade: revision > 1 },
    capabilities: await capabilitiesOf(request),
    skipSchemaValidation: settings?.disableSchemaValidation === true,
    postRenderer: postRendererOf(postRenderPlanOf(release)),
    postRenderStrategy: spec.postRenderStrategy ?? "combined",
    lookup: async (asked): Promise<JsonObject> =>
      client === undefined ? {} : lookUp(asked, client, request.signal),
  });
  return { name, namespace, rendered, manifest: releaseManifest(rendered), last };
}

async function newestRevision(
  { release, clock }: PreviewRequest,
  client: KubeClient,
): Promise<Release | undefined> {
  const namespace = storageNamespaceOf(release);
  return createReleaseStore(client, { namespace, clock }).last(releaseNameOf(release));
}

/** What is released already is no new revision. */
function revisionOf(last: Release | undefined, { metadata }: Chart, values: HelmValues): number {
  if (last === undefined) return 1;
  const released = last.chart?.metadata;
  const isSame =
    released?.name === metadata.name &&
    released.version === metadata.version &&
    valuesDigest(last.config) === valuesDigest(values);
  return isSame ? last.version : last.version + 1;
}

async function capabilitiesOf({ client, clock }: PreviewRequest): Promise<Capabilities | undefined> {
  return client === undefined ? undefined : new CapabilityReader(clock).read(client, false);
}
