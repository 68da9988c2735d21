import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { memoryTree, type Tree } from "@weir/core";
import { buildKustomization, digestOfReads, emitResources } from "@weir/kustomize";
import type { BuildsFigures, Scenario } from "./scenario.ts";

/** Builds one folder again and again in this process, as a worker of the controller does with an artifact. */
export function runBuilds({
  root,
  path,
  repetitions,
}: Extract<Scenario, { readonly kind: "builds" }>): BuildsFigures {
  const tree = readTree(root);
  const times: number[] = [];
  const timed = <Value>(run: () => Value): Value => {
    const start = performance.now();
    const value = run();
    times.push(performance.now() - start);
    return value;
  };
  const built = timed(() => buildKustomization(tree, path));
  for (let count = 1; count < repetitions; count += 1) timed(() => buildKustomization(tree, path));
  const [firstMs = Number.NaN, ...laterMs] = times.splice(0);
  timed(() => digestOfReads(tree, built));
  const [checkMs = Number.NaN] = times.splice(0);
  timed(() => emitResources(built.objects));
  const [emitMs = Number.NaN] = times;
  return { firstMs, laterMs, checkMs, emitMs, objects: built.objects.length };
}

function readTree(root: string): Tree {
  const names = readdirSync(root, { recursive: true, encoding: "utf8" });
  const files = names.map((name) => join(root, name)).filter((file) => statSync(file).isFile());
  return memoryTree(new Map(files.map((file) => [relative(root, file), readFileSync(file)])));
}
