import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type JsonObject, memoryTree, parseJson } from "@weir/core";
import {
  capabilitiesOf,
  type Chart,
  formatNotice,
  loadChartFolder,
  loadValues,
  type Notify,
  parseKubeVersion,
  prepareChart,
  RenderCache,
  renderPrepared,
  templateText,
} from "@weir/helm";

import { maskPaths } from "../../src/helm/mask-paths.ts";
import { readFiles } from "../../src/helm/read-files.ts";
import type { CaseResult, Suite } from "../../src/suite.ts";

/** One run of `helm template` on a chart. */
interface RecordedCase {
  readonly name: string;
  readonly releaseName: string;
  readonly namespace: string;
  readonly kubeVersion: string | null;
  readonly apiVersions: readonly string[];
  readonly includeCRDs: boolean;
  readonly isUpgrade: boolean;
  readonly noHooks: boolean;
  readonly skipTests: boolean;
  readonly values: JsonObject;
  readonly valuesYaml?: string;
  readonly stderr?: string;
  readonly error?: string;
  /** What differs from run to run. */
  readonly ignore?: readonly { readonly doc: number; readonly path: string }[];
}

interface Outcome {
  readonly output: string;
  readonly stderr: string;
}

/** Published charts, rendered as `helm template` prints them. */
export const suite: Suite = {
  name: "helm/charts",
  async *run(corpus, only) {
    const folder = join(corpus, "helm/charts");
    for (const chartName of readdirSync(folder).sort()) {
      if (only !== undefined && !only.startsWith(`${chartName}/`)) continue;
      const chart = loadChartFolder(memoryTree(readFiles(join(folder, chartName, "chart"))));
      const cache = new RenderCache();
      const cases = join(folder, chartName, "cases");
      for (const file of readdirSync(cases)
        .filter((name) => name.endsWith(".json"))
        .sort()) {
        const recorded = parseJson(readFileSync(join(cases, file), "utf8")) as unknown as RecordedCase;
        const name = `${chartName}/${recorded.name}`;
        if (only !== undefined && only !== name) continue;
        const output =
          recorded.error === undefined
            ? readFileSync(join(cases, file.replace(/json$/, "yaml")), "utf8")
            : "";
        yield judge(name, recorded, { chart, cache, output });
      }
    }
  },
};

interface CaseInput {
  readonly chart: Chart;
  readonly cache: RenderCache;
  readonly output: string;
}

function judge(name: string, recorded: RecordedCase, { chart, cache, output }: CaseInput): CaseResult {
  const got = replay(recorded, chart, cache);
  const ignored = recorded.ignore ?? [];
  // The recording has no line break at the end of standard error.
  const wantError = (recorded.error ?? recorded.stderr ?? "").trimEnd();
  if (got.stderr.trimEnd() !== wantError) {
    return { name, verdict: "fail", detail: firstDifference(got.stderr, wantError) };
  }
  const left = maskPaths(got.output, ignored);
  const right = maskPaths(output, ignored);
  return left === right
    ? { name, verdict: "pass" }
    : { name, verdict: "fail", detail: firstDifference(left, right) };
}

function replay(recorded: RecordedCase, chart: Chart, cache: RenderCache): Outcome {
  const { releaseName, namespace, isUpgrade, kubeVersion, apiVersions } = recorded;
  let stderr = chart.metadata.deprecated ? 'level=WARN msg="this chart is deprecated"\n' : "";
  let hint = "";
  const notify: Notify = (notice) => {
    stderr += `${formatNotice(notice)}\n`;
  };
  try {
    const values = loadValues(Buffer.from(recorded.valuesYaml ?? JSON.stringify(recorded.values)));
    const prepared = prepareChart(chart, values, { releaseName, notify });
    hint = "\nUse --debug flag to render out invalid YAML\n";
    const rendered = renderPrepared(prepared, {
      release: { name: releaseName, namespace, isUpgrade },
      capabilities: capabilitiesOf(
        kubeVersion === null ? undefined : parseKubeVersion(kubeVersion),
        apiVersions,
      ),
      cache,
      notify,
    });
    const { includeCRDs, noHooks, skipTests } = recorded;
    return { output: templateText(rendered, { includeCrds: includeCRDs, noHooks, skipTests }), stderr };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { output: "", stderr: `${stderr}Error: ${message}\n${hint}` };
  }
}

function firstDifference(got: string, want: string): string {
  const left = got.split("\n");
  const right = want.split("\n");
  const at = left.findIndex((line, index) => line !== right[index]);
  const line = at < 0 ? left.length : at;
  const show = (lines: readonly string[]): string => lines.slice(Math.max(0, line - 2), line + 3).join("\n");
  return `line ${line + 1}\ngot:\n${show(left)}\nwant:\n${show(right)}`;
}
