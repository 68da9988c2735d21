import { GoCallError, type GoFunction, goTypeOf, type GoValue, sprint, sprintf, sprintln } from "@weir/text";

import { defineFunction, functionTable } from "../define-function.ts";
import { NO_VALUE } from "../execute/no-value.ts";
import { isTrue } from "../execute/truth.ts";
import { comparisonFunctions } from "./comparison.ts";
import { escapingFunctions } from "./escaping.ts";
import { indexingFunctions } from "./indexing.ts";

/** The evaluator does these itself, since they do not evaluate all of their arguments. */
const deciders: readonly GoFunction[] = ["and", "or"].map((name) =>
  defineFunction(
    name,
    ["reflect.Value", "...reflect.Value"],
    "reflect.Value",
    (args) => args.at(-1) ?? NO_VALUE,
  ),
);

/** `call`, which can only fail: no value of ours is a function. Its error names what was to be called. */
export function namedCall(callee: string | undefined): GoFunction {
  return defineFunction("call", ["reflect.Value", "...reflect.Value"], "reflect.Value", ([value]) => {
    if (value === null || value === NO_VALUE) throw new GoCallError("call of nil");
    throw new GoCallError(`non-function ${callee ?? shownValue(value)} of type ${goTypeOf(value)}`);
  });
}

function shownValue(value: GoValue): string {
  return typeof value === "string" ? value : `<${goTypeOf(value)} Value>`;
}

const printing: readonly GoFunction[] = [
  defineFunction("print", ["...interface {}"], "string", (args, run) => sprint(args, run.charge)),
  defineFunction("printf", ["string", "...interface {}"], "string", ([format, ...args], run) =>
    sprintf(format, args, run.charge),
  ),
  defineFunction("println", ["...interface {}"], "string", (args, run) => sprintln(args, run.charge)),
];

/** The functions that every template has; others of the same names hide them. */
export const builtinFunctions: ReadonlyMap<string, GoFunction> = functionTable(
  deciders,
  [namedCall(undefined), defineFunction("not", ["reflect.Value"], "bool", ([value]) => !isTrue(value))],
  comparisonFunctions,
  indexingFunctions,
  escapingFunctions,
  printing,
);
