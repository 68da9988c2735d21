import { invalidField, type FieldError } from "../field/field-error.ts";
import { formatGoFloat } from "../field/go-text.ts";
import { type JsonKind, jsonKind } from "../json-shape.ts";
import type { SchemaNode } from "../schema-node.ts";

const MAX_FLOAT32 = 3.4028234663852886e38;

/** What a number is checked as: the single type of the schema and its format, where it fits the type. */
interface NumberType {
  readonly name: "integer" | "number" | "";
  readonly format: string;
}

function numberTypeOf(node: SchemaNode): NumberType {
  if (node["x-kubernetes-int-or-string"] === true) return { name: "", format: "" };
  const format = node.format ?? "";
  if (node.type === "integer") return { name: "integer", format: /^int(32|64)$/.test(format) ? format : "" };
  if (node.type === "number")
    return { name: "number", format: /^(float|double)$/.test(format) ? format : "" };
  return { name: "", format: "" };
}

function fitsInt32(value: number | bigint): boolean {
  return Number(value) >= -(2 ** 31) && Number(value) < 2 ** 31;
}

/** Whether a number can be held by the type; upstream checks the schema's own bounds in the same way. */
function fitsType(value: number | bigint, type: NumberType): boolean {
  if (type.name === "integer") {
    const isInteger = jsonKind(value) === "integer";
    return isInteger && (type.format !== "int32" || fitsInt32(value));
  }
  return type.format !== "float" || Math.abs(Number(value)) <= MAX_FLOAT32;
}

function describeType(type: NumberType): string {
  return type.format === "" ? `${type.name} (default format)` : `${type.name} with format ${type.format}`;
}

function isMultiple(value: number | bigint, factor: number): boolean {
  if (typeof value === "bigint" && Number.isSafeInteger(factor) && factor !== 0)
    return value % BigInt(factor) === 0n;
  const ratio = factor < 1 ? (1 / factor) * Number(value) : Number(value) / factor;
  return Number.isSafeInteger(ratio);
}

/** One bound of a number: what it compares with, how it is called, and whether the value keeps it. */
interface Bound {
  readonly name: string;
  readonly limit: number;
  readonly words: string;
  readonly isKept: (limit: number) => boolean;
}

function boundsOf(node: SchemaNode, value: number | bigint): readonly Bound[] {
  const bounds: Bound[] = [];
  if (node.multipleOf !== undefined) {
    bounds.push({
      name: "MultipleOf",
      limit: node.multipleOf,
      words: "should be a multiple of",
      isKept: (limit) => isMultiple(value, limit),
    });
  }
  if (node.minimum !== undefined) {
    const isExclusive = node.exclusiveMinimum === true;
    bounds.push({
      name: "Minimum boundary",
      limit: node.minimum,
      words: isExclusive ? "should be greater than" : "should be greater than or equal to",
      isKept: (limit) => (isExclusive ? value > limit : value >= limit),
    });
  }
  if (node.maximum !== undefined) {
    const isExclusive = node.exclusiveMaximum === true;
    bounds.push({
      name: "Maximum boundary",
      limit: node.maximum,
      words: isExclusive ? "should be less than" : "should be less than or equal to",
      isKept: (limit) => (isExclusive ? value < limit : value <= limit),
    });
  }
  return bounds;
}

/** Where a number stands: its path inside the object and the paths that errors name. */
export interface NumberPlace {
  /** The path as messages spell it. */
  readonly path: string;
  /** The path of errors on this field. */
  readonly field: string;
  /** The path of errors that name no field. */
  readonly root: string;
}

/** Checks range, bounds and `multipleOf` of a number. */
export function checkNumber(
  node: SchemaNode,
  value: number | bigint,
  kind: JsonKind,
  place: NumberPlace,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  const type = numberTypeOf(node);
  const { path, field, root } = place;
  if (!fitsType(value, type)) {
    errors.push(invalidField(root, "", `Checked value must be of type ${describeType(type)} in ${path}`));
  }
  for (const bound of boundsOf(node, value)) {
    const isComparable = fitsType(bound.limit, type);
    // An integer is compared with the bound cut to an integer, as upstream does.
    const limit = isComparable && kind === "integer" ? Math.trunc(bound.limit) : bound.limit;
    if (!isComparable) {
      errors.push(
        invalidField(root, "", `${bound.name} value must be of type ${describeType(type)} in ${path}`),
      );
    }
    if (!bound.isKept(limit)) {
      errors.push(invalidField(field, value, `${path} in body ${bound.words} ${formatGoFloat(limit)}`));
    }
  }
  return errors;
}
