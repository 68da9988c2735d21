import { memoryTree } from "@weir/core";
import { describe, expect, test } from "vitest";
import { BuildCache, type BuildPlace, type BuiltManifests } from "./build-cache.ts";

type Files = Readonly<Record<string, string>>;

const place = (files: Files, optionalPaths: readonly string[] = []): BuildPlace => ({
  tree: memoryTree(new Map(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)]))),
  path: "app",
  optionalPaths,
});

const built: BuiltManifests = {
  objects: [],
  digest: "sha256:a",
  size: 10,
  filesRead: ["app/kustomization.yaml", "base/a.yaml"],
};

const files: Files = { "app/kustomization.yaml": "k", "base/a.yaml": "a", "other/x.yaml": "x" };

describe("BuildCache", () => {
  const cases: readonly { readonly name: string; readonly now: Files; readonly isFound: boolean }[] = [
    { name: "the same artifact", now: files, isFound: true },
    {
      name: "an artifact that changed elsewhere",
      now: { ...files, "other/x.yaml": "y", "new.yaml": "n" },
      isFound: true,
    },
    { name: "a file that was read and changed", now: { ...files, "base/a.yaml": "b" }, isFound: false },
    {
      name: "a file beside one that was read",
      now: { ...files, "base/kustomization.yml": "k" },
      isFound: false,
    },
    {
      name: "a file anywhere below the path",
      now: { ...files, "app/deep/down/b.yaml": "b" },
      isFound: false,
    },
    { name: "a file that is gone", now: { "app/kustomization.yaml": "k" }, isFound: false },
  ];
  test.each(cases)("finds a build again: $isFound for $name", ({ now, isFound }) => {
    const cache = new BuildCache();
    cache.set("key", place(files), built);
    expect(cache.get("key", place(now))).toBe(isFound ? built : undefined);
    expect(cache.get("other", place(files))).toBeUndefined();
  });

  test("notices a component that was optional and has come", () => {
    const cache = new BuildCache();
    cache.set("key", place(files, ["../extra"]), built);
    expect(
      cache.get("key", place({ ...files, "extra/kustomization.yaml": "k" }, ["../extra"])),
    ).toBeUndefined();
  });

  test("lets go of what was used longest ago", () => {
    const cache = new BuildCache();
    const large = { ...built, size: 15 * 1024 * 1024 };
    for (const key of ["a", "b", "c", "d"]) cache.set(key, place(files), large);
    cache.get("a", place(files));
    cache.set("e", place(files), large);
    expect(["a", "b", "c", "d", "e"].map((key) => cache.get(key, place(files)) !== undefined)).toEqual([
      true,
      false,
      true,
      true,
      true,
    ]);
  });
});
