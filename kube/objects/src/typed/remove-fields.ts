import type { JsonValue } from "@weir/core";
import { FieldSet, type FieldNode } from "../fields/field-set.ts";
import { isJsonArray, isJsonObject, type MutableJsonObject, setOwn } from "../json-object.ts";
import {
  type FieldType,
  formsOf,
  type ListType,
  type MapType,
  nothingAllowed,
  typeOfField,
} from "./field-type.ts";
import { itemElement } from "./list-item.ts";

/**
 * Takes fields and list items out of a value. An object or a list of which nothing is left becomes null, as
 * structured-merge-diff leaves it; the server's decoding makes of that what the kind asks for.
 */
export function removeFields(type: FieldType, value: JsonValue, fields: FieldSet): JsonValue {
  if (fields.isEmpty) return value;
  const [form] = formsOf(type, value);
  if (form === "map") return type.map === undefined ? null : removeFromMap(type.map, value, fields);
  if (form === "list") return type.list === undefined ? null : removeFromList(type.list, value, fields);
  return value;
}

function removeFromMap(type: MapType, value: JsonValue, fields: FieldSet): JsonValue {
  if (type.isAtomic || !isJsonObject(value)) return null;
  const kept: MutableJsonObject = {};
  let isEmpty = true;
  for (const name of Object.keys(value)) {
    const node = fields.nodes.get(`f:${name}`);
    if (node?.isMember === true) continue;
    const field = value[name] ?? null;
    const rest = node === undefined ? field : removeFields(typeOfField(type, name), field, node.children);
    setOwn(kept, name, rest);
    isEmpty = false;
  }
  return isEmpty ? null : kept;
}

function removeFromList(type: ListType, value: JsonValue, fields: FieldSet): JsonValue {
  if (type.isAtomic || !isJsonArray(value)) return null;
  const kept: JsonValue[] = [];
  for (const item of value) {
    const element = itemElement(type, item);
    const node = element.kind === "none" ? undefined : fields.nodes.get(element.text);
    if (node?.isMember === true) continue;
    kept.push(node === undefined ? item : removeFields(type.element(), item, node.children));
  }
  return kept.length === 0 ? null : kept;
}

/**
 * Adds to a set every declared field that lies on the way to one of its members: who owns `.spec.template.spec` owns
 * `.spec`, though not the keys of a map of labels.
 */
export function withDeclaredParents(type: FieldType, fields: FieldSet): FieldSet {
  const nodes: FieldNode[] = [];
  for (const node of fields.nodes.values()) {
    const { element, children } = node;
    if (children.isEmpty) {
      nodes.push(node);
      continue;
    }
    const isDeclared = element.kind === "field" && type.map?.field(element.name) !== undefined;
    const childType = typeBelow(type, node);
    nodes.push({
      element,
      isMember: node.isMember || isDeclared,
      children: withDeclaredParents(childType, children),
    });
  }
  return FieldSet.of(nodes);
}

function typeBelow(type: FieldType, { element }: FieldNode): FieldType {
  if (element.kind === "field" && type.map !== undefined) return typeOfField(type.map, element.name);
  if (element.kind === "key" && type.list !== undefined) return type.list.element();
  return nothingAllowed;
}

/**
 * Brings a set that was recorded under an older schema up to the present one: where a field has become atomic, who
 * owned parts of it owns the whole.
 */
export function reconcileFields(type: FieldType, fields: FieldSet): FieldSet {
  if (type.map !== undefined) {
    const { map } = type;
    // Of types that the values tell nothing can be known.
    if (map.isDeduced) return fields;
    return mapNodes(fields, (node) => {
      const { element } = node;
      const declared = element.kind === "field" ? map.field(element.name) : undefined;
      const below = declared ?? map.element;
      return below === undefined ? node : reconcileNode(below, node);
    });
  }
  if (type.scalar !== undefined || type.list === undefined) return fields;
  const { list } = type;
  return mapNodes(fields, (node) => reconcileNode(list.element(), node));
}

function reconcileNode(type: FieldType, node: FieldNode): FieldNode {
  if (node.children.isEmpty) return node;
  const isAtomic = type.map === undefined ? isAtomicList(type) : type.map.isAtomic && !type.map.isDeduced;
  if (isAtomic) return { element: node.element, isMember: true, children: FieldSet.empty };
  const children = reconcileFields(type, node.children);
  return children === node.children ? node : { ...node, children };
}

function isAtomicList(type: FieldType): boolean {
  return type.scalar === undefined && type.list?.isAtomic === true;
}

function mapNodes(fields: FieldSet, change: (node: FieldNode) => FieldNode): FieldSet {
  const nodes = [...fields.nodes.values()];
  const changed = nodes.map(change);
  return changed.every((node, index) => node === nodes[index]) ? fields : FieldSet.of(changed);
}
