import { CommandError } from "../cli-error.ts";

/** How the text of a flag is read; a `slice` may hold several values between commas, as CSV. */
export type HelmFlagKind = "bool" | "text" | "array" | "slice";

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

const TRUE_WORDS: readonly string[] = ["1", "t", "T", "TRUE", "true", "True"];
const FALSE_WORDS: readonly string[] = ["0", "f", "F", "FALSE", "false", "False"];

/** Reads arguments as helm does, in its words; `warn` is told of what is deprecated. Throws a `CommandError`. */
export function parseHelmFlags(
  args: readonly string[],
  flags: readonly HelmFlag[],
  warn: (line: string) => void,
): HelmFlagValues {
  const reader = new FlagReader(args, flags);
  reader.read();
  const { given, operands } = reader;
  for (const { name, deprecated, refused } of flags) {
    if (!given.has(name)) continue;
    if (deprecated !== undefined) warn(`Flag --${name} has been deprecated, ${deprecated}`);
    if (refused !== undefined) throw new CommandError("FlagRefused", `--${name} is refused: ${refused}`);
  }
  return {
    operands,
    bool: (name) => TRUE_WORDS.includes(given.get(name)?.at(-1) ?? "false"),
    text: (name) => given.get(name)?.at(-1) ?? "",
    all: (name) => given.get(name) ?? [],
    isGiven: (name) => given.has(name),
  };
}

class FlagReader {
  readonly given = new Map<string, string[]>();
  readonly operands: string[] = [];
  readonly #rest: string[];
  readonly #byName: ReadonlyMap<string, HelmFlag>;
  readonly #byShort: ReadonlyMap<string, HelmFlag>;

  constructor(args: readonly string[], flags: readonly HelmFlag[]) {
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
      if (rest !== "") this.#short(rest, arg);
    } else {
      const value = rest === "" ? this.#rest.shift() : rest;
      if (value === undefined) throw wrong(`flag needs an argument: '${letter}' in ${arg}`);
      this.#set(flag, value);
    }
  }

  #set(flag: HelmFlag, value: string): void {
    const values = flag.kind === "slice" ? readCsv(value) : [value];
    if (flag.kind === "bool" && !TRUE_WORDS.includes(value) && !FALSE_WORDS.includes(value)) {
      const problem = `strconv.ParseBool: parsing "${value}": invalid syntax`;
      throw wrong(`invalid argument "${value}" for "${shownName(flag)}" flag: ${problem}`);
    }
    const before = this.given.get(flag.name);
    if (before === undefined) this.given.set(flag.name, values);
    else before.push(...values);
  }
}

function bareOf({ kind, bare }: HelmFlag): string | undefined {
  return kind === "bool" ? "true" : bare;
}

function shownName({ name, short }: HelmFlag): string {
  return short === undefined ? `--${name}` : `-${short}, --${name}`;
}

/** One line of CSV, as Go's pflag reads the values of a slice. */
function readCsv(text: string): string[] {
  if (text === "") return [];
  const fields: string[] = [];
  let rest = `,${text}`;
  while (rest !== "") {
    const quoted = /^,"((?:[^"]|"")*)"(?=,|$)/.exec(rest);
    const found = quoted ?? /^,([^,]*)/.exec(rest);
    const field = found?.[1] ?? "";
    fields.push(quoted === null ? field : field.replaceAll('""', '"'));
    rest = rest.slice(found?.[0].length ?? rest.length);
  }
  return fields;
}

function wrong(message: string): CommandError {
  return new CommandError("InvalidFlag", message);
}
