/** Words inside an identifier, as huandu/xstrings finds them for snake, kebab and camel case. */
import { isRawByte, runesOf } from "./byte-text.ts";
import { isLetter, isNumber, isPunctuation, isSpace, isUpper, lowerRune, upperRune } from "./go-unicode.ts";

type WordKind = "invalid" | "number" | "upper" | "alphabet" | "connector" | "punctuation" | "other";

interface Word {
  readonly kind: WordKind;
  readonly runes: readonly string[];
}

const NO_WORD: Word = { kind: "invalid", runes: [] };

function isConnector(rune: string): boolean {
  return rune === "-" || rune === "_" || isSpace(rune);
}

/** A letter that has words: Chinese characters have none between them. */
function isAlphabetic(rune: string): boolean {
  return isLetter(rune) && !/^[\u3400-\u4d85\u4e00-\u9fcc\u{20000}-\u{2b81d}]$/u.test(rune);
}

function isLowerAlphabetic(rune: string): boolean {
  return isAlphabetic(rune) && !isUpper(rune);
}

function isOther(rune: string): boolean {
  return !isConnector(rune) && !isAlphabetic(rune) && !isNumber(rune) && !isPunctuation(rune);
}

/** What is no rune counts to the word that it stands in. */
function isInvalid(rune: string): boolean {
  return rune === "\ufffd" || isRawByte(rune);
}

/** Reads on while runes belong to a word, what is no rune between them included; gives where the word ends. */
function endOfRun(runes: readonly string[], start: number, belongs: (rune: string) => boolean): number {
  let end = start;
  for (let at = start; at < runes.length; at += 1) {
    const rune = runes[at] ?? "";
    if (isInvalid(rune)) continue;
    if (!belongs(rune)) return end;
    end = at + 1;
  }
  return runes.length;
}

const KINDS: readonly (readonly [WordKind, (rune: string) => boolean, (rune: string) => boolean])[] = [
  ["connector", isConnector, isConnector],
  ["punctuation", isPunctuation, isPunctuation],
  ["alphabet", isLowerAlphabetic, isLowerAlphabetic],
  ["number", isNumber, isNumber],
  ["other", () => true, isOther],
];

function splitWords(runes: readonly string[]): Word[] {
  const words: Word[] = [];
  let start = 0;
  while (start < runes.length) {
    const valid = nextValid(runes, start);
    const [kind, end] = valid === undefined ? (["invalid", runes.length] as const) : wordAt(runes, valid);
    words.push({ kind, runes: runes.slice(start, end) });
    start = end;
  }
  return words;
}

function nextValid(runes: readonly string[], start: number): number | undefined {
  for (let at = start; at < runes.length; at += 1) if (!isInvalid(runes[at] ?? "")) return at;
  return undefined;
}

function wordAt(runes: readonly string[], at: number): readonly [kind: WordKind, end: number] {
  const first = runes[at] ?? "";
  if (isUpper(first)) return ["upper", endOfUpper(runes, at + 1)];
  for (const [kind, starts, belongs] of KINDS) {
    if (starts(first)) return [kind, endOfRun(runes, at + 1, belongs)];
  }
  return ["other", at + 1];
}

/** `Status` is a word, and so is the `HTTP` of `HTTPStatus`. */
function endOfUpper(runes: readonly string[], start: number): number {
  const second = nextValid(runes, start);
  // What is no rune passes for the letter before it.
  if (second === undefined) return runes.length;
  const rune = runes[second] ?? "";
  if (!isUpper(rune)) {
    return isAlphabetic(rune) ? endOfRun(runes, second + 1, isLowerAlphabetic) : start;
  }
  const end = endOfRun(runes, second + 1, isUpper);
  const following = nextValid(runes, end);
  if (following === undefined || !isAlphabetic(runes[following] ?? "")) return end;
  return startOfLastUpper(runes, end);
}

