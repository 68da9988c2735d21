/** A type of the checker: what an expression may be before it is evaluated. */
export interface CelType {
  readonly kind: TypeKind;
  /** The name that `type(x)` gives; that of a type parameter; that of an object type. */
  readonly name: string;
  readonly params: readonly CelType[];
  /** The fields of an object type. */
  readonly fields?: ReadonlyMap<string, CelType>;
  /** An object whose fields nobody declares. */
  readonly isHidden?: boolean;
}

export type TypeKind =
  | "dyn"
  | "error"
  | "null"
  | "bool"
  | "int"
  | "uint"
  | "double"
  | "string"
  | "bytes"
  | "timestamp"
  | "duration"
  | "list"
  | "map"
  | "type"
  | "parameter"
  | "opaque"
  | "object"
  | "wrapper";

function plain(kind: TypeKind, name: string): CelType {
  return { kind, name, params: [] };
}

export const DYN: CelType = plain("dyn", "dyn");
export const ERROR: CelType = plain("error", "!error!");
export const NULL: CelType = plain("null", "null_type");
export const BOOL: CelType = plain("bool", "bool");
export const INT: CelType = plain("int", "int");
export const UINT: CelType = plain("uint", "uint");
export const DOUBLE: CelType = plain("double", "double");
export const STRING: CelType = plain("string", "string");
export const BYTES: CelType = plain("bytes", "bytes");
export const TIMESTAMP: CelType = plain("timestamp", "google.protobuf.Timestamp");
export const DURATION: CelType = plain("duration", "google.protobuf.Duration");

/** A list whose elements are of one type. */
export function listOf(element: CelType): CelType {
  return { kind: "list", name: "list", params: [element] };
}

/** A map from keys of one type to values of one type. */
export function mapOf(key: CelType, value: CelType): CelType {
  return { kind: "map", name: "map", params: [key, value] };
}

/** The type of a type. */
export function typeOf(type: CelType): CelType {
  return { kind: "type", name: "type", params: [type] };
}

/** A type that a library declares, such as `kubernetes.URL`. */
export function opaque(name: string, ...params: readonly CelType[]): CelType {
  return { kind: "opaque", name, params };
}

/** A type of objects that a library declares without telling of their fields: only functions look into them. */
export function hidden(name: string): CelType {
  return { kind: "opaque", name, params: [], isHidden: true };
}

/** The type of a value that may be absent. */
export function optionalOf(type: CelType): CelType {
  return opaque("optional_type", type);
}

/** A primitive type that may be null. */
export function wrapperOf(type: CelType): CelType {
  return { kind: "wrapper", name: "wrapper", params: [type] };
}

/** A type parameter of a function's declaration. */
export function parameter(name: string): CelType {
  return plain("parameter", name);
}

/** An object with declared fields; two object types are one if their names are. */
export function objectOf(name: string, fields: ReadonlyMap<string, CelType>): CelType {
  return { kind: "object", name, params: [], fields };
}

/** Writes a type as `OutputType().String()` does. */
export function formatType(type: CelType): string {
  if (type.kind === "opaque" && type.params.length === 0) return type.name;
  return type.params.length === 0 ? type.name : `${type.name}(${type.params.map(formatType).join(", ")})`;
}

/** Writes a type as the checker's messages do, where some names are shorter. */
export function describeType(type: CelType): string {
  switch (type.kind) {
    case "duration":
      return "duration";
    case "timestamp":
      return "timestamp";
    case "null":
      return "null";
    default:
      return type.params.length === 0
        ? type.name
        : `${type.name}(${type.params.map(describeType).join(", ")})`;
  }
}

export function isSameType(left: CelType, right: CelType): boolean {
  return (
    left.kind === right.kind &&
    left.name === right.name &&
    left.params.length === right.params.length &&
    left.params.every((param, index) => isSameType(param, right.params[index] ?? ERROR))
  );
}

export function isDynOrError(type: CelType): boolean {
  return type.kind === "dyn" || type.kind === "error";
}

/** The type within an optional one. */
export function withinOptional(type: CelType): CelType | undefined {
  return type.kind === "opaque" && type.name === "optional_type" ? type.params[0] : undefined;
}
