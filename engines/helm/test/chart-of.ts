import { type Chart, type ChartFile, loadChartFiles } from "../src/index.ts";

/** The files of a chart `c`: Chart.yaml, and those that a test cares about. */
export function filesOf(files: Readonly<Record<string, string>>): readonly ChartFile[] {
  const all = { "Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n", ...files };
  return Object.entries(all).map(([name, text]) => ({ name, data: Buffer.from(text) }));
}

/** A chart `c` of some files. */
export function chartOf(files: Readonly<Record<string, string>>): Chart {
  return loadChartFiles(filesOf(files));
}
