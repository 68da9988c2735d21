import type { JsonValue } from "@weir/core";
import { FieldSet, type FieldNode } from "../fields/field-set.ts";
import { fieldElement, type PathElement } from "../fields/path-element.ts";
import { isJsonArray, isJsonObject } from "../json-object.ts";
import { type FieldType, formsOf, type ListType, type MapType, typeOfField } from "./field-type.ts";
import { itemElement } from "./list-item.ts";

interface Owned {
  /** Whether the value is a leaf: owned as a whole. */
  readonly isMember: boolean;
  readonly children: FieldSet;
}

const leaf: Owned = { isMember: true, children: FieldSet.empty };
const nothing: Owned = { isMember: false, children: FieldSet.empty };

/**
 * The fields that whoever applies a value owns: its leaves and the items of its lists; of objects only those that are
 * empty, null or not declared by the schema.
 */
export function fieldSetOfValue(type: FieldType, value: JsonValue): FieldSet {
  return ownedBy(type, value).children;
}

function ownedBy(type: FieldType, value: JsonValue): Owned {
  const [form] = formsOf(type, value);
  if (form === "scalar") return leaf;
  if (form === "map" && type.map !== undefined) return ownedByMap(type.map, value);
  if (form === "list" && type.list !== undefined) return ownedByList(type.list, value);
  return nothing;
}

function ownedByMap(type: MapType, value: JsonValue): Owned {
  if (type.isAtomic) return leaf;
  if (!isJsonObject(value)) return nothing;
  const nodes: FieldNode[] = [];
  for (const name of Object.keys(value)) {
    const field = value[name] ?? null;
    const owned = ownedBy(typeOfField(type, name), field);
    const isMember = owned.isMember || isEmptyField(field) || type.field(name) === undefined;
    nodes.push({ element: fieldElement(name), isMember, children: owned.children });
  }
  return { isMember: false, children: FieldSet.of(nodes) };
}

function isEmptyField(value: JsonValue): boolean {
  return value === null || (isJsonObject(value) && Object.keys(value).length === 0);
}

function ownedByList(type: ListType, value: JsonValue): Owned {
  if (type.isAtomic) return leaf;
  if (!isJsonArray(value)) return nothing;
  const nodes = new Map<string, FieldNode>();
  for (const item of value) {
    const element = itemElement(type, item);
    if (element.kind === "none") continue;
    // Of an item that stands twice only the item itself is owned: no one can tell whose fields are meant.
    const isDuplicate = nodes.has(element.text);
    const children = isDuplicate ? FieldSet.empty : ownedBy(type.element(), item).children;
    nodes.set(element.text, itemNode(element, children));
  }
  return { isMember: false, children: FieldSet.of(nodes.values()) };
}

function itemNode(element: PathElement, children: FieldSet): FieldNode {
  return { element, isMember: true, children };
}
