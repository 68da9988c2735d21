// npm run bench [-- NAME… [--out FOLDER] [--profile FOLDER] [--list]]
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Benchmark, BenchmarkResult } from "./benchmark.ts";
import { findBenchmarks } from "./find-benchmarks.ts";
import { currentLoad, describeMachine, type Machine } from "./machine.ts";
import { summarizeProfiles } from "./profile-summary.ts";
import { renderTable } from "./table.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: "string" },
    profile: { type: "string" },
    list: { type: "boolean", default: false },
  },
});

const root = resolve(import.meta.dirname, "../..");

async function runBenchmark(benchmark: Benchmark): Promise<BenchmarkResult> {
  const scratch = mkdtempSync(join(tmpdir(), "weir-bench-"));
  const profiles = values.profile === undefined ? undefined : resolve(values.profile, benchmark.name);
  if (profiles !== undefined) {
    rmSync(profiles, { recursive: true, force: true });
    mkdirSync(profiles, { recursive: true });
  }
  try {
    return await benchmark.run({
      root,
      scratch,
      searchPath: process.env["PATH"] ?? "",
      ...(profiles === undefined ? {} : { profiles }),
      progress: (text) => process.stderr.write(`  … ${text}\n`),
    });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
    if (profiles !== undefined) process.stdout.write(summarizeProfiles(profiles, root));
  }
}

function print(result: BenchmarkResult): void {
  if (result.kind === "skipped") {
    process.stdout.write(`  skipped: ${result.reason}\n`);
    return;
  }
  process.stdout.write(renderTable(result.rows));
  for (const note of result.notes ?? []) process.stdout.write(`  ${note}\n`);
}

interface Run {
  readonly name: string;
  readonly about: string;
  readonly machine: Machine;
  readonly loadBefore: number;
}

function write(folder: string, run: Run, result: BenchmarkResult): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${run.name}.json`), `${JSON.stringify({ ...run, ...result }, null, 2)}\n`);
}

function describe(machine: Machine): string {
  const { node, platform, processor, cores, memoryGb, commit } = machine;
  return `node ${node}, ${platform}, ${cores} cores (${processor}), ${memoryGb} GB, commit ${commit}\n`;
}

/** One that fails does not keep the others from running. */
async function runAll(benchmarks: readonly Benchmark[]): Promise<void> {
  const machine = describeMachine(root);
  process.stdout.write(describe(machine));
  for (const benchmark of benchmarks) {
    const { name, about } = benchmark;
    const loadBefore = currentLoad();
    process.stdout.write(`\n${name}: ${about} (load before: ${loadBefore})\n`);
    try {
      const result = await runBenchmark(benchmark);
      print(result);
      if (values.out !== undefined) write(values.out, { name, about, machine, loadBefore }, result);
    } catch (error) {
      process.stdout.write(`  failed: ${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 1;
    }
  }
}

const { found, unknown } = await findBenchmarks(join(import.meta.dirname, "benchmarks"), positionals);
if (unknown.length > 0) {
  process.stdout.write(`no benchmark is named ${unknown.join(" or ")}\n`);
  process.exitCode = 1;
} else if (values.list) {
  for (const { name, about } of found) process.stdout.write(`${name}: ${about}\n`);
} else {
  await runAll(found);
}
