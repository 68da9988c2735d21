import { createHash } from "node:crypto";
import { DependencyError, resolveReference } from "@weir/helm";
import {
  ChartDigestError,
  ChartReferenceError,
  type ChartRepository,
  type FoundChart,
} from "./chart-repository.ts";

/** What a repository with an index is read by. */
export interface HttpChartSources {
  /** Its URL, which ends with `/`. */
  readonly url: string;
  /** Looks a version up in its index. */
  readonly find: ChartRepository["find"];
  readonly fetch: (url: string) => Promise<Uint8Array>;
}

/** The charts of a repository with an index. */
export function httpCharts({ url, find, fetch }: HttpChartSources): ChartRepository {
  return {
    find,
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
