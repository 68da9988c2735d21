import type { JsonValue } from "@weir/core";
import type { Dice } from "../dice.ts";
import type { SchemaNode } from "./schema-node.ts";
import { isFields } from "./subject.ts";

type Key = string | number;

/** A place of a value, and what may be put there that the server refuses; nothing where it refuses that the place is empty. */
interface Place {
  readonly path: readonly Key[];
  readonly refused: readonly JsonValue[];
}

/** A value that is right but in so many places, where there are as many that can be wrong. */
export function withRefused(dice: Dice, node: SchemaNode, value: JsonValue, count: number): JsonValue {
  const places = [...placesOf(node, value, [])];
  const result = { root: structuredClone(value) };
  for (const { path, refused } of dice.shuffled(places).slice(0, count))
    put(result, ["root", ...path], refused.length === 0 ? undefined : dice.pick(refused));
  return result.root;
}

function* placesOf(node: SchemaNode, value: JsonValue, path: readonly Key[]): Generator<Place> {
  if (node.refused !== undefined && node.refused.length > 0) yield { path, refused: node.refused };
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries())
      yield* placesOf(node.items ?? {}, item as JsonValue, [...path, index]);
    return;
  }
  if (isFields(value)) yield* placesWithin(node, value, path);
}

function* placesWithin(
  { properties = {}, required = [], additionalProperties }: SchemaNode,
  value: { readonly [key: string]: JsonValue },
  path: readonly Key[],
): Generator<Place> {
  for (const [name, child] of Object.entries(properties)) {
    const own = value[name];
    if (own !== undefined) yield* placesOf(child, own, [...path, name]);
    else if (child.refused !== undefined && child.refused.length > 0)
      yield { path: [...path, name], refused: child.refused };
  }
  for (const name of required) if (Object.hasOwn(value, name)) yield { path: [...path, name], refused: [] };
  if (typeof additionalProperties !== "object") return;
  for (const [name, item] of Object.entries(value))
    if (!Object.hasOwn(properties, name)) yield* placesOf(additionalProperties, item, [...path, name]);
}

/** Puts a value at a path, or takes away what is there; what lies in a part that has been replaced is let be. */
function put(root: object, path: readonly Key[], value: JsonValue | undefined): void {
  let container = root as Record<Key, JsonValue>;
  for (const key of path.slice(0, -1)) {
    const next = container[key];
    if (typeof next !== "object" || next === null) return;
    container = next as Record<Key, JsonValue>;
  }
  const last = path.at(-1) as Key;
  if (value === undefined) delete container[last];
  else container[last] = structuredClone(value);
}
