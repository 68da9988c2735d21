import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { diffLines, unifiedDiff } from "./diff-lines.ts";
import { changedFields } from "./diff-objects.ts";
import { withoutSecrets } from "./rendered-objects.ts";

describe("a diff of lines", () => {
  it("leads from one text to the other", () => {
    fc.configureGlobal({ seed: 1 });
    const lines = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 12 });
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const diff = diffLines(before, after);
        expect(diff.filter(([mark]) => mark !== "+").map(([, line]) => line)).toEqual(before);
        expect(diff.filter(([mark]) => mark !== "-").map(([, line]) => line)).toEqual(after);
      }),
    );
  });

  it("shows three lines around what differs", () => {
    const before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
    expect(unifiedDiff(before, before.replace("5", "five"))).toBe(
      "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n",
    );
    expect(unifiedDiff(before, before)).toBe("");
  });

  it("takes bounded time for texts that have nothing in common", () => {
    const lines = (word: string): readonly string[] =>
      Array.from({ length: 20_000 }, (_, at) => `${word}${at}`);
    expect(diffLines(lines("a"), lines("b"))).toHaveLength(40_000);
  });
});

describe("a diff of objects", () => {
  it("names fields, and items of lists by their names", () => {
    const before = { spec: { replicas: 1, containers: [{ name: "a", image: "x:1" }, { name: "b" }] } };
    const after = { spec: { containers: [{ name: "b" }, { name: "a", image: "x:2" }], ports: [1] } };
    expect(changedFields(before, after)).toEqual([
      { path: "spec.containers[a].image", before: "x:1", after: "x:2" },
      { path: "spec.ports", before: undefined, after: [1] },
      { path: "spec.replicas", before: 1, after: undefined },
    ]);
  });

  it("says which values of a Secret differ, and not what they are", () => {
    const secret = (data: Record<string, string>): Parameters<typeof withoutSecrets>[0] => ({
      id: "Secret/ns/s",
      object: { kind: "Secret", data },
      text: "canary",
    });
    const masked = withoutSecrets(
      secret({ a: "canary", b: "same" }),
      secret({ a: "x", b: "same" }),
      "before",
    );
    expect(masked.object).toEqual({ kind: "Secret", data: { a: "*** (before)", b: "***" } });
    expect(masked.text).not.toContain("canary");
  });
});
