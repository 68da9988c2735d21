import { type JsonValue, parseJson, WeirError } from "@weir/core";
import { chargedWalk, defineFunction } from "@weir/gotemplate";
import { GoCallError, type GoFunction, GoMap, GoSlice, type GoValue, writeGoJson } from "@weir/text";

import { readValue } from "./read-value.ts";

const DICT = "map[string]interface {}";
const LIST = "[]interface {}";

/** What `json.Unmarshal` gives for text, or what it says. */
function parse(text: string): JsonValue | WeirError {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof WeirError) return error;
    throw error;
  }
}

function fromJson(text: string): GoValue {
  const value = parse(text);
  if (value instanceof WeirError) return new Map([["Error", value.message]]);
  // Go sets the map to nil.
  if (value === null) return new GoMap(DICT, "interface {}", new Map(), true);
  const read = readValue(value);
  return read instanceof Map ? read : new Map([["Error", `json: ${mismatch(value, DICT)}`]]);
}

function fromJsonArray(text: string): GoValue {
  const value = parse(text);
  if (value instanceof WeirError) return [value.message];
  if (value === null) return new GoSlice("interface {}", [], true);
  return Array.isArray(value) ? readValue(value) : [`json: ${mismatch(value, LIST)}`];
}

/** What encoding/json says of a value that is not of the type, without its prefix. */
export function mismatch(value: JsonValue, type: string): string {
  return `cannot unmarshal ${kindOf(value)} into Go value of type ${type}`;
}

function kindOf(value: JsonValue): string {
  if (Array.isArray(value)) return "array";
  if (typeof value === "boolean") return "bool";
  return typeof value === "bigint" ? "number" : typeof value;
}

/** Helm's functions for JSON: those without `must` swallow every error, or hand it on as a value. */
export const jsonFunctions: readonly GoFunction[] = [
  defineFunction("toJson", ["interface {}"], "string", ([value], run) => {
    try {
      return writeGoJson(value, chargedWalk(run));
    } catch (error) {
      if (error instanceof GoCallError) return "";
      throw error;
    }
  }),
  defineFunction("mustToJson", ["interface {}"], "string", ([value], run) =>
    writeGoJson(value, chargedWalk(run)),
  ),
  defineFunction("fromJson", ["string"], DICT, ([text]) => fromJson(text)),
  defineFunction("fromJsonArray", ["string"], LIST, ([text]) => fromJsonArray(text)),
];
