import type { JsonObject } from "@weir/core";
import { tryParseSemver } from "@weir/text";
import { isChartLayer } from "../artifact/pull-artifact.ts";
import type { RegistryClient } from "../client/registry-client.ts";
import { isJsonObject, readJson } from "../descriptor.ts";
import { helmMediaTypes } from "../media-type.ts";
import { OciLayerError, RegistryProtocolError } from "../oci-error.ts";
import { chooseChartVersion } from "../reference/choose-tag.ts";
import {
  formatReference,
  type OciReference,
  type OciRepositoryName,
  parseChartReference,
  tagOfVersion,
  versionOfTag,
} from "../reference/oci-reference.ts";

/** Which chart is pulled, and how much of it may be. */
export interface ChartPull {
  readonly reference: OciReference;
  /** Pulls the provenance file, too, where there is one. */
  readonly withProvenance?: boolean;
  /** Longest archive; 10 MiB by default, as Flux's. */
  readonly maxChartBytes?: number;
  readonly signal?: AbortSignal;
}

/** A chart that was pulled. */
export interface PulledChart {
  /** The `.tgz` of the chart. */
  readonly archive: Uint8Array;
  /** Of the archive. */
  readonly digest: string;
  /** Of the manifest: what the reference stood for. */
  readonly manifestDigest: string;
  /** What Chart.yaml said when the chart was pushed. */
  readonly metadata: JsonObject;
  readonly provenance: Uint8Array | undefined;
  readonly annotations: Readonly<Record<string, string>>;
}

const MAX_CHART = 10 * 1024 * 1024;
const MAX_CONFIG = 4 * 1024 * 1024;

/** Pulls a chart as helm does. Throws `OciLayerError` for what is no chart, and what the client throws. */
export async function pullChart(client: RegistryClient, pull: ChartPull): Promise<PulledChart> {
  const { reference, withProvenance = false, maxChartBytes = MAX_CHART, signal } = pull;
  const held = signal === undefined ? {} : { signal };
  const { content, descriptor } = await client.fetchImage(reference, undefined, signal);
  const subject = formatReference(reference);
  const { config, layers } = content;
  if (config?.mediaType !== helmMediaTypes.config) {
    throw new OciLayerError(
      `could not load config with mediatype ${helmMediaTypes.config}`,
      helmMediaTypes.config,
    );
  }
  const layer = layers.findLast(isChartLayer);
  if (layer === undefined) {
    throw new OciLayerError(
      `manifest does not contain a layer with mediatype ${helmMediaTypes.chart}`,
      helmMediaTypes.chart,
    );
  }
  const metadata = readJson(
    await client.fetchBlob({ repository: reference, descriptor: config, maxBytes: MAX_CONFIG, ...held }),
    subject,
  );
  if (!isJsonObject(metadata)) {
    throw new RegistryProtocolError("malformed-json", subject, "the chart's metadata is no object");
  }
  const fetch = (part: typeof layer): Promise<Uint8Array> =>
    client.fetchBlob({ repository: reference, descriptor: part, maxBytes: maxChartBytes, ...held });
  const signed = withProvenance
    ? layers.findLast(({ mediaType }) => mediaType === helmMediaTypes.provenance)
    : undefined;
  return {
    archive: await fetch(layer),
    digest: layer.digest,
    manifestDigest: descriptor.digest,
    metadata,
    provenance: signed === undefined ? undefined : await fetch(signed),
    annotations: content.annotations,
  };
}

/** A version of a chart in a registry. */
export interface ChartVersionReference {
  readonly reference: OciReference;
  readonly version: string;
}

/**
 * The version of a chart that a range means, by helm's rules: a whole version is taken at its word, for a range the tags
 * are asked. Throws `NoMatchingTagError`, `ConstraintError` and what the client throws.
 */
export async function findChartVersion(
  client: RegistryClient,
  { registry, repository }: OciRepositoryName,
  range: string,
  signal?: AbortSignal,
): Promise<ChartVersionReference> {
  const isVersion = tryParseSemver(range) !== undefined;
  const version = isVersion
    ? range
    : chooseChartVersion(
        await client.listTags({ registry, repository }, signal === undefined ? {} : { signal }),
        range,
      );
  return { reference: { registry, repository, tag: tagOfVersion(version) }, version };
}

/** What building a chart's dependencies asks a registry for; `@weir/helm` takes these two among its sources. */
export interface OciChartSources {
  /** The versions of a chart at `oci://host/path/name`, which are its tags with `+` for `_`. */
  readonly tags: (repository: string) => Promise<readonly string[]>;
  /** The archive of a chart at `oci://host/path/name` in a version. */
  readonly pull: (repository: string, version: string) => Promise<Uint8Array>;
}

/** Hands charts of registries to whoever builds dependencies. */
export function ociChartSources(
  client: RegistryClient,
  options: Pick<ChartPull, "maxChartBytes" | "signal"> = {},
): OciChartSources {
  const held = options.signal === undefined ? {} : { signal: options.signal };
  return {
    tags: async (repository) => {
      const tags = await client.listTags(parseChartReference(repository), held);
      return tags.map(versionOfTag);
    },
    pull: async (repository, version) => {
      const reference = { ...parseChartReference(repository), tag: tagOfVersion(version) };
      return (await pullChart(client, { ...options, reference })).archive;
    },
  };
}
