import { describe, expect, test } from "vitest";
import { suite } from "../suites/kustomize/fuzzed.ts";

describe("kustomizations that fuzzing found", () => {
  test("build to the bytes that kubectl printed, or fail in its words", async () => {
    const failed: string[] = [];
    let count = 0;
    for await (const result of suite.run("")) {
      count += 1;
      if (result.verdict === "fail") failed.push(`${result.name}: ${result.detail}`);
    }
    expect(failed).toEqual([]);
    expect(count).toBeGreaterThan(0);
  });
});
