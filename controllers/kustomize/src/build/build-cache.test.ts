import { memoryTree, type Tree } from "@weir/core";
import { buildFluxKustomization } from "@weir/kustomize";
import { describe, expect, test } from "vitest";
import { BuildCache, type BuiltManifests } from "./build-cache.ts";

type Files = Readonly<Record<string, string>>;

function treeOf(files: Files): Tree {
  return memoryTree(new Map(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)])));
}

const aMap = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`;

const spec = { components: ["../extra"], ignoreMissingComponents: true };

function build(tree: Tree): BuiltManifests {
  const { objects, filesRead, foldersListed } = buildFluxKustomization(tree, "app", spec);
  return { objects, digest: "sha256:a", size: 10, filesRead, foldersListed };
}

const files: Files = {
  "app/kustomization.yaml": "resources: [../base]",
  "base/kustomization.yaml": "resources: [a.yaml]",
  "base/a.yaml": aMap("a"),
  "other/x.yaml": "x",
};
const generated: Files = { "app/a.yaml": aMap("a"), "app/deep/b.yaml": aMap("b"), "other/x.yaml": "x" };

interface Case {
  readonly name: string;
  readonly before: Files;
  readonly after: Files;
  readonly isFound: boolean;
}

const cases: readonly Case[] = [
  { name: "the same artifact", before: files, after: { ...files }, isFound: true },
  {
    name: "an artifact that changed elsewhere",
    before: files,
    after: { ...files, "other/x.yaml": "y", "base/unread.yaml": "n", "app/readme.md": "n" },
    isFound: true,
  },
  {
    name: "a generated kustomization whose artifact changed elsewhere",
    before: generated,
    after: { ...generated, "other/x.yaml": "y" },
    isFound: true,
  },
  {
    name: "a file that was read and changed",
    before: files,
    after: { ...files, "base/a.yaml": aMap("b") },
    isFound: false,
  },
  {
    name: "a second kustomization file beside one that was read",
    before: files,
    after: { ...files, "base/kustomization.yml": "resources: []" },
    isFound: false,
  },
  {
    name: "a kustomization where one was generated",
    before: generated,
    after: { ...generated, "app/Kustomization": "resources: [a.yaml]" },
    isFound: false,
  },
  {
    name: "a kustomization below a generated one",
    before: generated,
    after: { ...generated, "app/deep/kustomization.yml": "resources: [b.yaml]" },
    isFound: false,
  },
  {
    name: "a manifest below a generated kustomization",
    before: generated,
    after: { ...generated, "app/deep/down/c.yaml": aMap("c") },
    isFound: false,
  },
  {
    name: "a file that is gone",
    before: files,
    after: { "app/kustomization.yaml": "resources: [../base]" },
    isFound: false,
  },
  {
    name: "an optional component that has come",
    before: files,
    after: {
      ...files,
      "extra/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component",
    },
    isFound: false,
  },
];

describe("BuildCache", () => {
  test.each(cases)("finds a build again: $isFound for $name", ({ before, after, isFound }) => {
    const cache = new BuildCache();
    const built = build(treeOf(before));
    cache.set("key", treeOf(before), built);
    expect(cache.get("key", treeOf(after))).toBe(isFound ? built : undefined);
    expect(cache.get("other", treeOf(before))).toBeUndefined();
  });

  test("lets go of what was used longest ago", () => {
    const cache = new BuildCache();
    const tree = treeOf(files);
    const large = { ...build(tree), size: 15 * 1024 * 1024 };
    for (const key of ["a", "b", "c", "d"]) cache.set(key, tree, large);
    cache.get("a", tree);
    cache.set("e", tree, large);
    expect(["a", "b", "c", "d", "e"].map((key) => cache.get(key, tree) !== undefined)).toEqual([
      true,
      false,
      true,
      true,
      true,
    ]);
  });
});
