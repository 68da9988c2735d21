/** A JSON text's keys that occur twice in one object, as paths, in the order in which the second one stands. */
export function duplicateKeys(text: string): readonly string[] {
  return new DuplicateScanner(text).scan();
}

/** Where the scanner is: an object with the keys seen so far, or a list with its index. */
interface Frame {
  /** Absent for a list. */
  readonly keys: Set<string> | undefined;
  index: number;
  key: string;
}

/** No more are reported than this; a hostile body could hold millions. */
const MAX_REPORTED = 64;

/** One pass over a text that is known to be valid JSON. */
class DuplicateScanner {
  readonly #text: string;
  readonly #frames: Frame[] = [];
  readonly #found: string[] = [];
  #at = 0;
  #expectsKey = false;

  constructor(text: string) {
    this.#text = text;
  }

  scan(): readonly string[] {
    const text = this.#text;
    for (; this.#at < text.length; this.#at += 1) this.#step(text.charCodeAt(this.#at));
    return this.#found;
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
    if (top.keys.has(key)) {
      if (this.#found.length < MAX_REPORTED) this.#found.push(this.#path());
    } else {
      top.keys.add(key);
    }
  }

  #path(): string {
    let path = "";
    for (const frame of this.#frames) {
      if (frame.keys === undefined) path += `[${frame.index}]`;
      else path += path === "" ? frame.key : `.${frame.key}`;
    }
    return path;
  }
}
