import { type Clock, systemClock, writeJson } from "@weir/core";
import { buildManifest, describePart, goEscaped } from "../artifact/build-manifest.ts";
import type { RegistryClient } from "../client/registry-client.ts";
import type { OciDescriptor } from "../descriptor.ts";
import { helmMediaTypes, imageMediaTypes } from "../media-type.ts";
import { type OciReference, type OciRepositoryName, tagOfVersion } from "../reference/oci-reference.ts";
import { annotationsOfChart } from "./chart-annotations.ts";
import { readChartMetadata } from "./chart-metadata.ts";

/** A chart on its way to a registry. */
export interface ChartPush {
  /** The repository below which the chart's own gets its name, as for `helm push CHART oci://host/path`. */
  readonly parent: { readonly registry: string; readonly path: string };
  /** The `.tgz` of the chart. */
  readonly archive: Uint8Array;
  /** The signed provenance file beside it. */
  readonly provenance?: Uint8Array;
  /** RFC 3339; now by default. */
  readonly created?: string;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
}

/** Where a chart went. */
export interface PushedChart {
  readonly reference: OciReference;
  readonly name: string;
  readonly version: string;
  /** Of the manifest. */
  readonly descriptor: OciDescriptor;
}

/**
 * Pushes a chart with the manifest that helm would write, byte for byte: below the parent under the chart's name, with its
 * version as the tag. Throws `ChartArchiveError` and what the client throws.
 */
export async function pushChart(client: RegistryClient, push: ChartPush): Promise<PushedChart> {
  const { parent, archive, provenance, clock = systemClock, signal } = push;
  const { name, version, json } = await readChartMetadata(archive);
  const repository: OciRepositoryName = {
    registry: parent.registry,
    repository: parent.path === "" ? name : `${parent.path}/${name}`,
  };
  const created = push.created ?? new Date(clock.now()).toISOString().replace(/\.\d+Z$/, "Z");
  const config = { mediaType: helmMediaTypes.config, bytes: Buffer.from(goEscaped(writeJson(json))) };
  const layers = [
    { mediaType: helmMediaTypes.chart, bytes: archive },
    ...(provenance === undefined ? [] : [{ mediaType: helmMediaTypes.provenance, bytes: provenance }]),
  ];
  const held = signal === undefined ? {} : { signal };
  for (const { bytes } of [config, ...layers]) await client.uploadBlob({ repository, bytes, ...held });
  const bytes = buildManifest({
    isUntyped: true,
    config: describePart(config),
    layers: layers.map(describePart).toSorted((left, right) => (left.digest < right.digest ? -1 : 1)),
    annotations: annotationsOfChart(json, created),
  });
  const reference = { ...repository, tag: tagOfVersion(version) };
  const { manifest: mediaType } = imageMediaTypes;
  const descriptor = await client.pushManifest({ reference, mediaType, bytes, ...held });
  return { reference, name, version, descriptor };
}
