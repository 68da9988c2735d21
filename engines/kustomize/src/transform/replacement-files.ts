import type { JsonValue } from "@weir/core";
import { loadYaml } from "@weir/yaml";
import { KustomizeError, messageOf, withPrefix } from "../error.ts";
import { goDecode } from "../file/go-decode.ts";
import { type Replacement, type ReplacementField, replacementType } from "../file/kustomization.ts";
import type { Loader } from "../file/loader.ts";

/** The replacements of a field: inline ones, and those of the files that it names. */
export function loadReplacements(
  fields: readonly ReplacementField[],
  loader: Loader,
): readonly Replacement[] {
  return fields.flatMap((field) => {
    const { path = "", source, targets = [] } = field;
    if (path === "") return [field];
    if (source !== undefined || targets.length > 0) {
      throw new KustomizeError("cannot specify both path and inline replacement");
    }
    return fromFile(loader.load(path));
  });
}

function fromFile(content: Uint8Array): readonly Replacement[] {
  let value: JsonValue;
  try {
    value = loadYaml(content);
  } catch (error) {
    throw new KustomizeError(`error converting YAML to JSON: ${messageOf(error)}`, { cause: error });
  }
  if (value === null || typeof value !== "object") {
    const kind = value === null ? "invalid" : typeof value === "boolean" ? "bool" : typeof value;
    throw new KustomizeError(
      `unsupported replacement type encountered within replacement path: ${kind === "number" ? "float64" : kind}`,
    );
  }
  const items: readonly JsonValue[] = Array.isArray(value) ? value : [value];
  return items.map((item) =>
    withPrefix(
      "error unmarshaling JSON: while decoding JSON",
      () => (goDecode(item, replacementType, false) ?? {}) as Replacement,
    ),
  );
}
