import { compareUtf8, type JsonValue, parseJson } from "@weir/core";
import { quoteGo } from "@weir/text";
import { formatGoNumber, marshalGoJson } from "../go-text.ts";
import { isJsonArray, isJsonObject, jsonTypeName } from "../json-object.ts";
import { ManagedFieldsError } from "./managed-fields-error.ts";

/**
 * One step from a value to a part of it, as structured-merge-diff takes it.
 *
 * `text` is the step as FieldsV1 writes it (`f:spec`, `k:{"name":"a"}`, `v:"x"`, `i:0`). Equal steps have equal texts, so
 * it serves as a map key.
 */
export type PathElement =
  | { readonly kind: "field"; readonly text: string; readonly name: string }
  | { readonly kind: "key"; readonly text: string; readonly fields: readonly KeyField[] }
  | { readonly kind: "value"; readonly text: string; readonly value: JsonValue }
  | { readonly kind: "index"; readonly text: string; readonly index: number };

/** One key field of an associative list's item. */
export interface KeyField {
  readonly name: string;
  readonly value: JsonValue;
}

/** Steps from an object to one of its fields. */
export type FieldPath = readonly PathElement[];

/** The step to a named field of an object. */
export function fieldElement(name: string): PathElement {
  return { kind: "field", text: `f:${name}`, name };
}

/** The step to the item of an associative list that has these key values. */
export function keyElement(fields: readonly KeyField[]): PathElement {
  const sorted = fields.length < 2 ? fields : fields.toSorted((a, b) => compareUtf8(a.name, b.name));
  const pairs = sorted.map(({ name, value }) => `${JSON.stringify(name)}:${marshalGoJson(value)}`);
  return { kind: "key", text: `k:{${pairs.join(",")}}`, fields: sorted };
}

/** The step to a scalar item of a set. */
export function valueElement(value: JsonValue): PathElement {
  return { kind: "value", text: `v:${marshalGoJson(value)}`, value };
}

/** The step to an item of a list by its place. */
export function indexElement(index: number): PathElement {
  return { kind: "index", text: `i:${index}`, index };
}

/**
 * Reads a step as FieldsV1 writes it. Gives `undefined` for a type of step that is not known, which readers skip. Throws
 * `ManagedFieldsError` for one that is malformed.
 */
export function parsePathElement(text: string): PathElement | undefined {
  if (text.length < 2) throw new ManagedFieldsError("key must be 2 characters long:");
  if (text[1] !== ":") throw new ManagedFieldsError(`missing colon: ${text}`);
  const content = text.slice(2);
  switch (text[0]) {
    case "f":
      return fieldElement(content);
    case "v":
      return valueElement(parseContent(content));
    case "k":
      return parseKey(content);
    case "i":
      return parseIndex(content);
    default:
      return undefined;
  }
}

function parseKey(content: string): PathElement {
  const fields = parseContent(content);
  if (!isJsonObject(fields)) throw new ManagedFieldsError(`expected an object of key fields: ${content}`);
  return keyElement(Object.keys(fields).map((name) => ({ name, value: fields[name] ?? null })));
}

function parseIndex(content: string): PathElement {
  if (/^[+-]?\d{1,15}$/.test(content)) return indexElement(Number(content));
  throw new ManagedFieldsError(`strconv.Atoi: parsing ${quoteGo(content)}: invalid syntax`);
}

function parseContent(content: string): JsonValue {
  try {
    return parseJson(content);
  } catch (cause) {
    throw new ManagedFieldsError(`cannot parse path element ${quoteGo(content)}`, { cause });
  }
}

const kindRank = { field: 0, key: 1, value: 2, index: 3 } as const;

/** Orders steps as FieldsV1 lists them: fields by name, then keys, values and indexes. */
export function comparePathElements(left: PathElement, right: PathElement): number {
  if (left.text === right.text) return 0;
  if (left.kind === "field" && right.kind === "field") return compareUtf8(left.name, right.name);
  if (left.kind === "key" && right.kind === "key") return compareKeys(left.fields, right.fields);
  if (left.kind === "value" && right.kind === "value") return compareValues(left.value, right.value);
  if (left.kind === "index" && right.kind === "index") return left.index - right.index;
  return kindRank[left.kind] - kindRank[right.kind];
}

function compareKeys(left: readonly KeyField[], right: readonly KeyField[]): number {
  for (const [index, field] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    const order = compareUtf8(field.name, other.name) || compareValues(field.value, other.value);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

const valueRank = { number: 0, string: 1, bool: 2, array: 3, object: 4, null: 5 } as const;

function compareValues(left: JsonValue, right: JsonValue): number {
  const order = valueRank[jsonTypeName(left)] - valueRank[jsonTypeName(right)];
  if (order !== 0) return order;
  if (typeof left === "string" && typeof right === "string") return compareUtf8(left, right);
  if (isJsonArray(left) && isJsonArray(right)) return compareItems(left, right);
  if (isJsonObject(left) && isJsonObject(right))
    return compareUtf8(marshalGoJson(left), marshalGoJson(right));
  return compareScalars(left, right);
}

function compareScalars(left: JsonValue, right: JsonValue): number {
  if (left === null || right === null) return 0;
  if (left < right) return -1;
  return left > right ? 1 : 0;
}

function compareItems(left: readonly JsonValue[], right: readonly JsonValue[]): number {
  for (const [index, item] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    const order = compareValues(item, other);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

/** Prints a path as conflicts and errors show it: `.spec.containers[name="c"].image`. */
export function printPath(path: FieldPath): string {
  return path.map(printPathElement).join("");
}

/** Prints one step: `.name`, `[name="c"]`, `[="x"]` or `[0]`. */
export function printPathElement(element: PathElement): string {
  switch (element.kind) {
    case "field":
      return `.${element.name}`;
    case "key":
      return `[${element.fields.map(({ name, value }) => `${name}=${printValue(value)}`).join(",")}]`;
    case "value":
      return `[=${printValue(element.value)}]`;
    case "index":
      return `[${element.index}]`;
  }
}

function printValue(value: JsonValue): string {
  if (typeof value === "string") return quoteGo(value);
  if (typeof value === "number" || typeof value === "bigint") return formatGoNumber(value);
  if (isJsonArray(value)) return `[${value.map(printValue).join(",")}]`;
  if (!isJsonObject(value)) return String(value);
  return Object.keys(value)
    .map((key) => `${key}=${printValue(value[key] ?? null)}`)
    .join("");
}
