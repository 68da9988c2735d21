import type { JsonObject, JsonValue } from "@weir/core";
import { formatGoValue, goTypeName } from "@weir/objects";
import { isDraft } from "../resources/draft-access.ts";

/** What stands at a plain path, or why nothing can be there; both absent where nothing is. */
export interface NestedField<Value> {
  readonly value?: Value;
  /** In the words of Kubernetes' accessors. */
  readonly problem?: string;
}

function nestedField(object: JsonObject, path: string): NestedField<JsonValue> {
  const names = path.replace(/^\./, "").split(".");
  let value: JsonValue = object;
  for (const [index, name] of names.entries()) {
    if (value === null) return {};
    if (!isDraft(value))
      return { problem: wrongType(names.slice(0, index + 1), value, "map[string]interface{}") };
    if (!Object.hasOwn(value, name)) return {};
    value = (value as JsonObject)[name] ?? null;
  }
  return { value };
}

function wrongType(names: readonly string[], value: JsonValue, expected: string): string {
  return `.${names.join(".")} accessor error: ${formatGoValue(value)} is of the type ${goTypeName(value)}, expected ${expected}`;
}

/** The integer at a plain path such as `.spec.replicas`. */
export function nestedInteger(object: JsonObject, path: string): NestedField<number | bigint> {
  const { value, problem } = nestedField(object, path);
  if (problem !== undefined) return { problem };
  if (value === undefined) return {};
  if (typeof value === "bigint" || (typeof value === "number" && Number.isInteger(value))) return { value };
  return { problem: wrongType(path.replace(/^\./, "").split("."), value, "int64") };
}

/** The text at a plain path such as `.status.selector`. */
export function nestedText(object: JsonObject, path: string): NestedField<string> {
  const { value, problem } = nestedField(object, path);
  if (problem !== undefined) return { problem };
  if (value === undefined) return {};
  if (typeof value === "string") return { value };
  return { problem: wrongType(path.replace(/^\./, "").split("."), value, "string") };
}
