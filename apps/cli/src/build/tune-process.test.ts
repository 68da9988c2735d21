import { memoryTree } from "@weir/core";
import { expect, test } from "vitest";
import { tuningTree } from "./tune-process.ts";

test("a tree tunes the process once, when much was read from it", () => {
  const files = memoryTree(new Map([["a", new Uint8Array(10_000)]]));
  const tree = { ...files, resolveLinks: (path: string) => ({ kind: "file", path }) as const };
  let tuned = 0;
  const tuning = tuningTree(tree, () => (tuned += 1));
  expect(tuning.read("b")).toBeUndefined();
  expect(tuning.read("a")?.byteLength).toBe(10_000);
  expect(tuned).toBe(0);
  for (let count = 0; count < 3; count += 1) tuning.read("a");
  expect(tuned).toBe(1);
});
