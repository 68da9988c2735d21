import { WeirError } from "@weir/core";
import { quoteGo } from "@weir/text";

import { CommandError } from "../cli-error.ts";
import { readFlagValue, TRUE_WORDS } from "./read-flag-value.ts";

/**
 * How the text of a flag is read. A `slice` may hold several values between commas, as CSV; `pairs` are of the form
 * `key=value`; others that are no texts are checked alone.
 */
export type HelmFlagKind =
  | "bool"
  | "text"
  | "array"
  | "slice"
  | "pairs"
  | "int"
  | "float"
  | "duration"
  | "wait";

/** A flag of helm's. */
export interface HelmFlag {
  readonly name: string;
  readonly short?: string;
  readonly kind: HelmFlagKind;
  /** What it stands for where it is given without a value. */
  readonly bare?: string;
  /** Why it is refused, where it is. */
  readonly refused?: string;
  /** What helm says of it. */
  readonly deprecated?: string;
  /** Absent where it has no effect without a cluster, as in helm. */
  readonly help?: string;
}

/** What a command line says. */
export interface HelmFlagValues {
  readonly operands: readonly string[];
  bool(name: string): boolean;
  text(name: string): string;
  all(name: string): readonly string[];
  isGiven(name: string): boolean;
}

/** Reads arguments as helm does, in its words; `warn` is told of what is deprecated. Throws a `CommandError`. */
export function parseHelmFlags(
  args: readonly string[],
  flags: readonly HelmFlag[],
  warn: (line: string) => void,
): HelmFlagValues {
  checkColorMode(args);
  const reader = new FlagReader(args, flags, warn);
  reader.read();
  const { given, operands } = reader;
  for (const { name, refused } of flags) {
    if (refused === undefined || !given.has(name)) continue;
    throw new CommandError("FlagRefused", `--${name} is refused: ${refused}`);
  }
  return {
    operands,
    bool: (name) => TRUE_WORDS.includes(given.get(name)?.at(-1) ?? "false"),
    text: (name) => given.get(name)?.at(-1) ?? "",
    all: (name) => given.get(name) ?? [],
    isGiven: (name) => given.has(name),
  };
}

const COLOR_MODES: readonly string[] = ["never", "auto", "always"];

/** What helm finds wrong before there is a command that could speak. */
export class HelmStartError extends WeirError {
  override readonly name = "HelmStartError";
  readonly reason = "InvalidFlag";
  readonly retry = "never";
}

function checkColorMode(args: readonly string[]): void {
  const end = args.indexOf("--");
  const looked = end === -1 ? args : args.slice(0, end);
  const modes = looked.flatMap((arg, index) => {
    const value = /^--colou?r(?:=(.*))?$/s.exec(arg);
    if (value === null) return [];
    return value[1] ?? looked[index + 1] ?? [];
  });
  const mode = modes.at(-1);
  if (mode !== undefined && !COLOR_MODES.includes(mode)) {
    throw new HelmStartError(
      `invalid color mode ${quoteGo(mode)}: must be one of: ${COLOR_MODES.join(", ")}`,
    );
  }
}

class FlagReader {
  readonly given = new Map<string, string[]>();
  readonly operands: string[] = [];
  readonly #rest: string[];
  readonly #byName: ReadonlyMap<string, HelmFlag>;
  readonly #byShort: ReadonlyMap<string, HelmFlag>;

  readonly #warn: (line: string) => void;

  constructor(args: readonly string[], flags: readonly HelmFlag[], warn: (line: string) => void) {
    this.#warn = warn;
    this.#rest = [...args];
    this.#byName = new Map(flags.map((flag) => [flag.name, flag]));
    this.#byShort = new Map(flags.flatMap((flag) => (flag.short === undefined ? [] : [[flag.short, flag]])));
  }

  read(): void {
    for (let arg = this.#rest.shift(); arg !== undefined; arg = this.#rest.shift()) {
      if (arg === "--") {
        this.operands.push(...this.#rest.splice(0));
      } else if (arg.startsWith("--")) this.#long(arg);
      else if (arg.startsWith("-") && arg.length > 1) this.#short(arg.slice(1), arg);
      else this.operands.push(arg);
    }
  }

  #long(arg: string): void {
    const [name = "", ...tail] = arg.slice(2).split("=");
    if (name === "" || name.startsWith("-")) throw wrong(`bad flag syntax: ${arg}`);
    const flag = this.#byName.get(name);
    if (flag === undefined) throw wrong(`unknown flag: --${name}`);
    const value = tail.length > 0 ? tail.join("=") : (bareOf(flag) ?? this.#rest.shift());
    if (value === undefined) throw wrong(`flag needs an argument: --${name}`);
    this.#set(flag, value);
  }

  /** `-n ns`, `-nns`, `-n=ns`, and flags without values run together. */
  #short(letters: string, arg: string): void {
    const letter = letters.slice(0, 1);
    const flag = this.#byShort.get(letter);
    if (flag === undefined) throw wrong(`unknown shorthand flag: '${letter}' in ${arg}`);
    const rest = letters.slice(1);
    const bare = bareOf(flag);
    if (rest.startsWith("=")) this.#set(flag, rest.slice(1));
    else if (bare !== undefined) {
      this.#set(flag, bare);
      if (rest !== "") this.#short(rest, `-${rest}`);
    } else {
      const value = rest === "" ? this.#rest.shift() : rest;
      if (value === undefined) throw wrong(`flag needs an argument: '${letter}' in ${arg}`);
      this.#set(flag, value);
    }
  }

  #set(flag: HelmFlag, value: string): void {
    let values: readonly string[];
    try {
      values = readFlagValue(flag.kind, value);
    } catch (error) {
      if (!(error instanceof WeirError)) throw error;
      throw wrong(
        `invalid argument ${quoteGo(value)} for ${quoteGo(shownName(flag))} flag: ${error.message}`,
      );
    }
    const { name, deprecated } = flag;
    if (deprecated !== undefined) this.#warn(`Flag --${name} has been deprecated, ${deprecated}`);
    const before = this.given.get(name);
    if (before === undefined) this.given.set(name, [...values]);
    else before.push(...values);
  }
}

function bareOf({ kind, bare }: HelmFlag): string | undefined {
  return kind === "bool" ? "true" : bare;
}

function shownName({ name, short }: HelmFlag): string {
  return short === undefined ? `--${name}` : `-${short}, --${name}`;
}

function wrong(message: string): CommandError {
  return new CommandError("InvalidFlag", message);
}
