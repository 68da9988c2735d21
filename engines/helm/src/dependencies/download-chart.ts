import { createHash } from "node:crypto";

import { DependencyError } from "./repository-error.ts";
import type { ChartVersion } from "./repository-index.ts";

/**
 * Fetches the archive of a version that a repository's index has, from the first of its URLs, and holds it to the digest
 * there. Throws a `DependencyError`, and what `fetch` throws.
 */
export async function downloadChart(
  repository: string,
  version: ChartVersion,
  fetch: (url: string) => Promise<Uint8Array>,
): Promise<{ readonly url: string; readonly archive: Uint8Array }> {
  const [reference] = version.urls;
  if (reference === undefined)
    throw new DependencyError(
      `chart "${version.name}" version "${version.version}" has no downloadable URLs`,
    );
  const url = resolveReference(repository, reference);
  const archive = await fetch(url);
  checkDigest(url, version, archive);
  return { url, archive };
}

/** A URL of an index: absolute, or relative to the repository; the repository's query goes with it. */
export function resolveReference(repository: string, reference: string): string {
  try {
    const base = new URL(repository);
    const { search } = base;
    if (!base.pathname.endsWith("/")) base.pathname += "/";
    const resolved = new URL(reference, base);
    if (resolved.search === "" && resolved.host === base.host) resolved.search = search;
    return resolved.href;
  } catch {
    throw new DependencyError(`invalid chart URL format: ${reference} in ${repository}`);
  }
}

function checkDigest(url: string, { digest }: ChartVersion, archive: Uint8Array): void {
  if (digest === "") return;
  const expected = digest.replace(/^sha256:/, "").toLowerCase();
  const actual = createHash("sha256").update(archive).digest("hex");
  if (actual !== expected) {
    throw new DependencyError(`${url} has the digest ${actual}, and the index has ${expected}`);
  }
}
