import type { GitRepository } from "@weir/api";
import { describe, expect, test } from "vitest";
import { isVerified, verificationMode } from "./verification-mode.ts";

function aRepository(mode: string | undefined, observed?: string, observedGeneration = 2): GitRepository {
  const verify = mode === undefined ? {} : { verify: { mode, secretRef: { name: "keys" } } };
  const status = { observedGeneration, ...(observed && { sourceVerificationMode: observed }) };
  return {
    metadata: { name: "app", generation: 2 },
    spec: { ...verify },
    status,
  } as unknown as GitRepository;
}

describe("verificationMode", () => {
  test.each([
    [undefined, undefined],
    ["head", "HEAD"],
    ["HEAD", "HEAD"],
    ["Tag", "Tag"],
    ["TagAndHEAD", "TagAndHEAD"],
  ])("of %s is %s", (mode, want) => {
    expect(verificationMode(aRepository(mode))).toBe(want);
  });
});

describe("isVerified", () => {
  test.each([
    { name: "nothing is asked for", mode: undefined, want: true },
    { name: "nothing was verified", mode: "HEAD", want: false },
    { name: "the same was verified", mode: "head", observed: "HEAD", want: true },
    { name: "more was verified", mode: "Tag", observed: "TagAndHEAD", want: true },
    { name: "less was verified", mode: "TagAndHEAD", observed: "HEAD", want: false },
    { name: "another was verified", mode: "Tag", observed: "HEAD", want: false },
    { name: "it was for another generation", mode: "HEAD", observed: "HEAD", seen: 1, want: false },
  ])("is $want where $name", ({ mode, observed, seen, want }) => {
    expect(isVerified(aRepository(mode, observed, seen))).toBe(want);
  });
});
