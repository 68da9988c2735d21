import type { JsonValue } from "@weir/core";
import { loadYaml } from "@weir/yaml";

/** A place in the output that differs from run to run. */
export interface IgnoredPath {
  /** Index of the document. */
  readonly doc: number;
  /** JSON pointer. */
  readonly path: string;
}

/** The output with the values at the ignored places taken out, wherever the document has their text. */
export function maskPaths(output: string, ignored: readonly IgnoredPath[]): string {
  if (ignored.length === 0) return output;
  // The output starts with a separator.
  const [before = "", ...documents] = output.split(/^---\n/m);
  const masked = documents.map((text, doc) => {
    const paths = ignored.filter((place) => place.doc === doc).map(({ path }) => path);
    if (paths.length === 0) return text;
    const root = loadYaml(text);
    return paths.reduce((rest, path) => maskValue(rest, valueAt(root, path)), text);
  });
  return [before, ...masked].join("---\n");
}

function maskValue(text: string, value: JsonValue | undefined): string {
  if (value === undefined || value === null) return text;
  const lines = (typeof value === "string" ? value : JSON.stringify(value))
    .split("\n")
    .filter((line) => line !== "");
  return lines.reduce((masked, line) => masked.replaceAll(line, "*"), text);
}

function valueAt(root: JsonValue, path: string): JsonValue | undefined {
  let value: JsonValue | undefined = root;
  for (const part of path.split("/").slice(1)) {
    const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as { readonly [key: string]: JsonValue })[key];
  }
  return value;
}
