import { createHash } from "node:crypto";
import { loadChartArchive, writeRepositoryIndex } from "@weir/helm";

const TIME = "2024-01-01T00:00:00Z";

/** The files of a repository with these charts: their archives and an index, by their paths below a folder. */
export function chartRepositoryFiles(
  folder: string,
  archives: readonly Uint8Array[],
): ReadonlyMap<string, string | Uint8Array> {
  const charts = archives.map((archive) => {
    const { metadata } = loadChartArchive(archive);
    const digest = createHash("sha256").update(archive).digest("hex");
    return { metadata, archive, digest, url: `${metadata.name}-${metadata.version}.tgz`, created: TIME };
  });
  return new Map<string, string | Uint8Array>([
    [`${folder}/index.yaml`, writeRepositoryIndex(charts, TIME)],
    ...charts.map(({ url, archive }) => [`${folder}/${url}`, archive] as const),
  ]);
}
