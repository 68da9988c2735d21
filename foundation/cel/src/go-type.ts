import { CelFailure, CelMap, type CelValue, isList, typeNameOf } from "./value.ts";

/** The type that a value has in Go, as its panics name it: data has types of its own, and what an expression makes others. */
export function goTypeOf(value: CelValue, isMade: boolean): string {
  if (value === null) return isMade ? "types.Null" : "<nil>";
  if (isList(value)) return isMade ? "*types.baseList" : "[]interface {}";
  if (value instanceof CelMap) return value.isJson ? "map[string]interface {}" : "*types.baseMap";
  if (value instanceof CelFailure) return "*types.Err";
  return REFERENCES.get(typeNameOf(value)) ?? structureOf(typeNameOf(value));
}

const REFERENCES: ReadonlyMap<string, string> = new Map([
  ["optional_type", "*types.Optional"],
  ["type", "*types.Type"],
]);

function structureOf(name: string): string {
  const short = name.slice(name.lastIndexOf(".") + 1);
  if (short === name || name.startsWith("google."))
    return `types.${short.slice(0, 1).toUpperCase()}${short.slice(1)}`;
  return `cel.${short === "NamedFormat" ? "Format" : short}`;
}
