import { readFileSync } from "node:fs";
import { join } from "node:path";
import { FakeClock, type JsonObject, memoryTree, systemClock } from "@weir/core";
import {
  type Chart,
  loadChartFolder,
  parseKubeVersion,
  prepareChart,
  RenderCache,
  renderFiles,
  type RenderOptions,
} from "@weir/helm";
import { utf8Bytes } from "@weir/text";

import type { CaseResult, Suite } from "../../src/suite.ts";

interface RecordedCase {
  readonly fn: string;
  readonly kind: string;
  readonly template: string;
  readonly output?: string;
  readonly outputBase64?: string;
  readonly error?: string;
  /** What the output matches, where it is not the same each time. */
  readonly matches?: string;
}

interface Meta {
  readonly values: JsonObject;
  readonly helpers: string;
  readonly chart: JsonObject;
  readonly release: { readonly name: string; readonly namespace: string; readonly revision: number };
  readonly capabilities: { readonly kubeVersion: string; readonly apiVersions: readonly string[] };
  readonly files: Readonly<Record<string, string>>;
  readonly functions: Readonly<Record<string, number>>;
}

interface Recording {
  readonly meta: Meta;
  readonly cases: readonly RecordedCase[];
}

const TEMPLATE = "templates/t.yaml";
const BASE64 = " (base64)";

type Result = Pick<RecordedCase, "output" | "outputBase64" | "error">;

/** The chart of all cases with the template of one. */
function chartWith({ chart, helpers, files }: Meta, template: string): Chart {
  const tree = new Map<string, Uint8Array | string>([
    ["Chart.yaml", JSON.stringify(chart)],
    ["templates/_h.tpl", helpers],
    [TEMPLATE, template],
  ]);
  for (const [name, text] of Object.entries(files)) {
    if (name.endsWith(BASE64)) tree.set(name.slice(0, -BASE64.length), Buffer.from(text, "base64"));
    else tree.set(name, text);
  }
  const bytes = [...tree].map(([path, data]): [string, Uint8Array] => [
    path,
    typeof data === "string" ? Buffer.from(data) : data,
  ]);
  return loadChartFolder(memoryTree(new Map(bytes)));
}

function render(chart: Chart, { values, release, capabilities }: Meta, cache: RenderCache): Result {
  const options: RenderOptions = {
    release,
    capabilities: { ...capabilities, kubeVersion: parseKubeVersion(capabilities.kubeVersion) },
    clock: new FakeClock(systemClock.now()),
    cache,
  };
  try {
    const prepared = prepareChart(chart, values, { releaseName: release.name });
    const output = renderFiles(prepared, options).files.get(`${chart.metadata.name}/${TEMPLATE}`) ?? "";
    return output.isWellFormed()
      ? { output }
      : { outputBase64: Buffer.from(utf8Bytes(output)).toString("base64") };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { error: error.message };
  }
}

function judge(name: string, recorded: RecordedCase, got: Result): CaseResult {
  const { output, outputBase64, error, matches } = recorded;
  if (matches !== undefined) {
    if (got.output !== undefined && new RegExp(matches).test(got.output)) return { name, verdict: "pass" };
    return { name, verdict: "fail", detail: `got ${JSON.stringify(got)}\nwant a match of ${matches}` };
  }
  const isSame = got.output === output && got.outputBase64 === outputBase64 && got.error === error;
  if (isSame) return { name, verdict: "pass" };
  const want = JSON.stringify({ output, outputBase64, error });
  return { name, verdict: "fail", detail: `got ${JSON.stringify(got)}\nwant ${want}` };
}

/** Which function each case is of. */
function functionOf(name: string): string {
  return name.split(" ")[1] ?? "";
}

/** Sprig's and Helm's functions, rendered by Helm's engine. */
export const suite: Suite = {
  name: "gotemplate/sprig",
  summary: (results) => {
    const counts = new Map<string, { cases: number; passed: number }>();
    for (const { name, verdict } of results) {
      const count = counts.get(functionOf(name)) ?? { cases: 0, passed: 0 };
      count.cases += 1;
      if (verdict === "pass") count.passed += 1;
      counts.set(functionOf(name), count);
    }
    const rows = [...counts].map(([name, { cases, passed }]) => `${name} ${passed}/${cases}`);
    const functions = rows.filter((row) => !row.startsWith("(")).length;
    return `${functions} functions × cases: ${rows.join(", ")}`;
  },
  async *run(corpus, only) {
    const text = readFileSync(join(corpus, "gotemplate/sprig.json"), "utf8");
    const { meta, cases } = JSON.parse(text) as Recording;
    const cache = new RenderCache();
    for (const [index, recorded] of cases.entries()) {
      const name = `${index} ${recorded.fn} ${recorded.template.replaceAll("\n", "⏎").slice(0, 80)}`;
      if (only !== undefined && only !== name) continue;
      yield judge(name, recorded, render(chartWith(meta, recorded.template), meta, cache));
    }
  },
};
