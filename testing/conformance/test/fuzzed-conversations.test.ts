import { expect, test } from "vitest";
import { suite } from "../suites/apiserver/fuzzed.ts";

test("conversations that a fuzzer found go as kube-apiserver has them", async () => {
  const failed: string[] = [];
  let count = 0;
  for await (const result of suite.run("")) {
    count += 1;
    if (result.verdict === "fail") failed.push(`${result.name}: ${result.detail}`);
  }
  expect(failed).toEqual([]);
  expect(count).toBeGreaterThan(0);
});
