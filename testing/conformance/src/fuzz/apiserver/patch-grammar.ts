import type { JsonValue } from "@weir/core";
import type { Dice } from "../dice.ts";
import { type Fields, isFields } from "./subject.ts";

/** Some of a value's fields, at every level down to a depth; now and then one is null. */
export function someParts(
  dice: Dice,
  value: JsonValue,
  { nulls, depth }: { readonly nulls: number; readonly depth: number },
): JsonValue {
  if (!isFields(value) || depth === 0) return value;
  const kept: Record<string, JsonValue> = {};
  for (const [key, item] of Object.entries(value)) {
    if (dice.chance(0.35)) continue;
    kept[key] = dice.chance(nulls) ? null : someParts(dice, item, { nulls, depth: depth - 1 });
  }
  return kept;
}

/** JSON pointers into a value, deepest included. */
export function pointersOf(value: JsonValue, at = ""): string[] {
  if (typeof value !== "object" || value === null) return [at];
  const entries: [string, JsonValue][] = Array.isArray(value)
    ? value.map((item: JsonValue, index): [string, JsonValue] => [String(index), item])
    : Object.entries(value as Fields);
  const below = entries.flatMap(([key, item]) =>
    pointersOf(item, `${at}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`),
  );
  return at === "" ? below : [at, ...below];
}

/** Operations on an object like one that was sent; new values come from another. */
export function someJsonPatch(
  dice: Dice,
  { like, other, isWanted }: PatchedObjects,
  wrong: number,
): JsonValue {
  if (dice.chance(wrong)) return dice.pick(WRONG_PATCHES);
  const pointers = pointersOf(like).filter((pointer) => !HEAD.test(pointer) && isWanted(pointer));
  const more = pointersOf(other).filter((pointer) => !HEAD.test(pointer) && isWanted(pointer));
  return dice.many(1, 3, () => someOperation(dice, { like, other, pointers, more }, wrong));
}

interface PatchedObjects {
  readonly like: Fields;
  readonly other: Fields;
  /** Which places may be patched. */
  readonly isWanted: (pointer: string) => boolean;
}

interface Patchable {
  readonly like: Fields;
  readonly other: Fields;
  /** What may be there. */
  readonly pointers: readonly string[];
  /** What may come. */
  readonly more: readonly string[];
}

const OPERATIONS = ["add", "add", "add", "replace", "replace", "remove", "test", "copy", "move"];

function someOperation(dice: Dice, { like, other, pointers, more }: Patchable, wrong: number): JsonValue {
  const op = dice.pick(OPERATIONS);
  const isNew = op === "add" && dice.chance(0.5);
  const path = somePointer(dice, isNew ? more : pointers, wrong);
  if (op === "remove") return { op, path };
  if (op === "copy" || op === "move") return { op, from: somePointer(dice, pointers, 0), path };
  const isAppended = op === "add" && /\/\d+$/.test(path) && dice.chance(0.4);
  const value = newValue(dice, op === "test" ? {} : other, { like, path });
  return { op, path: isAppended ? path.replace(/\d+$/, "-") : path, value };
}

function somePointer(dice: Dice, pointers: readonly string[], wrong: number): string {
  return dice.pick(dice.chance(0.06 + wrong) ? ODD_POINTERS : pointers) ?? "/spec";
}

/** Mostly one that fits. */
function newValue(
  dice: Dice,
  other: Fields,
  { like, path }: { readonly like: Fields; readonly path: string },
): JsonValue {
  const fresh = dice.chance(0.85) ? valueAt(other, path) : undefined;
  return fresh ?? valueAt(like, path) ?? dice.pick(ANY);
}

const HEAD = /^\/(?:apiVersion|kind|metadata|metadata\/name)$/;
const ANY: readonly JsonValue[] = [1, "x", null, {}, [], true];
const ODD_POINTERS = [
  "/metadata/labels",
  "/metadata/labels/a",
  "/metadata/annotations/x",
  "/spec",
  "/spec/none/deep",
  "/status",
  "",
  "/",
  "/metadata/name",
  "/metadata/resourceVersion",
  "/kind",
  "spec",
  "/spec/items/7",
  "/spec/items/-",
  "/metadata/finalizers/0",
  "/metadata/managedFields",
];
const WRONG_PATCHES: readonly JsonValue[] = [
  [],
  {},
  null,
  "x",
  [{}],
  [{ op: "add" }],
  [{ op: "nope", path: "/spec" }],
  [{ op: "add", path: "/metadata/labels" }],
  [{ op: "test", path: "/metadata/name", value: "other" }],
  [{ path: "/spec", value: 1 }],
  [{ op: "remove" }],
  [{ op: "copy", path: "/metadata/labels" }],
  [{ op: "add", path: 5, value: 1 }],
  [5],
  [{ op: "replace", path: "/metadata/name", value: "z" }],
  [{ op: "replace", path: "/kind", value: "Other" }],
  [{ op: "add", path: "/metadata/managedFields", value: [] }],
];

function valueAt(value: JsonValue, pointer: string): JsonValue | undefined {
  let current: JsonValue | undefined = value;
  for (const key of pointer.split("/").slice(1)) {
    if (typeof current !== "object" || current === null) return undefined;
    current = (current as Fields)[key.replaceAll("~1", "/").replaceAll("~0", "~")];
  }
  return current;
}

/** The directives of strategic merge patches, here and there. */
export function withDirectives(dice: Dice, value: JsonValue): JsonValue {
  if (Array.isArray(value)) {
    const items = value.map((item: JsonValue) => withDirectives(dice, item));
    if (dice.chance(0.03)) items.push({ $patch: "replace" });
    return items;
  }
  if (!isFields(value)) return value;
  const result: Record<string, JsonValue> = {};
  for (const [key, item] of Object.entries(value)) {
    result[key] = withDirectives(dice, item);
    if (Array.isArray(item)) Object.assign(result, listDirectives(dice, key, item));
  }
  // Maps of plain values know no directives.
  if (Object.values(value).every((item) => typeof item !== "object")) return result;
  if (dice.chance(0.06)) result["$patch"] = dice.pick(["delete", "replace", "merge", "nope"]);
  if (dice.chance(0.03)) result["$retainKeys"] = dice.some(Object.keys(value), 2);
  return result;
}

const MERGE_KEYS = [
  "name",
  "containerPort",
  "mountPath",
  "port",
  "ip",
  "topologyKey",
  "devicePath",
  "uid",
  "type",
];

function listDirectives(dice: Dice, key: string, items: readonly JsonValue[]): Record<string, JsonValue> {
  if (dice.chance(0.08)) return { [`$setElementOrder/${key}`]: dice.shuffled(items).map(keysOf) };
  const isPlain = items.every((item) => typeof item !== "object");
  if (isPlain && dice.chance(0.1)) return { [`$deleteFromPrimitiveList/${key}`]: dice.some(items, 2) };
  return {};
}

function keysOf(item: JsonValue): JsonValue {
  if (!isFields(item)) return item;
  const kept = Object.entries(item).filter(([key]) => MERGE_KEYS.includes(key));
  return Object.fromEntries(kept.slice(0, 1));
}
