import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { fluxResources } from "@weir/api";
import { type JsonObject, type JsonValue, parseJson } from "@weir/core";
import { type CaseResult, type Suite } from "../../src/suite.ts";

/** Descriptions are ours: the reference holds none, so they are left out on our side. */
function withoutDescriptions(value: JsonValue, isSchema = false): JsonValue {
  if (Array.isArray(value)) return value.map((item: JsonValue) => withoutDescriptions(item, isSchema));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(
    ([key, item]) => !(isSchema && key === "description" && typeof item === "string"),
  );
  return Object.fromEntries(
    // A map from names to schemas may well have a property of that name.
    entries.map(([key, item]) => [key, withoutDescriptions(item, !(isSchema && key === "properties"))]),
  );
}

/** The first place where two trees differ, or nothing. */
function firstDifference(want: JsonValue, got: JsonValue, path: string): string | undefined {
  if (isDeepStrictEqual(want, got)) return undefined;
  const isTree = (value: JsonValue): value is JsonObject => typeof value === "object" && value !== null;
  if (!isTree(want) || !isTree(got) || Array.isArray(want) !== Array.isArray(got)) {
    return `${path}: want ${JSON.stringify(want)}, got ${JSON.stringify(got)}`;
  }
  for (const key of new Set([...Object.keys(want), ...Object.keys(got)])) {
    const [left, right] = [want[key], got[key]];
    if (left === undefined) return `${path}.${key}: not in the reference`;
    if (right === undefined) return `${path}.${key}: missing`;
    const difference = firstDifference(left, right, `${path}.${key}`);
    if (difference !== undefined) return difference;
  }
  return `${path}: differs`;
}

/** Compares the CRDs that are derived from our declarations with those that Flux publishes, as trees. */
export const suite: Suite = {
  name: "flux/crds",
  async *run(corpus: string): AsyncIterable<CaseResult> {
    const folder = resolve(corpus, "../reference/crds");
    const published = new Set(await readdir(folder));
    for (const resource of fluxResources) {
      const { metadata, spec } = resource.crd();
      const file = `${metadata.name}.json`;
      if (!published.has(file)) {
        yield { name: metadata.name, verdict: "fail", detail: "the reference has no such CRD" };
        continue;
      }
      const want = parseJson(await readFile(join(folder, file), "utf8"));
      const ours = spec.versions.map(({ schema, ...version }) => ({
        ...version,
        schema: withoutDescriptions(schema.openAPIV3Schema as JsonValue, true),
      }));
      const got = JSON.parse(JSON.stringify({ ...spec, versions: ours })) as JsonValue;
      const difference = firstDifference(want, got, "spec");
      yield difference === undefined
        ? { name: metadata.name, verdict: "pass" }
        : { name: metadata.name, verdict: "fail", detail: difference };
    }
  },
};
