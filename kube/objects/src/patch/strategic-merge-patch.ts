import type { JsonObject, JsonValue } from "@weir/core";
import type { SchemaNode } from "@weir/schema";
import { quoteGo } from "@weir/text";
import { jsonEqual } from "../json-equality.ts";
import { isJsonArray, isJsonObject, type MutableJsonObject, ownValue, setOwn } from "../json-object.ts";
import { checkItems, itemKeyOf, orderItems } from "./strategic-list-order.ts";
import { checkElementOrder, elementType, mapType, mergeLists } from "./strategic-list.ts";
import {
  badFormatError,
  patchTypeError,
  StrategicMergePatchError,
  wrongTypeError,
} from "./strategic-merge-error.ts";

const deletionPrefix = "$deleteFromPrimitiveList";
const orderPrefix = "$setElementOrder";

/**
 * Applies a strategic merge patch as the API server does: a merge patch that merges lists item by item where the schema
 * gives them a merge strategy, with the directives `$patch`, `$retainKeys`, `$deleteFromPrimitiveList/…` and
 * `$setElementOrder/…`.
 *
 * Without a schema objects merge and lists replace. The original is never changed; the result shares what the patch
 * leaves alone, and is the original itself when nothing changes. Throws `StrategicMergePatchError`.
 */
export function applyStrategicMergePatch(
  original: JsonObject,
  patch: JsonObject,
  schema: SchemaNode | undefined,
): JsonObject {
  return mergeObjects(original, patch, schema);
}

function mergeObjects(original: JsonObject, patch: JsonObject, schema: SchemaNode | undefined): JsonObject {
  const directive = ownValue(patch, "$patch");
  if (directive === "replace") return withoutKey(patch, "$patch");
  if (directive === "delete") return {};
  if (directive !== undefined) throw patchTypeError(directive, patch);
  return new ObjectMerge(original, patch, schema).merge();
}

/** Merges one object; copies the original at the first change. */
class ObjectMerge {
  readonly #original: JsonObject;
  readonly #patch: JsonObject;
  readonly #schema: SchemaNode | undefined;
  /** Keys of the patch that are done with. */
  readonly #done = new Set<string>(["$retainKeys"]);
  #merged: MutableJsonObject | undefined;

  constructor(original: JsonObject, patch: JsonObject, schema: SchemaNode | undefined) {
    this.#original = original;
    this.#patch = patch;
    this.#schema = schema;
  }

