import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { findDeadReferences, findDocuments } from "./documents/dead-references.ts";

const root = resolve(import.meta.dirname, "..");

describe("the documents", () => {
  test("name only paths, links and npm scripts that exist", () => {
    const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      readonly scripts: Readonly<Record<string, string>>;
    };
    const scripts = new Set(Object.keys(manifest.scripts));
    expect(findDocuments(root).flatMap((document) => findDeadReferences(root, document, scripts))).toEqual(
      [],
    );
  });
});
