import { type GoFunction, type GoValue, utf8Bytes, utf8Text } from "@weir/text";

import { Machine, missingTemplate } from "./execute/machine.ts";
import type { MissingKey } from "./execute/missing-key.ts";
import type { TemplateRun } from "./template-run.ts";
import type { TemplateSet } from "./template-set.ts";

/** How a template is executed. */
export interface ExecuteTemplateOptions {
  /** What it may call besides the built-in functions, which these hide. */
  readonly functions: ReadonlyMap<string, GoFunction>;
  /** What a key that a map does not have gives; no value (`<no value>`) by default. */
  readonly missingKey?: MissingKey;
  /** Clock, randomness and budgets; handed to every function. */
  readonly run: TemplateRun;
  /** The name of the set's root, which the error for a template that there is not shows; the template's by default. */
  readonly rootName?: string;
}

/**
 * Executes a template of a set, and gives its output.
 *
 * Throws a `TemplateExecError` with Go's message, or a `GoCallError` where there is no such template. What a function
 * throws that is no error of Go's (`GoCallError`, `TemplateExecError`, `TemplateParseError`), such as a
 * `TemplateBudgetError`, is thrown as it is.
 */
export function executeTemplate(
  set: TemplateSet,
  name: string,
  data: GoValue,
  options: ExecuteTemplateOptions,
): string {
  const { functions, missingKey = "default", run, rootName = name } = options;
  const template = set.find(name);
  if (template === undefined) throw missingTemplate(name, rootName);
  const machine = new Machine(template.program, data, { set, functions, missingKey, run, rootName });
  const output = machine.execute();
  // Bytes that were written apart may make up a character.
  return output.isWellFormed() ? output : utf8Text(utf8Bytes(output));
}
