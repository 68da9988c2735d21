import { compileRegexp, quotePattern } from "@weir/text";

/** Whether a path is meant by a pattern. */
export type GlobMatcher = (path: string) => boolean;

/**
 * Compiles a pattern of `.Files.Glob`: `*` and `?` stop at `/`, `**` does not, `[abc]`, `[a-z]`, `[!a]` are single
 * characters of any kind, `{a,b}` are alternatives that nest, `\` takes the next character as it is. An alternative that
 * is not closed ends with the pattern. Gives `undefined` for a class that is empty, mixed or not closed.
 *
 * A match takes time linear in the path.
 */
export function compileGlob(pattern: string): GlobMatcher | undefined {
  const reader = new GlobReader(Array.from(pattern));
  const expression = reader.read();
  if (expression === undefined) return undefined;
  const compiled = compileRegexp(`(?s)\\A(?:${expression})\\z`);
  return (path) => compiled.matches(path);
}

class GlobReader {
  readonly #runes: readonly string[];
  #at = 0;
  #depth = 0;
  #isBroken = false;

  constructor(runes: readonly string[]) {
    this.#runes = runes;
  }

  /** The pattern as a regular expression, or `undefined` where it is broken. */
  read(): string | undefined {
    let expression = "";
    while (this.#at < this.#runes.length && !this.#isBroken) expression += this.#item();
    return this.#isBroken ? undefined : expression + ")".repeat(this.#depth);
  }

  #item(): string {
    const rune = this.#next();
    switch (rune) {
      case "{":
        this.#depth += 1;
        return "(?:";
      case ",":
        return this.#depth > 0 ? "|" : ",";
      case "}":
        if (this.#depth === 0) return "\\}";
        this.#depth -= 1;
        return ")";
      case "?":
        return "[^/]";
      case "*":
        return this.#star();
      case "[":
        return this.#characterClass();
      case "\\":
        return quotePattern(this.#next());
      default:
        return quotePattern(rune);
    }
  }

  #star(): string {
    if (this.#runes[this.#at] !== "*") return "[^/]*";
    this.#at += 1;
    return ".*";
  }

  #characterClass(): string {
    let not = "";
    if (this.#runes[this.#at] === "!") {
      this.#at += 1;
      not = "^";
    }
    const [low, between, high, close] = this.#runes.slice(this.#at, this.#at + 4);
    if (low === undefined) return this.#broken();
    if (between !== "-") return this.#list(not);
    if (high === undefined || close !== "]" || runeOf(high) < runeOf(low)) return this.#broken();
    this.#at += 4;
    return `[${not}${quoteInClass(low)}-${quoteInClass(high)}]`;
  }

  #list(not: string): string {
    let members = "";
    while (this.#at < this.#runes.length) {
      let rune = this.#next();
      if (rune === "]") return members === "" ? this.#broken() : `[${not}${members}]`;
      if (rune === "\\") rune = this.#next();
      members += quoteInClass(rune);
    }
    return this.#broken();
  }

  #next(): string {
    const rune = this.#runes[this.#at] ?? "";
    this.#at += 1;
    return rune;
  }

  #broken(): string {
    this.#isBroken = true;
    return "";
  }
}

function runeOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}

function quoteInClass(character: string): string {
  return `\\x{${runeOf(character).toString(16)}}`;
}
