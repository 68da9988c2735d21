import { describe, expect, test } from "vitest";
import { jsonDifference } from "./json-difference.ts";
import { fillPlaceholders, normalize } from "./normalize.ts";

const substitutions = {
  placeholders: [
    ["http://127.0.0.1:4001", "${GIT}"],
    ["127.0.0.1:4001", "${GITHOST}"],
  ],
} as const;

describe("normalize", () => {
  test.each([
    ["http://127.0.0.1:4001/app.git", "${GIT}/app.git"],
    ["dial tcp 127.0.0.1:4001: refused", "dial tcp ${GITHOST}: refused"],
    ["2026-11-22T20:00:00Z", "<time>"],
    ["2024-01-01T01:00:00Z", "2024-01-01T01:00:00Z"],
    [
      "Reconciliation finished in 1.234567s, next run in 10m0s",
      "Reconciliation finished in <duration>, next run in 10m0s",
    ],
    ["Health check passed in 1m2.5s", "Health check passed in <duration>"],
    ["health check failed after 30s: x", "health check failed after <duration>: x"],
    ["unable to clone 'x': whatever: git says", "unable to clone 'x': <text>"],
  ])("writes %j as %j", (text, want) => {
    expect(normalize(text, substitutions)).toBe(want);
  });

  test("leaves out the digest and size of archives that we pack, and no other", () => {
    const artifact = { path: "a", url: "b", digest: "sha256:1", size: 3 };
    expect(normalize({ artifact, digest: "sha256:2", size: 4 }, substitutions)).toEqual({
      artifact: { path: "a", url: "b", digest: "<digest>", size: "<size>" },
      digest: "sha256:2",
      size: 4,
    });
  });

  test("keeps the digest and size of archives that are passed on, and leaves out those of release snapshots", () => {
    const passed = { path: "a", url: "b", digest: "sha256:1", size: 3 };
    const snapshot = { chartVersion: "1.0.0", configDigest: "sha256:2", digest: "sha256:3" };
    const value = { passed, snapshot, "source.toolkit.fluxcd.io/digest": "sha256:1" };
    expect(normalize(value, { ...substitutions, passedOn: new Set(["sha256:1"]) })).toEqual({
      ...value,
      snapshot: { ...snapshot, digest: "<digest>" },
    });
  });

  test("is undone by filling in this run's addresses", () => {
    const recorded = { url: "${GIT}/app.git", other: ["${V}"] };
    const filled = fillPlaceholders(recorded, substitutions);
    expect(filled).toEqual({ url: "http://127.0.0.1:4001/app.git", other: ["${V}"] });
    expect(normalize(filled, substitutions)).toEqual(recorded);
  });
});

describe("jsonDifference", () => {
  test.each([
    [{ a: 1, b: 2 }, { b: 2, a: 1 }, undefined],
    [{ a: [1, 2] }, { a: [1] }, "a[1]: recorded 2, got nothing"],
    [{ a: [1] }, { a: [1, 2] }, "a[1]: recorded nothing, got 2"],
    [{ a: { b: null } }, { a: {} }, "a.b: recorded null, got nothing"],
    [{ a: { b: "x" } }, { a: "x" }, 'a: recorded {"b":"x"}, got "x"'],
  ])("between %j and %j is %j", (expected, actual, want) => {
    expect(jsonDifference(expected, actual)).toBe(want);
  });
});
