import type { JsonValue } from "@weir/core";
import { writeGoJson } from "../field/go-text.ts";
import { isJsonArray, isJsonObject, ownValue } from "../json-shape.ts";
import type { SchemaNode } from "../schema-node.ts";

function keyOf(keys: readonly string[], item: JsonValue): string | undefined {
  if (!isJsonObject(item)) return undefined;
  return writeGoJson(keys.map((key) => ownValue(item, key) ?? null));
}

/**
 * Finds, for the items of a list, the ones that stood in their place before an update: by key in a list of type
 * `map`. Items of other lists have no identity, so nothing is found for them.
 */
export function oldItems(
  node: SchemaNode,
  old: JsonValue,
): ((item: JsonValue) => JsonValue | undefined) | undefined {
  const keys = node["x-kubernetes-list-map-keys"] ?? [];
  if (node["x-kubernetes-list-type"] !== "map" || keys.length === 0 || !isJsonArray(old)) return undefined;
  const byKey = new Map<string, JsonValue>();
  for (const item of old) {
    const key = keyOf(keys, item);
    if (key !== undefined) byKey.set(key, item);
  }
  return (item) => {
    const key = keyOf(keys, item);
    return key === undefined ? undefined : byKey.get(key);
  };
}
