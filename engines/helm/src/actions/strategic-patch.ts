import type { JsonObject, JsonValue } from "@weir/core";
import { jsonEqual } from "@weir/objects";
import type { SchemaNode } from "@weir/schema";

/** One part of an object: as the manifest before had it, as it is on the cluster, and as it is to become. */
export interface PatchSides {
  readonly original: JsonObject;
  readonly live: JsonObject;
  readonly target: JsonObject;
}

/**
 * The strategic merge patch that brings a live object to the target and removes what the original had and the target has
 * not: the three-way merge of kubectl and of helm 3. Fields that others added stay.
 */
export function strategicPatch(
  sides: PatchSides,
  schema: SchemaNode | undefined,
  retainsKeys = false,
): JsonObject {
  const patch: Record<string, JsonValue> = {};
  for (const key of Object.keys(sides.target))
    diffField(patch, key, { sides, merging: mergingOf(schema, key) });
  for (const key of Object.keys(sides.original)) {
    if (own(sides.target, key) === undefined) set(patch, key, null);
  }
  if (retainsKeys) retainKeys(patch, sides);
  return patch;
}

/** Names all keys that may stay, so that those of another variant go. */
function retainKeys(patch: Record<string, JsonValue>, { live, target }: PatchSides): void {
  const hasOthers = Object.keys(live).some((key) => own(target, key) === undefined);
  if (Object.keys(patch).length === 0 && !hasOthers) return;
  patch["$retainKeys"] = Object.keys(target)
    .filter((key) => target[key] !== null)
    .sort();
}

interface FieldMerging {
  readonly schema: SchemaNode | undefined;
  readonly strategy: string;
  readonly retainsKeys: boolean;
  readonly mergeKey: string;
}

function mergingOf(schema: SchemaNode | undefined, name: string): FieldMerging {
  const properties = schema?.properties ?? {};
  const field = Object.hasOwn(properties, name) ? properties[name] : undefined;
  const strategies = (field?.["x-kubernetes-patch-strategy"] ?? "").split(",");
  return {
    schema: field,
    strategy: strategies.find((strategy) => strategy !== "retainKeys") ?? "",
    retainsKeys: strategies.includes("retainKeys"),
    mergeKey: field?.["x-kubernetes-patch-merge-key"] ?? "",
  };
}

interface FieldDiff {
  readonly sides: PatchSides;
  readonly merging: FieldMerging;
}

function diffField(patch: Record<string, JsonValue>, key: string, { sides, merging }: FieldDiff): void {
  const value = sides.target[key] ?? null;
  const live = own(sides.live, key);
  if (isPlainObject(live) && isPlainObject(value) && merging.strategy !== "replace") {
    const nested = { original: objectOf(own(sides.original, key)), live, target: value };
    const change = strategicPatch(nested, merging.schema, merging.retainsKeys);
    if (Object.keys(change).length > 0) set(patch, key, change);
  } else if (isList(live) && live.length > 0 && isList(value) && merging.strategy === "merge") {
    const lists = { original: listOf(own(sides.original, key)), live, target: value };
    if (merging.mergeKey === "") diffScalars(patch, key, lists);
    else diffItems(patch, key, { lists, merging });
  } else if (!isSame(live, value)) set(patch, key, value);
}

interface ListSides {
  readonly original: readonly JsonValue[];
  readonly live: readonly JsonValue[];
  readonly target: readonly JsonValue[];
}

function diffScalars(
  patch: Record<string, JsonValue>,
  key: string,
  { original, live, target }: ListSides,
): void {
  const added = target.filter((item) => !live.includes(item));
  const removed = original.filter((item) => !target.includes(item));
  if (added.length > 0) set(patch, key, added);
  if (removed.length > 0) set(patch, `$deleteFromPrimitiveList/${key}`, removed);
  const isOrdered = hasSameOrder(live, target);
  if (added.length > 0 || removed.length > 0 || !isOrdered) set(patch, `$setElementOrder/${key}`, target);
}

interface ItemDiff {
  readonly lists: ListSides;
  readonly merging: FieldMerging;
}

function diffItems(patch: Record<string, JsonValue>, key: string, { lists, merging }: ItemDiff): void {
  const { mergeKey } = merging;
  const live = itemsByKey(lists.live, mergeKey);
  const target = itemsByKey(lists.target, mergeKey);
  const original = itemsByKey(lists.original, mergeKey);
  const keyOf = (item: JsonObject): JsonObject => ({ [mergeKey]: item[mergeKey] ?? null });
  const removed = [...original].filter(([name]) => !target.has(name));
  const changes = [
    ...changedItems({ original, live, target }, merging, keyOf),
    ...removed.map(([, item]) => ({ $patch: "delete", ...keyOf(item) })),
  ];
  if (changes.length > 0) set(patch, key, changes);
  if (changes.length === 0 && hasSameOrder([...live.keys()], [...target.keys()])) return;
  set(patch, `$setElementOrder/${key}`, [...target.values()].map(keyOf));
}

function changedItems(
  { original, live, target }: Readonly<Record<keyof PatchSides, Items>>,
  { schema, retainsKeys }: FieldMerging,
  keyOf: (item: JsonObject) => JsonObject,
): readonly JsonObject[] {
  const changes: JsonObject[] = [];
  for (const [name, item] of target) {
    const current = live.get(name);
    if (current === undefined) {
      changes.push(item);
      continue;
    }
    const sides = { original: original.get(name) ?? {}, live: current, target: item };
    const change = strategicPatch(sides, schema?.items, retainsKeys);
    if (Object.keys(change).length > 0) changes.push({ ...change, ...keyOf(item) });
  }
  return changes;
}

type Items = ReadonlyMap<string, JsonObject>;

/** The first of several items with one key counts, as on the server. */
function itemsByKey(list: readonly JsonValue[], mergeKey: string): Items {
  const items = new Map<string, JsonObject>();
  for (const item of list) {
    if (!isPlainObject(item)) continue;
    const name = JSON.stringify(item[mergeKey] ?? null);
    if (!items.has(name)) items.set(name, item);
  }
  return items;
}

/** Whether what both have stands in one order. */
function hasSameOrder(live: readonly JsonValue[], target: readonly JsonValue[]): boolean {
  const shared = live.filter((item) => target.includes(item));
  const wanted = target.filter((item) => live.includes(item));
  return shared.every((item, at) => item === wanted[at]);
}

function own(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function set(object: Record<string, JsonValue>, key: string, value: JsonValue): void {
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return isList(value) ? value : [];
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return isPlainObject(value) ? value : {};
}

function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** Whether a value is an object, and no list. */
export function isPlainObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSame(left: JsonValue | undefined, right: JsonValue): boolean {
  return left !== undefined && jsonEqual(left, right);
}
