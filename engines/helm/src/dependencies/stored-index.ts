import { type JsonObject, parseJson } from "@weir/core";
import { RepositoryBudgetError } from "./repository-error.ts";
import { type ChartVersion, chartVersionOf } from "./repository-index.ts";
import { writeGoString } from "./write-go-json.ts";

const MIB = 1024 * 1024;

/**
 * The versions of one chart in an index as `indexJson` writes it, highest first; `undefined` where it has no such chart.
 * The index is read in pieces and only what is of the chart is kept, however long the whole is.
 *
 * Throws `RepositoryBudgetError` for a chart whose part is longer than `maxBytes`, 64 MiB by default.
 */
export async function readStoredVersions(
  pieces: AsyncIterable<Uint8Array>,
  name: string,
  maxBytes: number = 64 * MIB,
): Promise<readonly ChartVersion[] | undefined> {
  const finder = new PartFinder(`\n    ${writeGoString(name)}: `, maxBytes);
  for await (const piece of pieces) {
    const part = finder.take(piece);
    if (part !== undefined) return versionsIn(part);
  }
  return undefined;
}

function versionsIn(part: string): readonly ChartVersion[] {
  const versions = parseJson(part);
  if (!Array.isArray(versions)) return [];
  return (versions as readonly JsonObject[]).map(chartVersionOf);
}

/** A line of a chart's part is indented deeper than by this; strings hold no line breaks. */
const END_OF_LIST = Buffer.from("\n    ]");
const END_OF_LINE = Buffer.from("\n");
const LIST = "[\n";

/** Finds the value of one key of `entries` in bytes that come in pieces; each byte is looked at once. */
class PartFinder {
  readonly #key: Buffer;
  readonly #maxBytes: number;
  /** What is not searched to its end: the beginning of a key, or of an end, may be in it. */
  #rest: Buffer = Buffer.alloc(0);
  #part: Buffer[] = [];
  #length = 0;
  /** What ends the value; undefined before it began. */
  #end: Buffer | undefined;

  constructor(key: string, maxBytes: number) {
    this.#key = Buffer.from(key);
    this.#maxBytes = maxBytes;
  }

  /** The value, once all of it came. */
  take(piece: Uint8Array): string | undefined {
    this.#rest = Buffer.concat([this.#rest, piece]);
    if (this.#end === undefined && !this.#enter()) return undefined;
    const end = this.#end ?? END_OF_LINE;
    const at = this.#rest.indexOf(end);
    if (at !== -1) {
      // The list is closed by what ends it; a value on one line by nothing of its own.
      const last = this.#rest.subarray(0, end === END_OF_LIST ? at + end.length : at);
      return Buffer.concat([...this.#part, last])
        .toString("utf8")
        .replace(/,$/, "");
    }
    this.#keep(this.#rest.length - (end.length - 1));
    return undefined;
  }

  #keep(length: number): void {
    if (length <= 0) return;
    this.#part.push(this.#rest.subarray(0, length));
    this.#length += length;
    this.#rest = this.#rest.subarray(length);
    if (this.#length <= this.#maxBytes) return;
    throw new RepositoryBudgetError(`more than ${this.#maxBytes} bytes of versions of one chart`);
  }

  /** Whether the value began, as far as that its end is known. */
  #enter(): boolean {
    const at = this.#rest.indexOf(this.#key);
    if (at === -1) {
      this.#rest = this.#rest.subarray(Math.max(0, this.#rest.length - this.#key.length));
      return false;
    }
    const value = this.#rest.subarray(at + this.#key.length);
    if (value.length < LIST.length) {
      this.#rest = this.#rest.subarray(at);
      return false;
    }
    this.#rest = value;
    this.#end = value.subarray(0, LIST.length).toString("latin1") === LIST ? END_OF_LIST : END_OF_LINE;
    return true;
  }
}
