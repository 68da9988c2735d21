import { type JsonValue, WeirError } from "@weir/core";
import {
  applyDefaults,
  type FieldError,
  invalidFieldType,
  joinFieldErrors,
  pruneUnknownFields,
  type SchemaNode,
  unsupportedField,
  validateSchema,
} from "@weir/schema";

/** An object that does not fit its resource, in the words of an API server that refuses it. */
export class InvalidObjectError extends WeirError {
  override readonly name = "InvalidObjectError";
  readonly reason = "InvalidObject";
  readonly retry = "never";
  readonly kind: string;
  readonly problems: readonly FieldError[];

  constructor(groupKind: string, objectName: string, problems: readonly FieldError[]) {
    super(`${groupKind} ${JSON.stringify(objectName)} is invalid: ${joinFieldErrors(problems)}`);
    this.kind = groupKind;
    this.problems = problems;
  }
}

/** What reading an object gave. */
export type Parsed<Read> =
  | {
      readonly success: true;
      readonly object: Read;
      /** Paths of fields that the schema does not know, which were dropped. */
      readonly unknownFields: readonly string[];
    }
  | { readonly success: false; readonly error: InvalidObjectError };

interface ParsedKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** Reads a value as an object of a kind; see `Resource.safeParse`. */
export function safeParseObject(kind: ParsedKind, schema: SchemaNode, value: JsonValue): Parsed<unknown> {
  const groupKind = `${kind.kind}.${kind.group}`;
  const refuse = (name: string, problems: readonly FieldError[]): Parsed<unknown> => ({
    success: false,
    error: new InvalidObjectError(groupKind, name, problems),
  });
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    return refuse("", [invalidFieldType("<nil>", value ?? null, "must be an object")]);
  }
  const given = value as { readonly [key: string]: JsonValue };
  const apiVersion = `${kind.group}/${kind.version}`;
  const typed = { apiVersion, kind: kind.kind, ...given };
  const problems: FieldError[] = [];
  if (typed.apiVersion !== apiVersion)
    problems.push(unsupportedField("apiVersion", typed.apiVersion, [apiVersion]));
  if (typed.kind !== kind.kind) problems.push(unsupportedField("kind", typed.kind, [kind.kind]));
  const { value: known, unknownFields } = pruneUnknownFields(schema, typed);
  const object = applyDefaults(schema, known);
  problems.push(...validateSchema(schema, object));
  return problems.length > 0
    ? refuse(nameOf(given["metadata"]), problems)
    : { success: true, object, unknownFields };
}

/** The same, throwing an `InvalidObjectError`. */
export function parseObject(kind: ParsedKind, schema: SchemaNode, value: JsonValue): unknown {
  const parsed = safeParseObject(kind, schema, value);
  if (parsed.success) return parsed.object;
  throw parsed.error;
}

function nameOf(metadata: JsonValue | undefined): string {
  if (metadata === null || typeof metadata !== "object" || Array.isArray(metadata)) return "";
  const { name } = metadata as { readonly name?: JsonValue };
  return typeof name === "string" ? name : "";
}
