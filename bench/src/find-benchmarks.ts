import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Benchmark } from "./benchmark.ts";

/** The benchmarks of a folder, one a file named as the benchmark, in the order of their names; those asked for only. */
export async function findBenchmarks(
  folder: string,
  names: readonly string[],
): Promise<{ readonly found: readonly Benchmark[]; readonly unknown: readonly string[] }> {
  const all = readdirSync(folder)
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .map((file) => basename(file, ".ts"))
    .sort();
  const wanted = names.length === 0 ? all : all.filter((name) => names.includes(name));
  const found: Benchmark[] = [];
  for (const name of wanted) {
    const loaded = (await import(pathToFileURL(join(folder, `${name}.ts`)).href)) as {
      readonly benchmark: Benchmark;
    };
    found.push(loaded.benchmark);
  }
  return { found, unknown: names.filter((name) => !all.includes(name)) };
}
