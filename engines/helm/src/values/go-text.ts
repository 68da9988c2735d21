import { compareUtf8 } from "@weir/core";
import { goTypeOfValue, type TableValue } from "./table.ts";

/** A value as Go's `fmt` prints it: with `%v`, or with `%t`, which is made for booleans and says so of all else. */
export function goText(value: TableValue, verb: "v" | "t" = "v"): string {
  if (Array.isArray(value)) return `[${value.map((item) => goText(item, verb)).join(" ")}]`;
  if (value instanceof Map) {
    const entries = [...value].sort(([left], [right]) => compareUtf8(left, right));
    return `map[${entries.map(([key, item]) => `${goText(key, verb)}:${goText(item, verb)}`).join(" ")}]`;
  }
  if (typeof value === "boolean") return String(value);
  const text = value === null ? "<nil>" : scalarText(value);
  if (verb === "v") return text;
  return value === null ? "%!t(<nil>)" : `%!t(${goTypeOfValue(value)}=${text})`;
}

function scalarText(value: string | number | bigint): string {
  return typeof value === "number" ? floatText(value) : String(value);
}

/** The shortest text of a float64: with an exponent below 1e-4 and from 1e21 on. */
function floatText(value: number): string {
  if (Object.is(value, -0)) return "-0";
  const size = Math.abs(value);
  if (value !== 0 && (size < 1e-4 || size >= 1e21)) {
    return value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
  }
  return String(value);
}
