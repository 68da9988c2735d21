import { defineFunction } from "@weir/gotemplate";
import { GoCallError, type GoFunction, type GoValue } from "@weir/text";

import { readToml } from "../toml/read-toml.ts";
import { TomlError } from "../toml/toml-error.ts";
import { writeToml } from "../toml/write-toml.ts";

/** A nil panics even here; every other problem is the text. */
function toToml(value: GoValue): string {
  if (value === null) return writeToml(value);
  try {
    return writeToml(value);
  } catch (error) {
    if (error instanceof GoCallError) return error.message;
    throw error;
  }
}

function fromToml(text: string): GoValue {
  try {
    return readToml(text);
  } catch (error) {
    if (error instanceof TomlError) return new Map([["Error", error.message]]);
    throw error;
  }
}

/** Helm's functions for TOML. */
export const tomlFunctions: readonly GoFunction[] = [
  defineFunction("toToml", ["interface {}"], "string", ([value]) => toToml(value)),
  defineFunction("mustToToml", ["interface {}"], "string", ([value]) => writeToml(value)),
  defineFunction("fromToml", ["string"], "map[string]interface {}", ([text]) => fromToml(text)),
];
