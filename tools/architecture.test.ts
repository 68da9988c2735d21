import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { layersAsMarkdown, readLayers } from "./architecture/layers.ts";
import { findLayerViolations, findStyleViolations, findTableCycles } from "./architecture/rules.ts";
import { readSourceFiles } from "./architecture/source-files.ts";

const root = resolve(import.meta.dirname, "..");
const layers = readLayers(root).filter((layer) => existsSync(join(root, layer.folder)));

function packageName(folder: string): string {
  const path = join(root, folder, "package.json");
  if (!existsSync(path)) return folder;
  return (JSON.parse(readFileSync(path, "utf8")) as { readonly name: string }).name.replace("@weir/", "");
}

describe("the architecture", () => {
  test("has imports that point up the layer table only", () => {
    const violations = layers.flatMap((layer) =>
      findLayerViolations({
        name: packageName(layer.folder),
        layer,
        files: readSourceFiles(root, layer.folder),
      }),
    );
    expect(violations).toEqual([]);
  });

  test("has a layer table without a circle", () => {
    expect(findTableCycles(layers, packageName)).toEqual([]);
  });

  test("keeps the house style that no linter knows", () => {
    expect(findStyleViolations(layers.flatMap((layer) => readSourceFiles(root, layer.folder)))).toEqual([]);
  });

  test("is what docs/architecture.md shows", () => {
    expect(readFileSync(join(root, "docs/architecture.md"), "utf8")).toContain(
      layersAsMarkdown(readLayers(root)),
    );
  });
});
