import { ImportBudgetError } from "./backup-error.ts";

/** One document of a stream. */
export interface ExportDocument {
  /** Counts from 1. */
  readonly number: number;
  /** The line of the stream on which its text begins, from 1. */
  readonly line: number;
  readonly text: string;
}

const SEPARATOR = /^---(?:[ \t].*)?\r?$/;

/**
 * Takes a stream of YAML apart without having all of it in memory. A line of `---` stands between documents: text in
 * them is indented, so that no such line is theirs.
 */
export async function* splitExport(
  chunks: Iterable<string> | AsyncIterable<string>,
  limits: { readonly maxBytes: number; readonly maxDocumentBytes: number },
): AsyncGenerator<ExportDocument> {
  const lines = new LineReader(limits.maxDocumentBytes);
  let bytes = 0;
  const document = new DocumentReader(limits.maxDocumentBytes);
  for await (const chunk of chunks) {
    bytes += Buffer.byteLength(chunk);
    if (bytes > limits.maxBytes) throw new ImportBudgetError("bytes", limits.maxBytes);
    for (const line of lines.push(chunk)) {
      const done = document.push(line);
      if (done !== undefined) yield done;
    }
  }
  const rest = lines.rest();
  const last = (rest === "" ? undefined : document.push(rest)) ?? document.end();
  if (last !== undefined) yield last;
}

class LineReader {
  readonly #limit: number;
  #partial: string[] = [];
  #partialLength = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  *push(chunk: string): Generator<string> {
    let from = 0;
    for (let end = chunk.indexOf("\n"); end >= 0; end = chunk.indexOf("\n", from)) {
      const line = chunk.slice(from, end);
      yield this.#partialLength === 0 ? line : this.rest() + line;
      from = end + 1;
    }
    const tail = chunk.slice(from);
    this.#partialLength += tail.length;
    if (this.#partialLength > this.#limit) throw new ImportBudgetError("document-bytes", this.#limit);
    if (tail !== "") this.#partial.push(tail);
  }

  /** What came behind the last line break. */
  rest(): string {
    const text = this.#partial.join("");
    this.#partial = [];
    this.#partialLength = 0;
    return text;
  }
}

class DocumentReader {
  readonly #limit: number;
  #lines: string[] = [];
  #length = 0;
  #line = 0;
  #start = 1;
  #number = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  push(line: string): ExportDocument | undefined {
    this.#line += 1;
    if (SEPARATOR.test(line)) {
      const done = this.end();
      this.#start = this.#line + 1;
      return done;
    }
    this.#length += line.length + 1;
    if (this.#length > this.#limit) throw new ImportBudgetError("document-bytes", this.#limit);
    this.#lines.push(line);
    return undefined;
  }

  /** The document so far; `undefined` where there is nothing in it. */
  end(): ExportDocument | undefined {
    const text = this.#lines.join("\n");
    this.#lines = [];
    this.#length = 0;
    if (text.trim() === "") return undefined;
    this.#number += 1;
    return { number: this.#number, line: this.#start, text: `${text}\n` };
  }
}
