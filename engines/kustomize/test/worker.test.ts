import { createWorkerPool, type SharedTree, shareTree, WeirError, type WorkerPool } from "@weir/core";
import { afterAll, describe, expect, test } from "vitest";
import type { BuildTaskInput, BuildTaskOutput } from "../src/index.ts";
import { aConfigMap, treeOf } from "./build-tree.ts";

const MODULE = new URL("../src/build-task.ts", import.meta.url);
const LIMITS = { timeoutMs: 20_000, memoryMb: 384 };

const pool: WorkerPool = createWorkerPool({ size: 1 });
afterAll(() => pool[Symbol.asyncDispose]());

function build(tree: SharedTree, rest: Partial<BuildTaskInput> = {}): Promise<BuildTaskOutput> {
  return pool.run<BuildTaskOutput>(MODULE, "runBuildTask", { tree, path: ".", spec: {}, ...rest }, LIMITS);
}

const good = shareTree(treeOf({ "c.yaml": aConfigMap("c") }));

/** Replacements that each put all that there is into one more field. */
function doubling(copy: (at: number) => string): Readonly<Record<string, string>> {
  const replacements = Array.from({ length: 60 }, (_, at) => copy(at)).join("\n");
  return {
    "kustomization.yaml": `resources: [c.yaml]\nreplacements:\n${replacements}\n`,
    "c.yaml": aConfigMap("c", "data: {k: some text}"),
  };
}

const SOURCE = "source: {kind: ConfigMap, name: c, fieldPath: data";
const SELECT = "select: {kind: ConfigMap}";

interface Hostile {
  readonly name: string;
  readonly want: string;
  readonly files: () => Readonly<Record<string, string>>;
}

const hostile: readonly Hostile[] = [
  {
    name: "a file of 100 MB",
    want: "document is larger than 67108864 bytes",
    files: () => ({ "c.yaml": aConfigMap("c", `data:\n${'  k: "v"\n'.repeat(10_000_000)}`) }),
  },
  {
    name: "fields that replacements fill with themselves",
    want: "a replacement makes an object of more than 400000 nodes",
    files: () =>
      doubling(
        (at) => `- {${SOURCE}}, targets: [{${SELECT}, fieldPaths: [data.k${at}], options: {create: true}}]}`,
      ),
  },
  {
    name: "fields that a patch copies into themselves",
    want: "a copy operation makes an object of more than 400000 nodes",
    files: () => {
      const copies = Array.from({ length: 60 }, (_, at) => `- {op: copy, from: /data, path: /data/k${at}}`);
      const patch = `target: {kind: ConfigMap}\n  patch: |-\n${copies.map((copy) => `    ${copy}`).join("\n")}`;
      return {
        "kustomization.yaml": `resources: [c.yaml]\npatches:\n- ${patch}\n`,
        "c.yaml": aConfigMap("c"),
      };
    },
  },
  {
    name: "a generator of large files",
    want: "file 'large' holds more than 8388608 bytes",
    files: () => ({
      "kustomization.yaml": "configMapGenerator: [{name: c, files: [large]}]",
      large: "some text\n".repeat(10_000_000),
    }),
  },
  {
    name: "a variable of a text that refers to it often",
    want: "a var makes a text of more than 4194304 characters",
    files: () => ({
      "kustomization.yaml":
        "resources: [c.yaml]\nvars: [{name: V, objref: {apiVersion: v1, kind: ConfigMap, name: c}, fieldref: {fieldpath: data.k}}]",
      "c.yaml": `${aConfigMap("c", `data: {k: ${"x".repeat(100_000)}}`)}---\napiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: i, command: ["${"$(V)".repeat(100_000)}"]}]}\n`,
    }),
  },
  {
    name: "a text that replacements double",
    want: "a replacement makes a text of more than 4194304 characters",
    files: () =>
      doubling(
        () =>
          `- {${SOURCE}.k}, targets: [{${SELECT}, fieldPaths: [data.k], options: {delimiter: "|", index: 99}}]}`,
      ),
  },
  {
    name: "a text that substitution multiplies",
    want: "substitution makes a text of more than 4194304 bytes",
    files: () => ({ "c.yaml": aConfigMap("c", `data: {k: "${"${A}".repeat(200_000)}"}`) }),
  },
];

describe("a worker", () => {
  test.each(hostile)(
    "ends $name with an error, and builds what comes next",
    async ({ files, want }) => {
      const substitution = { variables: { A: "a".repeat(10_000) } };
      const error = await build(shareTree(treeOf(files())), { substitution }).catch(
        (caught: unknown) => caught,
      );
      expect(error).toBeInstanceOf(WeirError);
      expect((error as WeirError).message).toContain(want);
      const next = await build(good);
      expect(next.objects).toHaveLength(1);
    },
    30_000,
  );
});
