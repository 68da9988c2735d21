import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { type ChartMetadata, loadChartArchive, loadChartFolder, packageChart } from "@weir/helm";
import { chartFolder } from "../../template/chart-folder.ts";

/** A chart as a repository hands it out. */
export interface ServedChart {
  /** Where it was read. */
  readonly path: string;
  readonly metadata: ChartMetadata;
  /** `NAME-VERSION.tgz`. */
  readonly fileName: string;
  readonly archive: Uint8Array;
  /** SHA-256 of the archive in hex. */
  readonly digest: string;
}

/** A folder or archive that is no chart. */
export interface ChartProblem {
  readonly path: string;
  readonly error: unknown;
}

/** What there is in a folder of charts. */
export interface ReadCharts {
  readonly charts: readonly ServedChart[];
  readonly problems: readonly ChartProblem[];
}

/**
 * Reads a folder of charts: every folder in it with a Chart.yaml, packaged, and every archive as it is. What cannot be read stays
 * as it was `before`: somebody may be about to save the rest of it.
 */
export async function readCharts(folder: string, before: readonly ServedChart[] = []): Promise<ReadCharts> {
  const entries = await readdir(folder, { withFileTypes: true });
  const charts: ServedChart[] = [];
  const problems: ChartProblem[] = [];
  for (const { name } of entries.toSorted((left, right) => (left.name < right.name ? -1 : 1))) {
    const path = join(folder, name);
    try {
      const chart = await readChart(path, name);
      if (chart !== undefined) charts.push(chart);
    } catch (error) {
      problems.push({ path, error });
      charts.push(...before.filter((chart) => chart.path === path));
    }
  }
  return { charts, problems };
}

/** `undefined` for what does not look like a chart. */
async function readChart(path: string, name: string): Promise<ServedChart | undefined> {
  if (name.startsWith(".")) return undefined;
  if (name.endsWith(".tgz")) return served(path, await readFile(path));
  const isChart = await stat(join(path, "Chart.yaml")).then(
    () => true,
    () => false,
  );
  return isChart ? served(path, packageChart(loadChartFolder(chartFolder(path))).archive) : undefined;
}

function served(path: string, archive: Uint8Array): ServedChart {
  const { metadata } = loadChartArchive(archive);
  const digest = createHash("sha256").update(archive).digest("hex");
  return { path, metadata, fileName: `${metadata.name}-${metadata.version}.tgz`, archive, digest };
}
