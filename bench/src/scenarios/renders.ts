import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { memoryTree } from "@weir/core";
import { loadChartFolder, RenderCache, renderChart, templateText } from "@weir/helm";
import type { RendersFigures, Scenario } from "./scenario.ts";

/** Renders one chart again and again with other values in this process, as a worker of the controller does. */
export function runRenders({
  root,
  repetitions,
}: Extract<Scenario, { readonly kind: "renders" }>): RendersFigures {
  const names = readdirSync(root, { recursive: true, encoding: "utf8" });
  const files = names.map((name) => join(root, name)).filter((file) => statSync(file).isFile());
  const chart = loadChartFolder(
    memoryTree(new Map(files.map((file) => [relative(root, file), readFileSync(file)]))),
  );
  const cache = new RenderCache();
  const times: number[] = [];
  let outputBytes = 0;
  for (let count = 0; count < repetitions; count += 1) {
    const start = performance.now();
    const rendered = renderChart(
      chart,
      { replicaCount: count, replicas: count },
      { release: { name: "release", namespace: "ns" }, cache },
    );
    outputBytes = templateText(rendered).length;
    times.push(performance.now() - start);
  }
  const [firstMs = Number.NaN, ...laterMs] = times;
  return { firstMs, laterMs, outputBytes, peakMb: process.resourceUsage().maxRSS / 1024 };
}
