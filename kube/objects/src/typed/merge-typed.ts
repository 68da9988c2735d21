import type { JsonObject, JsonValue } from "@weir/core";
import type { PathElement } from "../fields/path-element.ts";
import { isJsonArray, isJsonObject, type MutableJsonObject, ownValue, setOwn } from "../json-object.ts";
import { type FieldType, formsOf, type ListType, type MapType, typeOfField } from "./field-type.ts";
import { itemElement } from "./list-item.ts";

/**
 * Merges a partial value into another: nothing is removed, leaves of the partial one win, and a list that it changes
 * takes its order where the two agree on items.
 *
 * Both must have passed `checkTyped`. The result shares every part that the partial value does not touch.
 */
export function mergeTyped(type: FieldType, live: JsonValue, partial: JsonValue): JsonValue {
  return merge(type, live, partial) ?? null;
}

/** Gives `undefined` where nothing is left to hold. */
function merge(
  type: FieldType,
  live: JsonValue | undefined,
  partial: JsonValue | undefined,
): JsonValue | undefined {
  if (partial === undefined) return live;
  const [form] = formsOf(type, partial);
  if (form === "map" && type.map !== undefined) return mergeMaps(type.map, live, partial);
  if (form === "list" && type.list !== undefined) return mergeLists(type.list, live, partial);
  return partial;
}

function mergeMaps(type: MapType, live: JsonValue | undefined, partial: JsonValue): JsonValue | undefined {
  const left = isJsonObject(live) ? live : emptyObject;
  const right = isJsonObject(partial) ? partial : emptyObject;
  const changes = Object.keys(right);
  // Two empty values are a leaf, so that null and {} stay apart.
  if (type.isAtomic || (changes.length === 0 && Object.keys(left).length === 0)) return partial;
  let merged: MutableJsonObject | undefined;
  for (const name of changes) {
    const before = ownValue(left, name);
    const after = merge(typeOfField(type, name), before, right[name]);
    if (after === before || after === undefined) continue;
    merged ??= { ...left };
    setOwn(merged, name, after);
  }
  return merged ?? left;
}

function mergeLists(type: ListType, live: JsonValue | undefined, partial: JsonValue): JsonValue | undefined {
  const left = isJsonArray(live) ? live : [];
  const right = isJsonArray(partial) ? partial : [];
  if (type.isAtomic || (left.length === 0 && right.length === 0)) return partial;
  const merged = new ListMerge(type, left, right).merge();
  if (merged.length === 0) return undefined;
  const isSame = merged.length === left.length && merged.every((item, index) => item === left[index]);
  return isSame ? left : merged;
}

const emptyObject: JsonObject = {};

interface ListItem {
  readonly element: PathElement;
  readonly value: JsonValue;
}

/**
 * Walks both lists at once. Items that both hold come in the partial list's order; an item of the live list alone
 * keeps its place behind its neighbours; an item of the partial list alone comes where that list has it.
 */
class ListMerge {
  readonly #type: ListType;
  readonly #live: readonly ListItem[];
  readonly #partial: readonly ListItem[];
  readonly #liveByElement: ReadonlyMap<string, JsonValue>;
  readonly #partialElements: ReadonlySet<string>;
  /** Items of both lists, in the partial list's order. */
  readonly #shared: readonly string[];
  readonly #merged = new Set<string>();
  readonly #out: JsonValue[] = [];
  #nextShared = 0;

  constructor(type: ListType, live: readonly JsonValue[], partial: readonly JsonValue[]) {
    this.#type = type;
    this.#live = itemsOf(type, live);
    this.#partial = itemsOf(type, partial);
    this.#liveByElement = indexItems(this.#live);
    this.#partialElements = new Set(this.#partial.map((item) => item.element.text));
    this.#shared = this.#partial
      .map((item) => item.element.text)
      .filter((element) => this.#liveByElement.has(element));
  }

  merge(): readonly JsonValue[] {
    let left = 0;
    let right = 0;
    while (left < this.#live.length || right < this.#partial.length) {
      const liveItem = this.#live[left];
      const partialItem = this.#partial[right];
      if (liveItem !== undefined && partialItem !== undefined) {
        if (liveItem.element.text === partialItem.element.text) {
          this.#takePartial(partialItem);
          left += 1;
          right += 1;
          continue;
        }
        if (this.#isOutOfTurn(liveItem)) {
          left += 1;
          continue;
        }
      }
      if (liveItem !== undefined) {
        if (!this.#partialElements.has(liveItem.element.text)) {
          this.#out.push(liveItem.value);
          left += 1;
          continue;
        }
        if (this.#merged.has(liveItem.element.text)) left += 1;
      }
      if (partialItem !== undefined) {
        this.#takePartial(partialItem);
        right += 1;
      }
    }
    return this.#out;
  }

  /** A live item that the partial list holds elsewhere, while another shared item is due. */
  #isOutOfTurn(item: ListItem): boolean {
    const due = this.#shared[this.#nextShared];
    return due !== undefined && due !== item.element.text && this.#partialElements.has(item.element.text);
  }

  #takePartial({ element, value }: ListItem): void {
    this.#merged.add(element.text);
    const merged = merge(this.#type.element(), this.#liveByElement.get(element.text), value);
    if (merged !== undefined) this.#out.push(merged);
    if (this.#shared[this.#nextShared] === element.text) this.#nextShared += 1;
  }
}

function itemsOf(type: ListType, list: readonly JsonValue[]): readonly ListItem[] {
  const items: ListItem[] = [];
  for (const value of list) {
    const element = itemElement(type, value);
    if (element.kind !== "none") items.push({ element, value });
  }
  return items;
}

/** An item that stands twice is null here, so that an applied one replaces all of them instead of merging with one. */
function indexItems(items: readonly ListItem[]): ReadonlyMap<string, JsonValue> {
  const index = new Map<string, JsonValue>();
  for (const { element, value } of items) index.set(element.text, index.has(element.text) ? null : value);
  return index;
}
