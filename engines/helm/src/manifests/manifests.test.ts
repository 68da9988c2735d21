import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { hooksOf } from "./hook.ts";
import { readManifestHead } from "./manifest-head.ts";
import { sortManifests } from "./sort-manifests.ts";
import { splitManifests } from "./split-manifests.ts";

describe("splitting", () => {
  it.each<readonly [string, string, readonly string[]]>([
    ["documents", "a: 1\n---\nb: 2\n", ["a: 1", "b: 2\n"]],
    ["a leading separator", "---\na: 1\n", ["a: 1\n"]],
    ["a separator with text behind it", "a: 1\n---kind: B\n", ["a: 1", "kind: B\n"]],
    ["a separator in a block scalar", "a: |\n  x\n---\n  y\n", ["a: |\n  x", "y\n"]],
    ["blank documents", "\n\n---\n \n# c\n---\n\n", ["# c"]],
    ["two separators in a row", "---\n---\na: 1", ["---\na: 1"]],
  ])("takes %s as Helm does", (_name, text, want) => {
    expect(splitManifests(text)).toEqual(want);
  });

  it("agrees with the regular expression", () => {
    fc.configureGlobal({ seed: 1 });
    const parts = fc.array(fc.constantFrom("---", "\n", " ", "a", "\t", "-", "\u00a0"), { maxLength: 30 });
    fc.assert(
      fc.property(parts, (text) => {
        const trimmed = text.join("").replace(/^[\s\u0085]+/, "");
        const model = trimmed
          .split(/(?:^|[\t\n\f\r ]*\n)---[\t\n\f\r ]*/)
          .filter((document) => document.trim() !== "")
          .map((document) => document.trimStart());
        expect(splitManifests(text.join(""))).toEqual(model);
      }),
    );
  });

  it("takes time linear in white space", () => {
    expect(splitManifests(`a${"\n ".repeat(500_000)}b`)).toHaveLength(1);
  });
});

describe("the head of a document", () => {
  it("reads keys in any case, and numbers as texts", () => {
    const head = readManifestHead(
      "KIND: 5\nmetadata: {Name: 1.5, annotations: {a: true, b: 1e22, c: null}}\n",
    );
    expect(head).toMatchObject({ kind: "5", name: "1.5" });
    expect([...head.annotations]).toEqual([
      ["a", "true"],
      ["b", "1e+22"],
      ["c", ""],
    ]);
  });

  it.each([
    [
      "kind: []",
      "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go struct field SimpleHead.kind of type string",
    ],
    [
      "metadata: {annotations: x}",
      "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal string into Go struct field .metadata.annotations of type map[string]string",
    ],
    [
      "- a",
      "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type util.SimpleHead",
    ],
    ["a: b: c", "error converting YAML to JSON: yaml: mapping values are not allowed in this context"],
  ])("refuses %s", (text, want) => {
    expect(() => readManifestHead(text)).toThrow(want);
  });
});

describe("hooks", () => {
  const hook = (name: string, annotations: string): string =>
    `kind: Job\nmetadata:\n  name: ${name}\n  annotations: {${annotations}}\n`;

  it("run by weight and then by name", () => {
    const files = new Map([
      ["c/a.yaml", hook("b", "helm.sh/hook: pre-install")],
      ["c/b.yaml", hook("a", "helm.sh/hook: 'pre-install, post-install'")],
      ["c/c.yaml", hook("z", "helm.sh/hook: pre-install, helm.sh/hook-weight: '-5'")],
    ]);
    const { hooks } = sortManifests(files);
    expect(hooksOf("pre-install", hooks).map(({ name }) => name)).toEqual(["z", "a", "b"]);
    expect(hooksOf("post-install", hooks).map(({ name }) => name)).toEqual(["a"]);
  });

  it("of events that there are not are left out", () => {
    const sorted = sortManifests(new Map([["c/a.yaml", hook("a", "helm.sh/hook: crd-install")]]));
    expect(sorted).toEqual({ hooks: [], manifests: [], unknownHooks: ["crd-install"] });
  });
});
