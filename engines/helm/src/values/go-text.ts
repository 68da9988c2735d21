import { compareUtf8 } from "@weir/core";
import { formatGoFloat } from "@weir/text";
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
  return typeof value === "number" ? formatGoFloat(value, "g") : String(value);
}
