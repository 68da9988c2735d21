import { readFileSync } from "node:fs";
import { join } from "node:path";

/** One row of the layer table: a folder, what it holds, and the packages it may import (`*` for all). */
export interface Layer {
  readonly folder: string;
  readonly holds: string;
  readonly mayImport: readonly string[];
  /** What its tests may import besides. */
  readonly testsMayImport?: readonly string[];
}

/** The layer table, top of the file first; imports point upwards in it only. */
export function readLayers(root: string): readonly Layer[] {
  const table = JSON.parse(readFileSync(join(root, "tools/layers.json"), "utf8")) as {
    readonly layers: readonly Layer[];
  };
  return table.layers;
}

/** The table as `docs/architecture.md` shows it. */
export function layersAsMarkdown(layers: readonly Layer[]): string {
  const rows = layers.map((layer) => {
    const imports = layer.mayImport.includes("*") ? "everything above" : layer.mayImport.join(", ") || "–";
    return `| \`${layer.folder}\` | ${layer.holds} | ${imports} |`;
  });
  return ["| folder | holds | may import |", "|---|---|---|", ...rows].join("\n");
}
