import { goDurationMs } from "@weir/core";
import { CommandError } from "../cli-error.ts";

/** How the text of a flag is read. */
export type FlagType = "text" | "bool" | "count" | "duration" | "list";

/** What becomes of a flag: it works, it is taken with a note, or any value but the harmless ones is refused. */
export type FlagEffect =
  | { readonly kind: "works" }
  | { readonly kind: "noted"; readonly note: string }
  | { readonly kind: "refused"; readonly unless: readonly string[]; readonly because: string };

/** One flag. */
export interface FlagDefinition {
  readonly name: string;
  readonly type: FlagType;
  /** The value where the flag is not given, as text. */
  readonly default: string;
  readonly effect: FlagEffect;
  readonly help: string;
}

/** What flags say, with defaults filled in. */
export interface FlagValues {
  text(name: string): string;
  bool(name: string): boolean;
  count(name: string): number;
  durationMs(name: string): number;
  list(name: string): readonly string[];
  /** The text of a flag that was given. */
  given(name: string): string | undefined;
}

/** The arguments that are no flags, what the flags say, and notes on flags that change nothing. */
export interface ParsedFlags {
  readonly operands: readonly string[];
  readonly values: FlagValues;
  readonly notes: readonly string[];
}

const TRUE_WORDS = ["1", "t", "T", "TRUE", "true", "True"];
const FALSE_WORDS = ["0", "f", "F", "FALSE", "false", "False"];

/**
 * Reads arguments as Go's pflag does: `--name=value` or `--name value`, a bool without a value is true and takes none
 * from the next argument, a list may be repeated or joined by commas, and `--` ends the flags.
 */
export function parseFlags(args: readonly string[], definitions: readonly FlagDefinition[]): ParsedFlags {
  const byName = new Map(definitions.map((definition) => [definition.name, definition]));
  const given = new Map<string, string>();
  const operands: string[] = [];
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === "--") {
      operands.push(...rest);
      break;
    }
    if (!arg.startsWith("-") || arg === "-") operands.push(arg);
    else take(arg, rest, { byName, given });
  }
  return { operands, values: valuesOf(byName, given), notes: notesOf(byName, given) };
}

interface Reading {
  readonly byName: ReadonlyMap<string, FlagDefinition>;
  readonly given: Map<string, string>;
}

function take(arg: string, rest: string[], { byName, given }: Reading): void {
  if (!arg.startsWith("--")) throw wrong(`unknown shorthand flag in ${arg}`);
  const [name = "", ...tail] = arg.slice(2).split("=");
  const definition = byName.get(name);
  if (definition === undefined) throw wrong(`unknown flag: --${name}`);
  let value = tail.length === 0 ? undefined : tail.join("=");
  if (value === undefined) value = definition.type === "bool" ? "true" : rest.shift();
  if (value === undefined) throw wrong(`flag needs an argument: --${name}`);
  check(definition, value);
  const before = given.get(name);
  given.set(name, definition.type === "list" && before !== undefined ? `${before},${value}` : value);
}

function check({ name, type, effect }: FlagDefinition, value: string): void {
  if (!isReadable(type, value)) throw wrong(`invalid argument "${value}" for "--${name}" flag`);
  if (effect.kind === "refused" && !effect.unless.includes(value)) {
    throw wrong(`--${name}=${value} is refused: ${effect.because}`);
  }
}

function isReadable(type: FlagType, value: string): boolean {
  switch (type) {
    case "text":
    case "list":
      return true;
    case "bool":
      return TRUE_WORDS.includes(value) || FALSE_WORDS.includes(value);
    case "count":
      return /^\d{1,15}$/.test(value);
    case "duration":
      return isDuration(value);
  }
}

function isDuration(value: string): boolean {
  try {
    return goDurationMs(value) >= 0;
  } catch {
    return false;
  }
}

function valuesOf(
  byName: ReadonlyMap<string, FlagDefinition>,
  given: ReadonlyMap<string, string>,
): FlagValues {
  const text = (name: string): string => given.get(name) ?? byName.get(name)?.default ?? "";
  return {
    text,
    bool: (name) => TRUE_WORDS.includes(text(name)),
    count: (name) => Number(text(name)),
    durationMs: (name) => goDurationMs(text(name)),
    list: (name) =>
      text(name)
        .split(",")
        .map((item) => item.trim())
        .filter((item) => item !== ""),
    given: (name) => given.get(name),
  };
}

function notesOf(
  byName: ReadonlyMap<string, FlagDefinition>,
  given: ReadonlyMap<string, string>,
): readonly string[] {
  return [...given.keys()].flatMap((name) => {
    const effect = byName.get(name)?.effect;
    return effect?.kind === "noted" ? [`--${name} changes nothing: ${effect.note}`] : [];
  });
}

function wrong(message: string): CommandError {
  return new CommandError("InvalidFlag", message);
}
