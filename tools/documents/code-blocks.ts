/** A block of TypeScript in a document, or code that a comment of the document gives. */
export interface CodeBlock {
  /** The line of the document that the code begins in, counted from 1. */
  readonly line: number;
  readonly code: string;
  /** The file that it is, where its first line says so (`// myapp.ts`); otherwise it goes on from the block before it. */
  readonly file: string | undefined;
  /** `compiled` is only compiled, `skipped` not even that; both for a reason that the document gives. */
  readonly treatment: "run" | "compiled" | "skipped";
  /** A file that is a program, not a module of one. */
  readonly isProgram: boolean;
  /** Knows nothing of the blocks before it. */
  readonly isNew: boolean;
}

/** The code of one document. */
export interface DocumentCode {
  readonly blocks: readonly CodeBlock[];
  /** Documents, by their paths from the root, whose files this one's code can import. */
  readonly uses: readonly string[];
}

/** A document has a mark or a fence that cannot be read. */
class DocumentSyntaxError extends Error {
  override readonly name = "DocumentSyntaxError";
}

interface Marks {
  readonly treatment: CodeBlock["treatment"];
  readonly isNew: boolean;
  readonly isProgram: boolean;
}

const NO_MARKS: Marks = { treatment: "run", isNew: false, isProgram: false };
const MARK = /^\s*<!-- example: (.*?)(?: -->)?\s*$/;
const FILE_NAME = /^\/\/ ([\w./-]+\.ts)$/;

/**
 * Reads the code of a document: fences marked `ts`, and what comments say about them.
 *
 * `<!-- example: not run: REASON -->` and `<!-- example: skipped: REASON -->` are about the next block; `anew` begins a
 * program that knows nothing of the blocks before; `program` runs the file that the next block is; `uses PATH` makes the files of another document importable; `given`,
 * with code on the lines up to the end of the comment, is code that readers need not see.
 */
export function readCode(text: string): DocumentCode {
  const reader = new CodeReader(text.split("\n"));
  return reader.read();
}

class CodeReader {
  readonly #lines: readonly string[];
  readonly #blocks: CodeBlock[] = [];
  readonly #uses: string[] = [];
  #at = 0;
  #marks = NO_MARKS;

  constructor(lines: readonly string[]) {
    this.#lines = lines;
  }

  read(): DocumentCode {
    while (this.#at < this.#lines.length) {
      const line = this.#lines[this.#at] ?? "";
      this.#at += 1;
      const mark = MARK.exec(line)?.[1];
      if (mark !== undefined) this.#mark(mark);
      else if (/^\s*```ts$/.test(line)) this.#block("```");
      else if (line.trim().startsWith("```")) this.#until("```");
    }
    return { blocks: this.#blocks, uses: this.#uses };
  }

  #mark(mark: string): void {
    const [, word, rest = ""] = /^(not run|skipped|anew|program|given|uses)(?:: | |$)(.*)$/.exec(mark) ?? [];
    if (word === "given") this.#block("-->");
    else if (word === "uses" && rest !== "") this.#uses.push(rest);
    else if (word === "anew") this.#marks = { ...this.#marks, isNew: true };
    else if (word === "program") this.#marks = { ...this.#marks, isProgram: true };
    else if (word === "not run" && rest !== "") this.#marks = { ...this.#marks, treatment: "compiled" };
    else if (word === "skipped" && rest !== "") this.#marks = { ...this.#marks, treatment: "skipped" };
    else throw new DocumentSyntaxError(`line ${this.#at}: ${JSON.stringify(mark)} is no mark of an example`);
  }

  #block(end: string): void {
    const line = this.#at + 1;
    const indent = /^\s*/.exec(this.#lines[this.#at - 1] ?? "")?.[0].length ?? 0;
    const code = this.#until(end).map((each) => each.slice(Math.min(indent, each.search(/\S|$/))));
    const file = FILE_NAME.exec(code[0] ?? "")?.[1];
    this.#blocks.push({ ...this.#marks, line, code: code.join("\n"), file });
    this.#marks = NO_MARKS;
  }

  /** The lines up to the one that ends them. */
  #until(end: string): readonly string[] {
    const from = this.#at;
    while (this.#at < this.#lines.length && this.#lines[this.#at]?.trim() !== end) this.#at += 1;
    if (this.#at === this.#lines.length) throw new DocumentSyntaxError(`line ${from}: ${end} is missing`);
    this.#at += 1;
    return this.#lines.slice(from, this.#at - 1);
  }
}
