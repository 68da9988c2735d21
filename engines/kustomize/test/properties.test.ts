import fc from "fast-check";
import { expect, test } from "vitest";
import { buildKustomization, emitResources } from "../src/index.ts";
import { treeOf } from "./build-tree.ts";

const name = fc.stringMatching(/^[a-z][a-z0-9]{0,5}$/);
const value = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.constantFrom("1", "true", "null", "0x1", "a: b", "- a", "\n", " x", "é", "2024-01-02"),
);
const configMap = fc.record({ name, data: fc.dictionary(name, value, { maxKeys: 4 }) });
const configMaps = fc.uniqueArray(configMap, { selector: (map) => map.name, minLength: 1, maxLength: 6 });

function asText(
  maps: ReadonlyArray<{ readonly name: string; readonly data: Readonly<Record<string, string>> }>,
): string {
  const documents = maps.map(({ name: own, data }) =>
    JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: own }, data }),
  );
  return documents.join("\n---\n");
}

function outputOf(files: Readonly<Record<string, string>>): string {
  return emitResources(buildKustomization(treeOf(files), ".").objects);
}

/** Characters that upstream refuses or that its YAML cannot carry. */
function isPlain(text: string): boolean {
  return /^[\t\n\u0020-\u007e\u00a0-\ud7ff]*$/.test(text) && !text.startsWith("\t");
}

const plainMaps = configMaps.filter((maps) => maps.every(({ data }) => Object.values(data).every(isPlain)));

test("a build of its own output changes nothing", () => {
  fc.assert(
    fc.property(plainMaps, (maps) => {
      const once = outputOf({ "kustomization.yaml": "resources: [x.yaml]", "x.yaml": asText(maps) });
      expect(outputOf({ "kustomization.yaml": "resources: [x.yaml]", "x.yaml": once })).toBe(once);
    }),
    { numRuns: 100 },
  );
});

test("the legacy order does not depend on the order of the resources", () => {
  fc.assert(
    fc.property(plainMaps, (maps) => {
      const forward = outputOf({
        "kustomization.yaml": "namePrefix: p-\nresources: [x.yaml]",
        "x.yaml": asText(maps),
      });
      const backward = outputOf({
        "kustomization.yaml": "namePrefix: p-\nresources: [x.yaml]",
        "x.yaml": asText(maps.toReversed()),
      });
      expect(backward).toBe(forward);
    }),
    { numRuns: 100 },
  );
});

test("building twice from one tree gives the same and leaves the tree as it was", () => {
  fc.assert(
    fc.property(plainMaps, (maps) => {
      const text = asText(maps);
      const tree = treeOf({
        "kustomization.yaml": "namespace: team\nlabels: [{pairs: {a: b}}]\nresources: [x.yaml]",
        "x.yaml": text,
      });
      const first = buildKustomization(tree, ".");
      expect(buildKustomization(tree, ".")).toEqual(first);
      expect(Buffer.from(tree.read("x.yaml") ?? []).toString("utf8")).toBe(text);
    }),
    { numRuns: 50 },
  );
});
