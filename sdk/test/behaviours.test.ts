import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const ROOT = new URL("../../", import.meta.url);
const ROW = /^\| (?<behaviour>[^|]+) \| (?<name>[^|]+) \| `(?<file>[^`|]+\.test\.ts)` \|$/gm;

interface Row {
  readonly behaviour: string;
  readonly name: string;
  readonly file: string;
}

const table = readFileSync(new URL("docs/sdk/behaviours.md", ROOT), "utf8");
const rows = [...table.matchAll(ROW)].map(({ groups }) => groups as unknown as Row);

describe("the table of behaviours", () => {
  test("names tests that exist", () => {
    const sources = new Map<string, string>();
    for (const { file } of rows) {
      if (!sources.has(file)) sources.set(file, readFileSync(new URL(file, ROOT), "utf8"));
    }
    const missing = rows.filter(({ name, file }) => {
      const source = sources.get(file)?.replaceAll(/\(\s+"/g, '("') ?? "";
      return !source.includes(`("${name}"`) && !source.includes(`name: "${name}"`);
    });
    expect(missing).toEqual([]);
    expect(rows.length).toBeGreaterThan(200);
  });

  test("says no behaviour twice, and holds each line in one form", () => {
    const sections = table.split("\n## ").slice(1);
    for (const section of sections) {
      const named = [...section.matchAll(ROW)].map(({ groups }) => groups?.["behaviour"]);
      expect(new Set(named).size).toBe(named.length);
    }
    const lines = table.split("\n").filter((line) => line.includes(".test.ts` |"));
    expect(lines).toHaveLength(rows.length);
  });
});
