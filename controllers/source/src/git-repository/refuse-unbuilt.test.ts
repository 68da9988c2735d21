import type { GitRepository } from "@weir/api";
import { describe, expect, test } from "vitest";
import { refuseUnbuilt } from "./refuse-unbuilt.ts";

function aRepository(spec: object | undefined): GitRepository {
  const base = { url: "http://git/app.git", interval: "1m" };
  return {
    metadata: { name: "app" },
    ...(spec === undefined ? {} : { spec: { ...base, ...spec } }),
  } as GitRepository;
}

describe("refuseUnbuilt", () => {
  test.each([
    [{}, undefined],
    [{ provider: "generic" }, undefined],
    [
      { provider: "github" },
      "secretRef with github app data must be specified when provider is set to github",
    ],
    [
      { provider: "github", secretRef: { name: "app" } },
      "spec.provider: logging in with 'github' is not supported yet",
    ],
    [{ provider: "azure" }, "spec.provider: logging in with 'azure' is not supported yet"],
    [
      { serviceAccountName: "x" },
      "spec.serviceAccountName: logging in by a workload identity is not supported yet",
    ],
    [undefined, "spec.url: required value"],
  ] as const)("of %j says %j", (spec, want) => {
    expect(refuseUnbuilt(aRepository(spec))?.message).toBe(want);
  });
});
