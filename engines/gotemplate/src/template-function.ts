import type { GoArgument, GoFunction, GoValue } from "@weir/text";

import type { TemplateFunctionError } from "./execute/template-error.ts";
import type { MissingKey } from "./execute/missing-key.ts";
import type { TemplateRun } from "./template-run.ts";
import type { TemplateSet } from "./template-set.ts";

/** A template to execute in place of a function, and what its output becomes. */
export interface TemplateEntry {
  readonly set: TemplateSet;
  readonly name: string;
  readonly data: GoValue;
  /** The functions inside; those of the caller unless told. */
  readonly functions?: ReadonlyMap<string, GoFunction>;
  /** What a missing key is inside; as for the caller unless told. */
  readonly missingKey?: MissingKey;
  /** The function's result. May throw as a function may. */
  readonly leave: (output: string) => GoValue;
  /** The function's own error for that of the execution; the error itself unless told. */
  readonly fail?: (error: TemplateFunctionError) => TemplateFunctionError;
}

/**
 * A function that executes a template, as Helm's `include` and `tpl` do.
 *
 * The engine runs what `enter` returns on its own stack instead of calling `call`: so templates nest as deep as the
 * function allows, however small the stack of the process is. After `enter` either `leave` or `fail` is called, unless
 * the whole run ends. `call` is not used by the engine.
 */
export interface TemplateFunction extends GoFunction {
  readonly enter: (args: readonly GoArgument[], run: TemplateRun) => TemplateEntry;
}
