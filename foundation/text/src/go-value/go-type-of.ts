import { GoInt } from "./go-int.ts";
import { GoComplex, type GoKind, GoMap, GoObject, GoSlice, type GoType, type GoValue } from "./go-value.ts";

/** The type's name as `%T` prints it; `<nil>` of nil. */
export function goTypeOf(value: GoValue): GoType {
  if (value === null) return "<nil>";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "string") return "string";
  if (typeof value === "number") return "float64";
  if (value instanceof GoInt) return value.kind;
  if (value instanceof Map) return "map[string]interface {}";
  if (value instanceof Uint8Array) return "[]uint8";
  return goTypeOfObject(value);
}

function goTypeOfObject(value: GoComplex | readonly GoValue[] | GoSlice | GoMap | GoObject): GoType {
  if (value instanceof GoSlice) return `[]${value.elem}`;
  if (value instanceof GoMap || value instanceof GoObject) return value.type;
  return value instanceof GoComplex ? "complex128" : "[]interface {}";
}

/** The kind as `reflect.Kind` prints it; `invalid` of nil. */
export function goKindOf(value: GoValue): GoKind {
  if (value === null) return "invalid";
  if (value instanceof GoObject) return value.kind;
  if (value instanceof Map || value instanceof GoMap) return "map";
  if (Array.isArray(value) || value instanceof Uint8Array || value instanceof GoSlice) return "slice";
  return goTypeOf(value);
}
