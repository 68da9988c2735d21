import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { chartArchive, findTool, startChartRepository } from "@weir/testkit";
import type { Benchmark, BenchmarkContext, Row } from "../benchmark.ts";
import { indexText } from "../helm/write-index.ts";
import { ourCommand } from "../processes/our-command.ts";
import { type ProcessRun, runProcess } from "../processes/run-process.ts";
import { rounded } from "../statistics.ts";

const CASES = [
  { mib: 15, form: "yaml" },
  { mib: 60, form: "yaml" },
  { mib: 60, form: "json" },
] as const;

/** What a large index of a repository costs: to take it in, and to find a chart in it afterwards. */
export const benchmark: Benchmark = {
  name: "helm-index",
  about:
    "a process that rewrites an index as a HelmRepository stores it, and one that finds a chart in what was stored, against `helm show chart --repo`, which does both",
  run: async (context) => {
    const helm = await findTool("helm");
    const rows: Row[] = [];
    for (const each of CASES) {
      rows.push(await measure(context, each, helm.kind === "absent" ? undefined : helm.path));
    }
    return {
      kind: "measured",
      rows,
      notes: [
        "the budget is 400 MB for 60 MB of index",
        "`find` is done for each HelmChart; helm reads the whole for each",
      ],
    };
  },
};

async function measure(
  context: BenchmarkContext,
  { mib, form }: (typeof CASES)[number],
  helm: string | undefined,
): Promise<Row> {
  context.progress(`${mib} MB of ${form}`);
  const folder = join(context.scratch, `${mib}-${form}`);
  await mkdir(folder, { recursive: true });
  const [source, target] = [join(folder, "index"), join(folder, "stored")];
  const text = indexText(mib, form);
  await writeFile(source, text);
  const rewrite = await runOurs(context, ["rewrite", source, target]);
  const find = await runOurs(context, ["find", target, "chart-99"]);
  const theirs = helm === undefined ? undefined : await runHelm(context, helm, text);
  return {
    index: `${mib} MB ${form}`,
    "rewrite ms": rounded(millisOf(rewrite)),
    "rewrite CPU s": rounded(rewrite.cpuSeconds),
    "peak MB": rounded(rewrite.peakMb),
    "find ms": rounded(millisOf(find)),
    "find peak MB": rounded(find.peakMb),
    "helm ms": theirs === undefined ? "–" : rounded(theirs.wallMs),
    "helm CPU s": theirs === undefined ? "–" : rounded(theirs.cpuSeconds),
    "helm peak MB": theirs === undefined ? "–" : rounded(theirs.peakMb),
  };
}

function runOurs(context: BenchmarkContext, args: readonly string[]): Promise<ProcessRun> {
  return runProcess(ourCommand(context, "bench/src/helm-index-process.ts", args));
}

function millisOf({ stdout }: ProcessRun): number {
  return Number(stdout.toString("utf8"));
}

async function runHelm(context: BenchmarkContext, helm: string, index: string): Promise<ProcessRun> {
  const archive = chartArchive({ name: "chart-0", version: "1.99.0" });
  const files = new Map<string, string | Uint8Array>([
    ["index.yaml", index],
    ["chart-0-1.99.0.tgz", archive],
  ]);
  await using server = await startChartRepository({ files, faults: {} });
  const env = { ...process.env, HELM_CACHE_HOME: join(context.scratch, "helm-cache") };
  return await runProcess({ program: helm, args: ["show", "chart", "chart-0", "--repo", server.url], env });
}
