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
const END = Buffer.from("\n    ]");

/** Finds the value of one key of `entries` in bytes that come in pieces. */
class PartFinder {
  readonly #key: Buffer;
  readonly #maxBytes: number;
  #held: Buffer = Buffer.alloc(0);
  /** How many bytes of what is held were searched for the end. */
  #searched = 0;
  #isInside = false;

  constructor(key: string, maxBytes: number) {
    this.#key = Buffer.from(key);
    this.#maxBytes = maxBytes;
  }

  /** The value, once all of it came. */
  take(piece: Uint8Array): string | undefined {
    this.#held = Buffer.concat([this.#held, piece]);
    if (!this.#isInside && !this.#enter()) return undefined;
    const end = this.#end();
    if (end !== undefined) return this.#held.subarray(0, end).toString("utf8");
    this.#searched = Math.max(0, this.#held.length - END.length);
    if (this.#held.length > this.#maxBytes) {
      throw new RepositoryBudgetError(`more than ${this.#maxBytes} bytes of versions of one chart`);
    }
    return undefined;
  }

  #enter(): boolean {
    const at = this.#held.indexOf(this.#key);
    const isFound = at !== -1;
    const from = isFound ? at + this.#key.length : Math.max(0, this.#held.length - this.#key.length);
    this.#held = this.#held.subarray(from);
    this.#isInside = isFound;
    return isFound;
  }

  /** Without versions the value ends on its own line. */
  #end(): number | undefined {
    const line = this.#held.indexOf("\n");
    const first = line === -1 ? undefined : this.#held.subarray(0, line).toString("latin1");
    if (first !== undefined && first !== "[") return first.replace(/,$/, "").length;
    const at = this.#held.indexOf(END, this.#searched);
    return at === -1 ? undefined : at + END.length;
  }
}