  merge(): JsonObject {
    this.#retainKeys();
    for (const key of Object.keys(this.#patch)) if (key.startsWith(orderPrefix)) this.#mergeOrdered(key);
    for (const key of Object.keys(this.#patch)) {
      if (this.#done.has(key)) continue;
      const change = this.#patch[key] ?? null;
      if (key.startsWith(deletionPrefix)) this.#deleteItems(nameBehind(key, deletionPrefix), change);
      else this.#mergeField(key, change);
    }
    return this.#merged ?? this.#original;
  }

  #field(name: string): JsonValue | undefined {
    return ownValue(this.#merged ?? this.#original, name);
  }

  #set(name: string, value: JsonValue): void {
    if (jsonEqual(this.#field(name), value)) return;
    this.#merged ??= { ...this.#original };
    setOwn(this.#merged, name, value);
  }

  #delete(name: string): void {
    if (this.#field(name) === undefined) return;
    this.#merged ??= { ...this.#original };
    delete this.#merged[name];
  }

  /** `$retainKeys` names all keys that may stay, those of the patch included. */
  #retainKeys(): void {
    const retained = ownValue(this.#patch, "$retainKeys");
    if (retained === undefined) return;
    if (!isJsonArray(retained)) throw badFormatError("retainKeys");
    const names = new Set(retained);
    for (const key of Object.keys(this.#patch)) {
      const isDirective =
        key === "$retainKeys" || key.startsWith(deletionPrefix) || key.startsWith(orderPrefix);
      if (isDirective || this.#patch[key] === null) continue;
      if (!names.has(key)) throw badFormatError("retainKeys");
    }
    for (const key of Object.keys(this.#original)) if (!names.has(key)) this.#delete(key);
  }

  #mergeOrdered(key: string): void {
    this.#done.add(key);
    const order = this.#patch[key] ?? null;
    if (!isJsonArray(order)) throw wrongTypeError("list", order);
    const name = nameBehind(key, orderPrefix);
    const live = listOrNone(this.#field(name));
    const change = listOrNone(ownValue(this.#patch, name));
    if (live === undefined && change === undefined) return;
    const field = fieldOf(this.#schema, name);
    checkElementOrder(change ?? [], order, field.mergeKey);
    const merged = mergeUnordered(live, change, field);
    if (elementType(live ?? [], change ?? []) === mapType || field.mergeKey !== "")
      checkItems(merged, { patchOrder: order, serverOrder: live ?? [] }, field.mergeKey);
    this.#set(name, orderItems(merged, order, live ?? [], itemKeyOf(field.mergeKey)));
    this.#done.add(name);
  }

  #deleteItems(name: string, items: JsonValue): void {
    const current = this.#field(name);
    if (items === null) return this.#delete(name);
    if (!isJsonArray(current) || !isJsonArray(items)) return;
    const field = fieldOf(this.#schema, name);
    const mergeItems = itemMerger(field);
    this.#set(name, mergeLists(current, items, { mergeKey: field.mergeKey, mergeItems, isDeletion: true }));
  }

  #mergeField(name: string, change: JsonValue): void {
    if (change === null) return this.#delete(name);
    const current = this.#field(name);
    if (isJsonObject(current) && isJsonObject(change)) {
      const field = fieldOf(this.#schema, name);
      const replaces = field.strategy === "replace";
      return this.#set(name, replaces ? change : mergeObjects(current, change, field.schema));
    }
    if (isJsonArray(current) && isJsonArray(change)) {
      return this.#set(name, mergeListField(current, change, fieldOf(this.#schema, name)));
    }
    const value = withoutDirectives(withoutNulls(change));
    if (value === undefined) this.#delete(name);
    else this.#set(name, value);
  }
}

/** Merges a list whose order a `$setElementOrder` decides afterwards. */
function mergeUnordered(
  live: readonly JsonValue[] | undefined,
  change: readonly JsonValue[] | undefined,
  field: FieldMerging,
): readonly JsonValue[] {
  if (live === undefined) return itemsWithoutDirectives(change ?? []);
  return change === undefined ? live : mergeListField(live, change, field);
}

function mergeListField(
  current: readonly JsonValue[],
  change: readonly JsonValue[],
  field: FieldMerging,
): readonly JsonValue[] {
  if (field.strategy !== "merge") return change;
  const merging = { mergeKey: field.mergeKey, mergeItems: itemMerger(field), isDeletion: false };
  return mergeLists(current, change, merging);
}

function itemMerger(field: FieldMerging): (original: JsonObject, patch: JsonObject) => JsonObject {
  return (original, patch) => mergeObjects(original, patch, field.schema?.items);
}

/** What the schema says of a field's merging. */
interface FieldMerging {
  readonly schema: SchemaNode | undefined;
  /** `merge`, `replace` or nothing; `retainKeys` is for those who make patches. */
  readonly strategy: string;
  readonly mergeKey: string;
}

function fieldOf(schema: SchemaNode | undefined, name: string): FieldMerging {
  if (schema === undefined) return { schema: undefined, strategy: "", mergeKey: "" };
  const properties = schema.properties ?? {};
  const field = Object.hasOwn(properties, name) ? properties[name] : undefined;
  if (field === undefined) throw new StrategicMergePatchError(unknownField(schema, name));
  const strategies = (field["x-kubernetes-patch-strategy"] ?? "").split(",");
  return {
    schema: field,
    strategy: strategies.find((strategy) => strategy !== "retainKeys") ?? "",
    mergeKey: field["x-kubernetes-patch-merge-key"] ?? "",
  };
}

function unknownField(schema: SchemaNode, name: string): string {
  if (schema.properties === undefined && schema.title === undefined) {
    return "merging an object in json but data type is not struct, instead is: map";
  }
  return `unable to find api field in struct ${schema.title ?? ""} for the json field ${quoteGo(name)}`;
}

function nameBehind(key: string, prefix: string): string {
  const slash = key.indexOf("/");
  if (slash !== -1 && key.slice(0, slash) === prefix) return key.slice(slash + 1);
  throw badFormatError(prefix === deletionPrefix ? "primitive list" : "setElementOrder list");
}

function listOrNone(value: JsonValue | undefined): readonly JsonValue[] | undefined {
  if (value === undefined || isJsonArray(value)) return value;
  throw wrongTypeError("list", value);
}

function withoutKey(object: JsonObject, name: string): JsonObject {
  const rest: MutableJsonObject = {};
  for (const key of Object.keys(object)) if (key !== name) setOwn(rest, key, object[key] ?? null);
  return rest;
}

/** What a patch brings in where there was nothing: without nulls in its objects. */
function withoutNulls(value: JsonValue): JsonValue {
  if (isJsonArray(value)) return value.map(withoutNulls);
  if (!isJsonObject(value)) return value;
  const kept: MutableJsonObject = {};
  for (const key of Object.keys(value)) {
    const child = value[key] ?? null;
    if (child !== null) setOwn(kept, key, withoutNulls(child));
  }
  return kept;
}

/** Drops every object that carries a `$patch` directive; gives `undefined` when that is the value itself. */
function withoutDirectives(value: JsonValue): JsonValue | undefined {
  if (isJsonArray(value)) return itemsWithoutDirectives(value);
  if (!isJsonObject(value)) return value;
  if (ownValue(value, "$patch") !== undefined) return undefined;
  const kept: MutableJsonObject = {};
  for (const key of Object.keys(value)) {
    const child = withoutDirectives(value[key] ?? null);
    if (child !== undefined) setOwn(kept, key, child);
  }
  return kept;
}

function itemsWithoutDirectives(items: readonly JsonValue[]): readonly JsonValue[] {
  return items.map(withoutDirectives).filter((item) => item !== undefined);
}
