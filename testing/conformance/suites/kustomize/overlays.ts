import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { describeError, memoryTree, type Tree } from "@weir/core";
import { buildKustomization, emitResources } from "@weir/kustomize";
import type { CaseResult, Suite } from "../../src/suite.ts";
import { firstDifference } from "../../src/kustomize/recorded-build.ts";

interface Golden {
  readonly dir: string;
  readonly golden: string;
  readonly stderr?: string;
}

function readTree(folder: string): Tree {
  const files = new Map<string, Uint8Array>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(relative(folder, path).split(sep).join("/"), readFileSync(path));
  }
  return memoryTree(files);
}

function judge(
  tree: Tree,
  name: string,
  golden: { dir: string; expected: string; stderr: string },
): CaseResult {
  try {
    const { objects, warnings } = buildKustomization(tree, golden.dir, { loadRestrictor: "none" });
    const output = emitResources(objects);
    if (output !== golden.expected) {
      return { name, verdict: "fail", detail: `output differs${firstDifference(output, golden.expected)}` };
    }
    const got = warnings.join("\n");
    if (got === golden.stderr.trim()) return { name, verdict: "pass" };
    return { name, verdict: "fail", detail: `warnings differ\n  got:  ${got}\n  want: ${golden.stderr}` };
  } catch (error) {
    return { name, verdict: "fail", detail: `failed: ${describeError(error)}` };
  }
}

function goldensOf(folder: string): readonly { dir: string; expected: string; stderr: string }[] {
  const source = JSON.parse(readFileSync(join(folder, "SOURCE.json"), "utf8")) as {
    readonly goldens: readonly (Golden | string)[];
  };
  return source.goldens.map((golden) => {
    const dir = typeof golden === "string" ? golden : golden.dir;
    const file = join(folder, "golden", `${dir.replaceAll("/", "__")}.yaml`);
    const stderr = typeof golden === "string" ? "" : (golden.stderr ?? "");
    return { dir, expected: readFileSync(file, "utf8"), stderr };
  });
}

export const suite: Suite = {
  name: "kustomize/overlays",
  async *run(corpus, only) {
    const root = join(corpus, "kustomize", "overlays");
    for (const repository of readdirSync(root).sort()) {
      const folder = join(root, repository);
      const tree = readTree(join(folder, "tree"));
      for (const golden of goldensOf(folder)) {
        const name = `${repository}/${golden.dir}`;
        if (only === undefined || only === name) yield judge(tree, name, golden);
      }
    }
  },
};
