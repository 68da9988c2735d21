import type { JsonObject, JsonValue } from "@weir/core";
import { type FieldSet, FieldSetBuilder } from "../fields/field-set.ts";
import { type FieldPath, fieldElement, type PathElement } from "../fields/path-element.ts";
import { jsonEqual } from "../json-equality.ts";
import { isJsonArray, isJsonObject, ownValue } from "../json-object.ts";
import { type FieldType, formsOf, type ListType, type MapType, typeOfField } from "./field-type.ts";
import { itemElement } from "./list-item.ts";

/** How one value became another. No field is in two of the sets. */
export interface Comparison {
  readonly removed: FieldSet;
  readonly modified: FieldSet;
  readonly added: FieldSet;
}

/** Compares two values of a type field by field; both must have passed `checkTyped`. */
export function compareTyped(type: FieldType, left: JsonValue, right: JsonValue): Comparison {
  const comparing = new Comparing();
  comparing.compare(type, { left, right }, []);
  return comparing.result();
}

/** One place in both values; absent where one side has nothing there. */
interface Sides {
  readonly left: JsonValue | undefined;
  readonly right: JsonValue | undefined;
}

class Comparing {
  readonly #removed = new FieldSetBuilder();
  readonly #modified = new FieldSetBuilder();
  readonly #added = new FieldSetBuilder();

  result(): Comparison {
    return {
      removed: this.#removed.build(),
      modified: this.#modified.build(),
      added: this.#added.build(),
    };
  }

  compare(type: FieldType, sides: Sides, path: FieldPath): void {
    const { left, right } = sides;
    // What is the same object on both sides has no differences to find.
    if (left === right) return;
    const [leftForm, ...leftMore] = formsOf(type, left);
    const [rightForm, ...rightMore] = formsOf(type, right);
    const isSameForm = leftForm === rightForm && leftMore.length === rightMore.length;
    if (right !== undefined && left !== undefined && !isSameForm) this.#descend(type, leftForm, sides, path);
    const wasLeaf = this.#descend(type, right === undefined ? leftForm : rightForm, sides, path);
    if (wasLeaf) return;
    if (left === undefined) this.#added.add(path);
    else if (right === undefined) this.#removed.add(path);
  }

  /** Compares as one form; tells whether the place was taken as a leaf. */
  #descend(type: FieldType, form: string | undefined, sides: Sides, path: FieldPath): boolean {
    if (form === "map" && type.map !== undefined) return this.#compareMaps(type.map, sides, path);
    if (form === "list" && type.list !== undefined) return this.#compareLists(type.list, sides, path);
    if (form === "scalar") this.#compareLeaves(sides, path);
    return form === "scalar";
  }

  #compareLeaves({ left, right }: Sides, path: FieldPath): void {
    if (left === undefined) this.#added.add(path);
    else if (right === undefined) this.#removed.add(path);
    else if (!jsonEqual(left, right)) this.#modified.add(path);
  }

  #compareMaps(type: MapType, sides: Sides, path: FieldPath): boolean {
    const left = isJsonObject(sides.left) ? sides.left : emptyObject;
    const right = isJsonObject(sides.right) ? sides.right : emptyObject;
    const names = new Set([...Object.keys(left), ...Object.keys(right)]);
    // Two empty values are a leaf, so that null and {} stay apart.
    if (type.isAtomic || names.size === 0) {
      this.#compareLeaves(sides, path);
      return true;
    }
    for (const name of names) {
      const field = { left: ownValue(left, name), right: ownValue(right, name) };
      if (field.left === field.right) continue;
      this.compare(typeOfField(type, name), field, [...path, fieldElement(name)]);
    }
    return false;
  }

  #compareLists(type: ListType, sides: Sides, path: FieldPath): boolean {
    const left = isJsonArray(sides.left) ? sides.left : [];
    const right = isJsonArray(sides.right) ? sides.right : [];
    if (type.isAtomic || (left.length === 0 && right.length === 0)) {
      this.#compareLeaves(sides, path);
      return true;
    }
    const groups = new Map<string, ItemGroup>();
    for (const item of left) groupOf(groups, type, item)?.left.push(item);
    for (const item of right) groupOf(groups, type, item)?.right.push(item);
    for (const group of groups.values()) this.#compareItems(type, group, [...path, group.element]);
    return false;
  }

  /** Items that stand twice are compared as one leaf; the fields of the one that stood alone come or go. */
  #compareItems(type: ListType, { left, right }: ItemGroup, path: FieldPath): void {
    const elementType = type.element();
    if (left.length < 2 && right.length < 2) {
      this.compare(elementType, { left: left[0], right: right[0] }, path);
    } else if (left.length >= 2 && right.length >= 2) {
      if (!jsonEqual(left, right)) this.#modified.add(path);
    } else if (left.length >= 2) {
      if (right.length > 0) this.compare(elementType, { left: undefined, right: right[0] }, path);
      this.#removed.add(path);
    } else {
      if (left.length > 0) this.compare(elementType, { left: left[0], right: undefined }, path);
      this.#added.add(path);
    }
  }
}

const emptyObject: JsonObject = {};

interface ItemGroup {
  readonly element: PathElement;
  readonly left: JsonValue[];
  readonly right: JsonValue[];
}

function groupOf(groups: Map<string, ItemGroup>, type: ListType, item: JsonValue): ItemGroup | undefined {
  const element = itemElement(type, item);
  if (element.kind === "none") return undefined;
  let group = groups.get(element.text);
  if (group === undefined) {
    group = { element, left: [], right: [] };
    groups.set(element.text, group);
  }
  return group;
}
