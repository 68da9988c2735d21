import { describe, expect, test } from "vitest";
import { openSharedTree, shareTree } from "./shared-tree.ts";
import { memoryTree } from "./tree.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("a shared tree", () => {
  test("reads and lists as the tree it was made of, empty directories too", () => {
    const tree = memoryTree(
      new Map([
        ["a/b.yaml", bytes("x: 1")],
        ["c", bytes("")],
      ]),
      ["a/empty"],
    );
    const opened = openSharedTree(structuredClone(shareTree(tree, "sha256:abc")));
    expect(Buffer.from(opened.read("a/b.yaml") ?? []).toString()).toBe("x: 1");
    expect(opened.read("c")?.byteLength).toBe(0);
    expect(opened.list("")).toEqual(tree.list(""));
    expect(opened.list("a")).toEqual(tree.list("a"));
    expect(opened.list("a/empty")).toEqual([]);
    expect(opened.digest).toBe("sha256:abc");
  });
});
