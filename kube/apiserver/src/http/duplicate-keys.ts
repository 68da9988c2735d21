import { quoteGo } from "@weir/text";

/** A JSON text's keys that occur twice in one object, as paths, in the order in which the second one stands. */
export function duplicateKeys(text: string): readonly string[] {
  const found = new Set<string>();
  new KeyScanner(text, (path, isRepeated) => {
    if (isRepeated && found.size < MAX_REPORTED) found.add(path());
  }).scan();
  return [...found];
}

/**
 * What a reader of Go structs reports of a text, in the order in which it meets it: `unknown field "a"` and
 * `duplicate field "b"`, each once. What lies below an unknown field is not looked at.
 */
export function strictFieldErrors(text: string, unknownFields: readonly string[]): readonly string[] {
  const unknown = new Set(unknownFields);
  const found = new Set<string>();
  new KeyScanner(text, (path, isRepeated) => {
    const at = path();
    if (unknown.has(at)) found.add(`unknown field ${quoteGo(at)}`);
    else if (isRepeated && !isBelow(unknown, at)) found.add(`duplicate field ${quoteGo(at)}`);
  }).scan();
  return [...found].slice(0, MAX_REPORTED);
}

function isBelow(unknown: ReadonlySet<string>, path: string): boolean {
  for (let index = 1; index < path.length; index += 1) {
    const isEnd = path[index] === "." || path[index] === "[";
    if (isEnd && unknown.has(path.slice(0, index))) return true;
  }
  return false;
}

/** Where the scanner is: an object with the keys seen so far, or a list with its index. */
interface Frame {
  /** Absent for a list. */
  readonly keys: Set<string> | undefined;
  index: number;
  key: string;
}

/** No more are reported than this, as upstream; a hostile body could hold millions. */
const MAX_REPORTED = 100;

/** Is told of each key; its path is put together where it is asked for. */
type OnKey = (path: () => string, isRepeated: boolean) => void;

/** One pass over a text that is known to be valid JSON. */
class KeyScanner {
  readonly #text: string;
  readonly #onKey: OnKey;
  readonly #frames: Frame[] = [];
  readonly #path = (): string => this.#pathNow();
  #at = 0;
  #expectsKey = false;

  constructor(text: string, onKey: OnKey) {
    this.#text = text;
    this.#onKey = onKey;
  }

  scan(): void {
    const text = this.#text;
    for (; this.#at < text.length; this.#at += 1) this.#step(text.charCodeAt(this.#at));
  }

  // oxlint-disable-next-line complexity -- one case per structural character
  #step(code: number): void {
    const top = this.#frames.at(-1);
    switch (code) {
      case 0x7b:
        this.#frames.push({ keys: new Set(), index: 0, key: "" });
        this.#expectsKey = true;
        break;
      case 0x5b:
        this.#frames.push({ keys: undefined, index: 0, key: "" });
        this.#expectsKey = false;
        break;
      case 0x7d:
      case 0x5d:
        this.#frames.pop();
        this.#expectsKey = false;
        break;
      case 0x2c:
        if (top?.keys === undefined) {
          if (top !== undefined) top.index += 1;
        } else {
          this.#expectsKey = true;
        }
        break;
      case 0x22:
        this.#string(top);
        break;
      default:
    }
  }

  #string(top: Frame | undefined): void {
    const start = this.#at;
    let end = start + 1;
    while (this.#text.charCodeAt(end) !== 0x22) end += this.#text.charCodeAt(end) === 0x5c ? 2 : 1;
    this.#at = end;
    if (!this.#expectsKey || top?.keys === undefined) return;
    this.#expectsKey = false;
    const raw = this.#text.slice(start + 1, end);
    const key = raw.includes("\\") ? (JSON.parse(`"${raw}"`) as string) : raw;
    top.key = key;
    const isRepeated = top.keys.has(key);
    if (!isRepeated) top.keys.add(key);
    this.#onKey(this.#path, isRepeated);
  }

  #pathNow(): string {
    let path = "";
    for (const frame of this.#frames) {
      if (frame.keys === undefined) path += `[${frame.index}]`;
      else path += path === "" ? frame.key : `.${frame.key}`;
    }
    return path;
  }
}
