import { chargedWalk, defineFunction, type TemplateRun } from "@weir/gotemplate";
import { GoCallError, type GoFunction, type GoValue } from "@weir/text";

import { readToml } from "../toml/read-toml.ts";
import { TomlError } from "../toml/toml-error.ts";
import { writeToml } from "../toml/write-toml.ts";

/** A nil panics even here; every other problem is the text. */
function toToml(value: GoValue, run: TemplateRun): string {
  if (value === null) return writeToml(value);
  try {
    return writeToml(value, chargedWalk(run));
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
  defineFunction("toToml", ["interface {}"], "string", ([value], run) => toToml(value, run)),
  defineFunction("mustToToml", ["interface {}"], "string", ([value], run) =>
    writeToml(value, chargedWalk(run)),
  ),
  defineFunction("fromToml", ["string"], "map[string]interface {}", ([text]) => fromToml(text)),
];
