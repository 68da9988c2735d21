import { type JsonObject, type JsonValue, WeirError } from "@weir/core";
import { fieldElement, indexElement, type PathElement, printPathElement } from "../fields/path-element.ts";
import { formatGoSyntax, formatGoValue, goTypeName } from "../go-text.ts";
import { isJsonArray, isJsonObject } from "../json-object.ts";
import { type FieldType, formsOf, type ListType, type MapType, type ScalarType } from "./field-type.ts";
import { itemElement } from "./list-item.ts";

/** A value that does not have the type it is taken for; the message is structured-merge-diff's. */
export class TypedValueError extends WeirError {
  override readonly name = "TypedValueError";
  readonly reason = "Invalid";
  readonly retry = "never";
}

/** What the check lets pass. */
export interface CheckOptions {
  /** Items of a set or an associative list may stand twice, as in objects that others wrote. */
  readonly allowDuplicates: boolean;
}

interface Problem {
  readonly path: string;
  readonly message: string;
}

/** Throws a `TypedValueError` that lists every place where a value differs from its type; null passes everywhere. */
export function checkTyped(type: FieldType, value: JsonValue, options: CheckOptions): void {
  const problems = new Checking(options).check(type, value);
  const [first] = problems;
  if (first === undefined) return;
  if (problems.length === 1) throw new TypedValueError(describe(first));
  throw new TypedValueError(["errors:", ...problems.map((problem) => `  ${describe(problem)}`)].join("\n"));
}

function describe({ path, message }: Problem): string {
  return path === "" ? message : `${path}: ${message}`;
}

const noProblems: readonly Problem[] = [];

class Checking {
  readonly #options: CheckOptions;

  constructor(options: CheckOptions) {
    this.#options = options;
  }

  check(type: FieldType, value: JsonValue): readonly Problem[] {
    const [form] = formsOf(type, value);
    if (form === "map" && type.map !== undefined) return this.#checkMap(type.map, value);
    if (form === "scalar" && type.scalar !== undefined) return checkScalar(type.scalar, value);
    if (form === "list" && type.list !== undefined) return this.#checkList(type.list, value);
    return problem("schema error: invalid atom: inlined");
  }

  #checkMap(type: MapType, value: JsonValue): readonly Problem[] {
    if (value === null) return noProblems;
    if (!isJsonObject(value)) return problem(`expected map, got &{${formatGoValue(value)}}`);
    return this.#checkFields(type, value);
  }

  #checkFields(type: MapType, value: JsonObject): readonly Problem[] {
    const problems: Problem[] = [];
    for (const name of Object.keys(value)) {
      const fieldType = type.field(name) ?? type.element;
      if (fieldType === undefined) {
        problems.push({ path: `.${name}`, message: "field not declared in schema" });
        // One is enough: the object is of another shape altogether.
        break;
      }
      problems.push(...below(fieldElement(name), this.check(fieldType, value[name] ?? null)));
    }
    return problems;
  }

  #checkList(type: ListType, value: JsonValue): readonly Problem[] {
    if (value === null) return noProblems;
    if (!isJsonArray(value)) return problem(`expected list, got &{${formatGoValue(value)}}`);
    const problems: Problem[] = [];
    const seen = new Set<string>();
    for (const [index, item] of value.entries()) {
      const element = type.isAtomic ? indexElement(index) : itemElement(type, item);
      if (element.kind === "none") {
        problems.push({ path: "", message: `element ${index}: ${element.problem}` });
        return problems;
      }
      if (seen.has(element.text) && !this.#options.allowDuplicates) {
        problems.push({ path: "", message: `duplicate entries for key ${printPathElement(element)}` });
      }
      seen.add(element.text);
      problems.push(...below(element, this.check(type.element(), item)));
    }
    return problems;
  }
}

function checkScalar(type: ScalarType, value: JsonValue): readonly Problem[] {
  if (value === null) return noProblems;
  switch (type) {
    case "numeric":
      if (typeof value === "number" || typeof value === "bigint") return noProblems;
      return problem(`expected numeric (int or float), got ${goTypeName(value)}`);
    case "string":
      if (typeof value === "string") return noProblems;
      return problem(`expected string, got &value.valueUnstructured{Value:${formatGoSyntax(value)}}`);
    case "boolean":
      if (typeof value === "boolean") return noProblems;
      return problem(`expected boolean, got &{${formatGoValue(value)}}`);
    case "untyped":
      if (typeof value !== "object") return noProblems;
      return problem(`expected any scalar, got &{${formatGoValue(value)}}`);
  }
}

function problem(message: string): readonly Problem[] {
  return [{ path: "", message }];
}

function below(element: PathElement, problems: readonly Problem[]): readonly Problem[] {
  if (problems.length === 0) return problems;
  const prefix = printPathElement(element);
  return problems.map(({ path, message }) => ({ path: prefix + path, message }));
}
