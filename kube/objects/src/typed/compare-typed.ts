import type { JsonObject, JsonValue } from "@weir/core";
import { type FieldNode, FieldSet } from "../fields/field-set.ts";
import { fieldElement, type PathElement } from "../fields/path-element.ts";
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
  const found = noMarks();
  compare(type, { left, right }, root, found);
  return { removed: below(found.removed), modified: below(found.modified), added: below(found.added) };
}

/** One place in both values. */
interface Sides {
  readonly left: JsonValue;
  readonly right: JsonValue;
}

/** The steps below one place, by what became of them. */
interface Marks {
  readonly removed: FieldNode[];
  readonly modified: FieldNode[];
  readonly added: FieldNode[];
}

/** Stands for the whole value, which is never a member of a set. */
const root: PathElement = fieldElement("");

function noMarks(): Marks {
  return { removed: [], modified: [], added: [] };
}

function below(nodes: readonly FieldNode[]): FieldSet {
  return nodes[0]?.children ?? FieldSet.empty;
}

function leaf(element: PathElement): FieldNode {
  return { element, isMember: true, children: FieldSet.empty };
}

/** Marks a step that both values have. */
function compare(type: FieldType, sides: Sides, element: PathElement, found: Marks): void {
  const { left, right } = sides;
  // What is the same object on both sides has no differences to find.
  if (left === right) return;
  const leftForms = formsOf(type, left);
  const rightForms = formsOf(type, right);
  if (leftForms[0] === rightForms[0] && leftForms.length === rightForms.length) {
    compareAs(rightForms[0], { type, sides, element, found });
    return;
  }
  const asLeft = noMarks();
  const asRight = noMarks();
  compareAs(leftForms[0], { type, sides, element, found: asLeft });
  compareAs(rightForms[0], { type, sides, element, found: asRight });
  for (const how of ["removed", "modified", "added"] as const) {
    found[how].push(...FieldSet.of(asLeft[how]).union(FieldSet.of(asRight[how])).nodes.values());
  }
}

interface Step {
  readonly type: FieldType;
  readonly sides: Sides;
  readonly element: PathElement;
  readonly found: Marks;
}

function compareAs(form: string | undefined, { type, sides, element, found }: Step): void {
  if (form === "map" && type.map !== undefined) compareMaps(type.map, sides, element, found);
  else if (form === "list" && type.list !== undefined) compareLists(type.list, sides, element, found);
  else if (form === "scalar") compareLeaves(sides, element, found);
}

function compareLeaves({ left, right }: Sides, element: PathElement, found: Marks): void {
  if (!jsonEqual(left, right)) found.modified.push(leaf(element));
}

const emptyObject: JsonObject = {};

function compareMaps(type: MapType, sides: Sides, element: PathElement, found: Marks): void {
  const left = isJsonObject(sides.left) ? sides.left : emptyObject;
  const right = isJsonObject(sides.right) ? sides.right : emptyObject;
  const leftNames = Object.keys(left);
  const rightNames = Object.keys(right);
  // Two empty values are a leaf, so that null and {} stay apart.
  if (type.isAtomic || (leftNames.length === 0 && rightNames.length === 0)) {
    compareLeaves(sides, element, found);
    return;
  }
  const inside = noMarks();
  compareFields(type, { left, right }, leftNames, inside);
  for (const name of rightNames) {
    if (!Object.hasOwn(left, name))
      inside.added.push(whole(typeOfField(type, name), right[name] ?? null, fieldElement(name)));
  }
  enclose(element, inside, found);
}

interface Maps {
  readonly left: JsonObject;
  readonly right: JsonObject;
}

function compareFields(
  type: MapType,
  { left, right }: Maps,
  leftNames: readonly string[],
  inside: Marks,
): void {
  for (const name of leftNames) {
    const before = left[name] ?? null;
    const after = ownValue(right, name);
    if (before === after) continue;
    const fieldType = typeOfField(type, name);
    if (after === undefined) inside.removed.push(whole(fieldType, before, fieldElement(name)));
    else compare(fieldType, { left: before, right: after }, fieldElement(name), inside);
  }
}

/** Marks a step by what is marked below it. */
function enclose(element: PathElement, inside: Marks, found: Marks): void {
  if (inside.removed.length > 0) found.removed.push(around(element, inside.removed));
  if (inside.modified.length > 0) found.modified.push(around(element, inside.modified));
  if (inside.added.length > 0) found.added.push(around(element, inside.added));
}

function around(element: PathElement, nodes: readonly FieldNode[]): FieldNode {
  return { element, isMember: false, children: FieldSet.of(nodes) };
}

function compareLists(type: ListType, sides: Sides, element: PathElement, found: Marks): void {
  const left = isJsonArray(sides.left) ? sides.left : [];
  const right = isJsonArray(sides.right) ? sides.right : [];
  if (type.isAtomic || (left.length === 0 && right.length === 0)) {
    compareLeaves(sides, element, found);
    return;
  }
  const groups = new Map<string, ItemGroup>();
  for (const item of left) groupOf(groups, type, item)?.left.push(item);
  for (const item of right) groupOf(groups, type, item)?.right.push(item);
  const inside = noMarks();
  for (const group of groups.values()) compareItems(type, group, inside);
  enclose(element, inside, found);
}

/** Items that stand twice are compared as one leaf; the fields of the one that stood alone come or go. */
function compareItems(type: ListType, { element, left, right }: ItemGroup, found: Marks): void {
  const elementType = type.element();
  const [before] = left;
  const [after] = right;
  if (left.length === 1 && right.length === 1) {
    compare(elementType, { left: before ?? null, right: after ?? null }, element, found);
    return;
  }
  if (left.length > 1 && right.length > 1) {
    if (!jsonEqual(left, right)) found.modified.push(leaf(element));
    return;
  }
  if (before !== undefined)
    found.removed.push(left.length > 1 ? leaf(element) : whole(elementType, before, element));
  if (after !== undefined)
    found.added.push(right.length > 1 ? leaf(element) : whole(elementType, after, element));
}

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

/** A step that only one of the values has: with all that lies below it. */
function whole(type: FieldType, value: JsonValue, element: PathElement): FieldNode {
  const [form] = formsOf(type, value);
  if (form === "map" && type.map !== undefined && !type.map.isAtomic && isJsonObject(value))
    return { element, isMember: true, children: wholeMap(type.map, value) };
  if (form === "list" && type.list !== undefined && !type.list.isAtomic && isJsonArray(value))
    return { element, isMember: true, children: wholeList(type.list, value) };
  return leaf(element);
}

function wholeMap(type: MapType, value: JsonObject): FieldSet {
  const nodes: FieldNode[] = [];
  for (const name of Object.keys(value)) {
    nodes.push(whole(typeOfField(type, name), value[name] ?? null, fieldElement(name)));
  }
  return FieldSet.of(nodes);
}

function wholeList(type: ListType, items: readonly JsonValue[]): FieldSet {
  const nodes = new Map<string, FieldNode>();
  const elementType = type.element();
  for (const item of items) {
    const element = itemElement(type, item);
    if (element.kind === "none") continue;
    // Of an item that stands twice only the item itself comes or goes.
    nodes.set(element.text, nodes.has(element.text) ? leaf(element) : whole(elementType, item, element));
  }
  return FieldSet.of(nodes.values());
}
