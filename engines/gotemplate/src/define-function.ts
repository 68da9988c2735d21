import {
  type GoArgument,
  type GoFunction,
  type GoInt,
  type GoIntKind,
  type GoMap,
  GoSlice,
  type GoType,
  type GoValue,
  goInt,
  utf8Bytes,
  utf8Text,
} from "@weir/text";

import type { TemplateRun } from "./template-run.ts";

/** A `map[string]interface {}` argument: of that very type, or a nil one. */
export type GoDict = Map<string, GoValue> | GoMap;

/** What a function gets for a parameter of a Go type. */
export type GoArgumentOf<T extends GoType> = T extends "string"
  ? string
  : T extends "bool"
    ? boolean
    : T extends "float64"
      ? number
      : T extends GoIntKind
        ? bigint
        : T extends "map[string]interface {}"
          ? GoDict
          : T extends "[]interface {}"
            ? readonly GoValue[] | GoSlice
            : GoValue;

/** All arguments of a function: a last parameter `...T` stands for any number of them. */
export type GoArgumentsOf<P extends readonly GoType[]> = P extends readonly [
  ...infer Fixed extends readonly GoType[],
  `...${infer Rest}`,
]
  ? readonly [...FixedArguments<Fixed>, ...GoArgumentOf<Rest>[]]
  : FixedArguments<P>;

type FixedArguments<P extends readonly GoType[]> = { readonly [K in keyof P]: GoArgumentOf<P[K]> };

/** What a function gives for a Go result type: integers as bigints, which are wrapped to their type. */
export type GoResultOf<T extends GoType> = T extends "string"
  ? string
  : T extends "bool"
    ? boolean
    : T extends "float64"
      ? number
      : T extends GoIntKind
        ? bigint
        : GoValue;

const INT_KINDS: ReadonlySet<GoType> = new Set<GoIntKind>([
  "int",
  "int8",
  "int16",
  "int32",
  "int64",
  "uint",
  "uint8",
  "uint16",
  "uint32",
  "uint64",
  "uintptr",
]);

/**
 * Declares a function that templates may call by its Go signature, which gives its arguments their types here.
 *
 * `params` are Go's types as `%T` prints them, the last one `...T` if the function is variadic. What the function makes
 * is accounted for by its size where `result` says text or a list; one that makes something large out of something small
 * charges its run before. The function throws a `GoCallError` for an error result or a panic.
 *
 *     defineFunction("trunc", ["int", "string"], "string", ([count, text]) => …)
 *     defineFunction("join", ["string", "interface {}"], "string", ([separator, list], run) => …)
 *     defineFunction("list", ["...interface {}"], "[]interface {}", (values) => values)
 */
export function defineFunction<const P extends readonly GoType[], const R extends GoType>(
  name: string,
  params: P,
  result: R,
  call: (args: GoArgumentsOf<P>, run: TemplateRun) => GoResultOf<R>,
): GoFunction {
  // The caller has converted the arguments to the declared types: this is where their types are said.
  const typed = call as unknown as Call;
  const last = params.at(-1);
  const variadic = last?.startsWith("...") === true ? last.slice(3) : undefined;
  return {
    name,
    params: variadic === undefined ? params : params.slice(0, -1),
    ...(variadic === undefined ? {} : { variadic }),
    result,
    call: finished(typed, result),
  };
}

type Call = (args: readonly GoArgument[], run: TemplateRun) => GoValue | bigint;

/** As many characters as a function reads in the time of one step, or thereabouts. */
const CHARACTERS_OF_A_STEP = 64;

/** What an item of a new list counts for, besides what it is: a list costs no less than its pointers. */
const ITEM_COST = 2;

function finished(call: Call, result: GoType): GoFunction["call"] {
  const finish = finisher(result);
  return (args, run) => {
    chargeReading(args, run as TemplateRun);
    return finish(call(args, run as TemplateRun), run as TemplateRun);
  };
}

/** A loop that only looks at a large text costs time, too. */
function chargeReading(args: readonly GoArgument[], run: TemplateRun): void {
  let units = 0;
  for (const arg of args) if (typeof arg === "string") units += arg.length;
  if (units >= CHARACTERS_OF_A_STEP) run.chargeSteps(Math.floor(units / CHARACTERS_OF_A_STEP));
}

function finisher(result: GoType): (made: GoValue | bigint, run: TemplateRun) => GoValue {
  if (INT_KINDS.has(result)) {
    const kind = result as GoIntKind;
    return (made): GoInt => goInt(made as bigint, kind);
  }
  if (result === "string") return (made, run) => finishedText(made as string, run);
  if (!result.startsWith("[]")) return (made) => made as GoValue;
  return (made, run) => {
    if (Array.isArray(made)) run.charge(made.length * ITEM_COST);
    else if (made instanceof GoSlice) run.charge(made.items.length * ITEM_COST);
    return made as GoValue;
  };
}

function finishedText(made: string, run: TemplateRun): string {
  run.charge(made.length);
  // Bytes that were joined may make up a character.
  return made.isWellFormed() ? made : utf8Text(utf8Bytes(made));
}

/** A table of functions by their names. */
export function functionTable(
  ...groups: readonly (readonly GoFunction[])[]
): ReadonlyMap<string, GoFunction> {
  return new Map(groups.flat().map((declared) => [declared.name, declared]));
}
