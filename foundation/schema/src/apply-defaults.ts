import type { JsonObject, JsonValue } from "@weir/core";
import { isJsonArray, isJsonObject, ownValue, setOwn } from "./json-shape.ts";
import type { SchemaNode } from "./schema-node.ts";

function defaultOf(node: SchemaNode): JsonValue | undefined {
  // A default of null is none.
  return node.default ?? undefined;
}

function childNode(node: SchemaNode, key: string): SchemaNode | undefined {
  const property = ownValue(node.properties, key);
  if (property !== undefined) return property;
  return typeof node.additionalProperties === "object" ? node.additionalProperties : undefined;
}

/** What becomes of a null that the schema does not allow and has no default for. */
export type NullHandling = "drop" | "keep";

/** What a field becomes; `undefined` is dropped. */
function fillField(
  node: SchemaNode | undefined,
  value: JsonValue,
  nulls: NullHandling,
): JsonValue | undefined {
  if (node === undefined) return value;
  if (value !== null || node.nullable === true) return fill(node, value, nulls);
  const substitute = defaultOf(node);
  if (substitute === undefined) return nulls === "keep" ? null : undefined;
  return fill(node, substitute, nulls);
}

function missingDefaults(
  node: SchemaNode,
  fields: JsonObject,
  nulls: NullHandling,
): readonly (readonly [string, JsonValue])[] {
  const missing: (readonly [string, JsonValue])[] = [];
  for (const [key, property] of Object.entries(node.properties ?? {})) {
    const substitute = defaultOf(property);
    if (substitute !== undefined && !Object.hasOwn(fields, key))
      missing.push([key, fill(property, substitute, nulls)]);
  }
  return missing;
}

function fillFields(node: SchemaNode, fields: JsonObject, nulls: NullHandling): JsonValue {
  let changed: Record<string, JsonValue> | undefined;
  for (const key of Object.keys(fields)) {
    const value = fields[key] ?? null;
    const filled = fillField(childNode(node, key), value, nulls);
    if (filled === value) continue;
    changed ??= { ...fields };
    if (filled === undefined) delete changed[key];
    else setOwn(changed, key, filled);
  }
  for (const [key, value] of missingDefaults(node, fields, nulls)) {
    changed ??= { ...fields };
    setOwn(changed, key, value);
  }
  return changed ?? fields;
}

function fillItems(node: SchemaNode, items: readonly JsonValue[], nulls: NullHandling): JsonValue {
  let changed: JsonValue[] | undefined;
  for (const [index, item] of items.entries()) {
    const filled = fillField(node.items, item, nulls) ?? null;
    if (filled === item) continue;
    changed ??= [...items];
    changed[index] = filled;
  }
  return changed ?? items;
}

function fill(node: SchemaNode | undefined, value: JsonValue, nulls: NullHandling): JsonValue {
  if (node === undefined) return value;
  if (isJsonArray(value)) return fillItems(node, value, nulls);
  return isJsonObject(value) ? fillFields(node, value, nulls) : value;
}

/**
 * Fills in a schema's defaults, as the API server does on every write and read.
 *
 * A null where the schema allows none is replaced by the default, or dropped where there is none (not from a list).
 * `nulls: "keep"` leaves it there, for validation to refuse: so does server-side apply, whose objects are never decoded.
 * Defaults apply inside objects that are there, and inside defaults. A value that needs nothing is returned itself;
 * what did not change keeps its identity. Defaults may be shared between results, which callers do not change.
 */
export function applyDefaults(schema: SchemaNode, value: JsonValue, nulls: NullHandling = "drop"): JsonValue {
  return fill(schema, value, nulls);
}
