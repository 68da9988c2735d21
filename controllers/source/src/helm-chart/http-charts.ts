import { createHash } from "node:crypto";
import { type ChartVersion, DependencyError, resolveReference } from "@weir/helm";
import {
  ChartDigestError,
  ChartReferenceError,
  type ChartRepository,
  type FoundChart,
} from "./chart-repository.ts";
import { chooseVersion } from "./choose-version.ts";

/** What a repository with an index is read by. */
export interface HttpChartSources {
  /** Its URL, which ends with `/`. */
  readonly url: string;
  /** The versions of a chart in its index, highest first; `undefined` where it has no such chart. */
  readonly versions: (name: string) => Promise<readonly ChartVersion[] | undefined>;
  readonly fetch: (url: string) => Promise<Uint8Array>;
}

/** The charts of a repository with an index. */
export function httpCharts({ url, versions, fetch }: HttpChartSources): ChartRepository {
  return {
    find: async (name, range) => {
      const candidates = await versions(name);
      if (candidates === undefined) throw new ChartReferenceError("no chart name found");
      if (candidates.length === 0) throw new ChartReferenceError("no chart version found");
      const found = chooseVersion(candidates, range);
      if (found === undefined) {
        throw new ChartReferenceError(`no '${name}' chart with version matching '${range}' found`);
      }
      return { name: found.name, version: found.version, url: found.urls[0], digest: found.digest };
    },
    download: async (chart) => {
      const archive = await fetch(archiveUrl(url, chart));
      checkDigest(chart, archive);
      return archive;
    },
  };
}

function archiveUrl(repository: string, { name, url }: FoundChart): string {
  if (url === undefined) throw new ChartReferenceError(`chart '${name}' has no downloadable URLs`);
  try {
    return resolveReference(repository, url);
  } catch (error) {
    if (error instanceof DependencyError) throw new ChartReferenceError(error.message);
    throw error;
  }
}

/** Flux takes any archive; what the index says of it is a promise to whoever pinned the index. */
function checkDigest({ name, version, digest }: FoundChart, archive: Uint8Array): void {
  if (digest === "") return;
  const expected = digest.replace(/^sha256:/, "").toLowerCase();
  const actual = createHash("sha256").update(archive).digest("hex");
  if (actual === expected) return;
  const message = `chart '${name}' version '${version}' has digest '${actual}', the index has '${expected}'`;
  throw new ChartDigestError(message);
}
