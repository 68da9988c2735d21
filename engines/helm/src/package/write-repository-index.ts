import type { JsonObject } from "@weir/core";
import { compareSemver, tryParseSemver } from "@weir/text";
import { emitYaml } from "@weir/yaml";
import type { ChartMetadata } from "../chart/chart.ts";
import { metadataJson } from "./metadata-json.ts";

/** A packaged chart as an index lists it. */
export interface IndexedChart {
  readonly metadata: ChartMetadata;
  /** Where its archive is: absolute, or relative to the index. */
  readonly url: string;
  /** SHA-256 of the archive in hex. */
  readonly digest: string;
  /** RFC 3339. */
  readonly created: string;
}

/** Writes the index.yaml of a repository: charts by name, the highest version first; `generated` is RFC 3339. */
export function writeRepositoryIndex(charts: readonly IndexedChart[], generated: string): string {
  const byName = Map.groupBy(charts, ({ metadata }) => metadata.name);
  const entries = [...byName]
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, versions]): [string, JsonObject[]] => [name, versions.toSorted(highestFirst).map(entryOf)]);
  return emitYaml({ apiVersion: "v1", entries: Object.fromEntries(entries), generated });
}

function entryOf({ metadata, url, digest, created }: IndexedChart): JsonObject {
  return { ...metadataJson(metadata), created, digest, urls: [url] };
}

function highestFirst(left: IndexedChart, right: IndexedChart): number {
  const [a, b] = [left, right].map(({ metadata }) => tryParseSemver(metadata.version));
  return a === undefined || b === undefined ? 0 : compareSemver(b, a);
}
