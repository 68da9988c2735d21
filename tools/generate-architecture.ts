import { readFileSync } from "node:fs";
import { join } from "node:path";
import { layersAsMarkdown, readLayers } from "./architecture/layers.ts";
import type { GenerateInput } from "./generating/generated-files.ts";

const BEGIN = "<!-- layers: generated from tools/layers.json -->";
const END = "<!-- /layers -->";

/** Puts the layer table into docs/architecture.md, between its marks. */
export function generate({ root }: GenerateInput): ReadonlyMap<string, string> {
  const path = "docs/architecture.md";
  const text = readFileSync(join(root, path), "utf8");
  const before = text.slice(0, text.indexOf(BEGIN) + BEGIN.length);
  const after = text.slice(text.indexOf(END));
  return new Map([[path, `${before}\n${layersAsMarkdown(readLayers(root))}\n${after}`]]);
}
