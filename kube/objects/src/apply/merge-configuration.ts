import { type JsonObject, type JsonValue, WeirError } from "@weir/core";
import type { SchemaNode } from "@weir/schema";
import { fieldElement, indexElement, type PathElement, printPathElement } from "../fields/path-element.ts";
import { isJsonArray, isJsonObject } from "../json-object.ts";
import { checkTyped, TypedValueError } from "../typed/check-typed.ts";
import { type FieldType, formsOf } from "../typed/field-type.ts";
import { itemElement } from "../typed/list-item.ts";
import { mergeTyped } from "../typed/merge-typed.ts";
import { objectType } from "./request.ts";

/** A configuration that cannot be merged into an object; the message is that of the API server's mutating policies. */
export class MergeConfigurationError extends WeirError {
  override readonly name = "MergeConfigurationError";
  readonly reason = "Invalid";
  readonly retry = "never";
}

/** A value in a configuration that is no JSON, as Go's `%T`, `%v` and `%#v` write it. */
export class ForeignValue {
  readonly typeName: string;
  readonly text: string;
  readonly syntax: string;

  constructor(typeName: string, text: string, syntax = text) {
    this.typeName = typeName;
    this.text = text;
    this.syntax = syntax;
  }
}

/** A partial object that may hold values which are no JSON. */
export type ConfigurationValue =
  | JsonValue
  | ForeignValue
  | readonly ConfigurationValue[]
  | { readonly [field: string]: ConfigurationValue };

/**
 * Merges a partial object into another by the types of a schema, as a mutating policy's `ApplyConfiguration` is merged: nothing is
 * removed and nobody comes to own a field. Lists and objects that are replaced as a whole may not be written at all.
 *
 * Throws `MergeConfigurationError`.
 */
export function mergeConfiguration(
  schema: SchemaNode | undefined,
  live: JsonObject,
  configuration: { readonly [field: string]: ConfigurationValue },
): JsonObject {
  const type = objectType(schema);
  const problems = foreignProblems(type, configuration, "");
  if (problems.length > 0)
    throw notTyped("patch", problems.length === 1 ? (problems[0] ?? "") : listOf(problems));
  // Nothing foreign is in it any more.
  const partial = configuration as JsonObject;
  checkAs(type, partial, "patch");
  const atomics = atomicPaths(type, partial, []);
  if (atomics.length > 0) {
    const what = `may not mutate atomic arrays, maps or structs: ${atomics.join(", ")}`;
    throw new MergeConfigurationError(`invalid ApplyConfiguration: ${what}`);
  }
  checkAs(type, live, "original");
  const merged = mergeTyped(type, live, partial);
  return isJsonObject(merged) ? merged : {};
}

function listOf(problems: readonly string[]): string {
  return ["errors:", ...problems.map((problem) => `  ${problem}`)].join("\n");
}

function notTyped(what: "patch" | "original", problem: string): MergeConfigurationError {
  return new MergeConfigurationError(`failed to convert ${what} object to typed object: ${problem}`);
}

function checkAs(type: FieldType, object: JsonObject, what: "patch" | "original"): void {
  try {
    checkTyped(type, object, { allowDuplicates: what === "original" });
  } catch (error) {
    if (error instanceof TypedValueError) throw notTyped(what, error.message);
    throw error;
  }
}

/** Where something that is no JSON stands in place of a typed value. */
function foreignProblems(type: FieldType, value: ConfigurationValue, path: string): readonly string[] {
  if (value instanceof ForeignValue) return [`${path}: ${foreignProblem(type, value)}`];
  if (Array.isArray(value)) {
    const { list } = type;
    return (value as readonly ConfigurationValue[]).flatMap((item, index) => {
      const element = list === undefined ? indexElement(index) : elementOf(list, item, index);
      return foreignProblems(list?.element() ?? {}, item, path + printPathElement(element));
    });
  }
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value as Record<string, ConfigurationValue>).flatMap(([name, item]) => {
    const field = type.map?.field(name) ?? type.map?.element ?? {};
    return foreignProblems(field, item, path + printPathElement(fieldElement(name)));
  });
}

function elementOf(
  list: NonNullable<FieldType["list"]>,
  item: ConfigurationValue,
  index: number,
): PathElement {
  if (list.isAtomic || item instanceof ForeignValue) return indexElement(index);
  const element = itemElement(list, item as JsonValue);
  return element.kind === "none" ? indexElement(index) : element;
}

function foreignProblem(type: FieldType, { typeName, text, syntax }: ForeignValue): string {
  const [form] = formsOf(type, undefined);
  if (form === "map") return `expected map, got &{${text}}`;
  if (form === "list") return `expected list, got &{${text}}`;
  switch (type.scalar) {
    case "numeric":
      return `expected numeric (int or float), got ${typeName}`;
    case "string":
      return `expected string, got &value.valueUnstructured{Value:${syntax}}`;
    case "boolean":
      return `expected boolean, got &{${text}}`;
    default:
      return `expected any scalar, got &{${text}}`;
  }
}

/** The paths of lists and objects that are replaced as a whole; items of a list are told by their place. */
function atomicPaths(type: FieldType, value: JsonValue, path: readonly PathElement[]): readonly string[] {
  if (isJsonObject(value) && type.map !== undefined) {
    const { map } = type;
    const below = Object.entries(value).flatMap(([name, item]) => {
      const field = map.field(name);
      return field === undefined ? [] : atomicPaths(field, item, [...path, fieldElement(name)]);
    });
    return map.isAtomic ? [printed(path), ...below] : below;
  }
  if (isJsonArray(value) && type.list !== undefined) {
    const { list } = type;
    const below = value.flatMap((item, index) =>
      atomicPaths(list.element(), item, [...path, indexElement(index)]),
    );
    return list.isAtomic ? [printed(path), ...below] : below;
  }
  return [];
}

function printed(path: readonly PathElement[]): string {
  return path.map(printPathElement).join("");
}
