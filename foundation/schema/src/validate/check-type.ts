import { type FieldError, invalidFieldType } from "../field/field-error.ts";
import { quoteGo } from "@weir/text";
import { isKnownFormat, stringFormat } from "../format/formats.ts";
import type { JsonKind } from "../json-shape.ts";
import type { SchemaNode } from "../schema-node.ts";

const INT_OR_STRING: readonly string[] = ["integer", "string"];
const NO_TYPES: readonly string[] = [];

function typesOf(node: SchemaNode): readonly string[] {
  if (node["x-kubernetes-int-or-string"] === true) return INT_OR_STRING;
  return node.type === undefined ? NO_TYPES : [node.type];
}

/** The format that counts: one that the API server does not know for the type is as good as none. */
function effectiveFormat(node: SchemaNode): string {
  const { format } = node;
  if (format === undefined || format === "") return "";
  const type = node["x-kubernetes-int-or-string"] === true ? undefined : node.type;
  return isKnownFormat(type, format) ? format : "";
}

function wrongType(path: string, field: string, wanted: string, found: string): FieldError {
  return invalidFieldType(field, found, `${path} in body must be of type ${wanted}: ${quoteGo(found)}`);
}

/** The format that upstream gives a bare number; messages name it where a format was expected. */
function formatOfKind(kind: JsonKind): string {
  if (kind === "integer") return "int64";
  return kind === "number" ? "float64" : "";
}

/** What a type check came to; upstream counts it among the matches only where there was something to check. */
export type TypeVerdict =
  | { readonly kind: "unchecked" }
  | { readonly kind: "match" }
  | { readonly kind: "mismatch"; readonly error: FieldError };

const UNCHECKED: TypeVerdict = { kind: "unchecked" };
const MATCH: TypeVerdict = { kind: "match" };

function hasType(types: readonly string[], kind: JsonKind): boolean {
  return types.includes(kind) || (kind === "integer" && types.includes("number"));
}

/** Checks the JSON type of a value that is not null. */
export function checkType(node: SchemaNode, kind: JsonKind, path: string, field: string): TypeVerdict {
  if (node.type === kind && node.format === undefined) return MATCH;
  const types = typesOf(node);
  const format = effectiveFormat(node);
  if (types.length === 0 && format === "") return UNCHECKED;
  if (hasType(types, kind)) return MATCH;
  if (format !== "") return checkFormattedType(types, format, kind, { path, field });
  return { kind: "mismatch", error: wrongType(path, field, types.join(","), kind) };
}

function checkFormattedType(
  types: readonly string[],
  format: string,
  kind: JsonKind,
  place: { readonly path: string; readonly field: string },
): TypeVerdict {
  const { path, field } = place;
  const wanted = types.join(",");
  if (kind !== "string" && kind !== "array") {
    const found = formatOfKind(kind);
    const error =
      found === format ? wrongType(path, field, wanted, kind) : wrongType(path, field, format, found);
    return { kind: "mismatch", error };
  }
  // Upstream lets a list pass where a formatted text is expected; what reads it later must not rely on more.
  if (!types.includes("number") && !types.includes("integer")) return MATCH;
  return { kind: "mismatch", error: wrongType(path, field, wanted, kind) };
}

/** Checks null, which only a nullable node takes; a node without a type takes anything. */
export function checkNull(node: SchemaNode, path: string, field: string): FieldError | undefined {
  const types = typesOf(node);
  if (types.length === 0 || node.nullable === true) return undefined;
  return wrongType(path, field, types.join(","), "null");
}

/** Checks the format of a text; `undefined` where the node has none that is enforced. */
export function checkFormat(
  node: SchemaNode,
  value: string,
  path: string,
  field: string,
): { readonly error: FieldError | undefined } | undefined {
  const format = effectiveFormat(node);
  const check = format === "" ? undefined : stringFormat(format);
  if (check === undefined) return undefined;
  return { error: check(value) ? undefined : wrongType(path, field, format, value) };
}