function startOfLastUpper(runes: readonly string[], end: number): number {
  let at = end - 1;
  while (isInvalid(runes[at - 1] ?? "")) at -= 1;
  return at;
}

function lowered(word: Word, connector: string): string {
  if (word.kind !== "upper" && word.kind !== "connector") return word.runes.join("");
  return word.runes.map((rune) => loweredRune(rune, connector)).join("");
}

function loweredRune(rune: string, connector: string): string {
  if (isConnector(rune)) return connector;
  if (isInvalid(rune)) return "\ufffd";
  return isUpper(rune) ? lowerRune(rune) : rune;
}

/** Writes an identifier's words in lower case, with a connector between them: `HTTP2Server` as `http_2_server`. */
export function delimitedCase(text: string, connector: string): string {
  const words = splitWords(Array.from(text));
  const writer = { words, connector, at: 0, out: "" };
  while (writer.at < words.length - 1) writeWord(writer);
  if (writer.at < words.length) write(writer, words[writer.at] ?? NO_WORD);
  return writer.out;
}

interface Writer {
  readonly words: readonly Word[];
  readonly connector: string;
  at: number;
  out: string;
}

function current(writer: Writer): Word {
  return writer.words[writer.at] ?? NO_WORD;
}

function write(writer: Writer, word: Word): void {
  writer.out += lowered(word, writer.connector);
}

function writeWord(writer: Writer): void {
  const word = current(writer);
  write(writer, word);
  writer.at += 1;
  if (word.kind === "connector" || word.kind === "punctuation") return;
  if (word.kind === "number") writeRest(writer);
  else writeAfterLetters(writer);
}

/** After a number: letters and numbers that follow belong to it, as in `2m3s`. */
function writeRest(writer: Writer): void {
  for (
    let word = current(writer);
    word.kind === "alphabet" || word.kind === "number";
    word = current(writer)
  ) {
    write(writer, word);
    writer.at += 1;
  }
  if (current(writer).kind !== "invalid") writeConnector(writer);
}

/** Before a word that no connector or punctuation introduces. */
function writeConnector(writer: Writer): void {
  const { kind } = current(writer);
  if (kind !== "connector" && kind !== "punctuation") writer.out += writer.connector;
}

/** After letters: a number belongs to them (`Bld4Floor`), unless lower case letters follow it (`HTTP2xx`). */
function writeAfterLetters(writer: Writer): void {
  const word = current(writer);
  if (word.kind !== "number") {
    writeConnector(writer);
    return;
  }
  if (writer.at >= writer.words.length - 1) return;
  writer.at += 1;
  if (current(writer).kind !== "alphabet") {
    write(writer, word);
    writeConnector(writer);
    return;
  }
  writer.out += writer.connector;
  write(writer, word);
  writeRest(writer);
}

/** Writes words that spaces, underscores and hyphens separate as one, each with a capital: `some_words` as `SomeWords`. */
export function camelCase(text: string): string {
  const runes = runesOf(text);
  const first = runes.findIndex((rune) => !isConnector(rune));
  // Leading connectors stay; where there is nothing else, the last one is written twice.
  if (first === -1) return runes.join("") + (runes.at(-1) ?? "");
  const state = { isShouting: isUpper(runes[first] ?? ""), out: runes.slice(0, first).join("") };
  let before = upperRune(runes[first] ?? "");
  for (const rune of runes.slice(first + 1)) before = nextCamel(state, before, rune);
  return state.out + before;
}

/** Words in capitals only (`GOLANG_IS`) lose them: `isShouting` while only capitals were seen in the word. */
function nextCamel(state: { isShouting: boolean; out: string }, before: string, rune: string): string {
  if (isConnector(before)) {
    if (isConnector(rune)) {
      state.out += before;
      return rune;
    }
    state.isShouting = isUpper(rune);
    return upperRune(rune);
  }
  state.out += before;
  if (!state.isShouting) return rune;
  if (isUpper(rune)) return lowerRune(rune);
  state.isShouting = false;
  return rune;
}
