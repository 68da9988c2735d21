import { expect, test } from "vitest";
import { suite } from "../suites/helm/fuzzed.ts";

test("charts that a fuzzer found render as helm renders them", async () => {
  const failed: string[] = [];
  let count = 0;
  for await (const result of suite.run("")) {
    count += 1;
    if (result.verdict === "fail") failed.push(`${result.name}: ${result.detail}`);
  }
  expect(failed).toEqual([]);
  expect(count).toBeGreaterThan(0);
});
