import type { JsonObject, JsonValue } from "@weir/core";
import { isJsonObject, propertyOf, textOf } from "../descriptor.ts";
import { ociAnnotations } from "../media-type.ts";

/**
 * The annotations that helm gives a chart's manifest: what Chart.yaml says in the image specification's words, and the
 * chart's own annotations, which replace none but title and version.
 */
export function annotationsOfChart(metadata: JsonObject, created: string): Readonly<Record<string, string>> {
  const own = propertyOf(metadata, "annotations");
  const { title, version, description, url, source, authors } = ociAnnotations;
  const [firstSource = ""] = listOf(metadata, "sources");
  const said: readonly (readonly [string, string])[] = [
    [description, textOf(metadata, "description")],
    [title, textOf(metadata, "name")],
    [version, textOf(metadata, "version")],
    [url, textOf(metadata, "home")],
    [ociAnnotations.created, created],
    [source, typeof firstSource === "string" ? firstSource : ""],
    [authors, authorsOf(metadata)],
  ];
  const annotations = new Map(said.filter(([, text]) => text.trim() !== ""));
  for (const [key, text] of Object.entries(isJsonObject(own) ? own : {})) {
    if (key !== title && key !== version && typeof text === "string") annotations.set(key, text);
  }
  return Object.fromEntries(annotations);
}

function listOf(metadata: JsonObject, key: string): readonly JsonValue[] {
  const value = propertyOf(metadata, key);
  return Array.isArray(value) ? value : [];
}

function authorsOf(metadata: JsonObject): string {
  return listOf(metadata, "maintainers")
    .filter(isJsonObject)
    .map((maintainer) => {
      const email = textOf(maintainer, "email");
      return `${textOf(maintainer, "name")}${email === "" ? "" : ` (${email})`}`;
    })
    .join(", ");
}
