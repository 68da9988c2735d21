import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, sep } from "node:path";
import { type CodeBlock, type DocumentCode, readCode } from "./code-blocks.ts";
import { findDocuments } from "./dead-references.ts";
import { joinBlocks } from "./join-blocks.ts";

/** A program that the code of a document makes. */
export interface ExampleProgram {
  /** The document, from the root. */
  readonly document: string;
  /** Where it is, from the folder of all programs. */
  readonly path: string;
  readonly lineOf: (line: number) => number;
  /** What runs it; `compiler` alone where the document says that it is not to be run. */
  readonly runner: "compiler" | "node" | "vitest";
}

/** The programs of all documents, in a folder of their own that finds this repository's packages. */
export interface ExampleWorkspace extends Disposable {
  readonly folder: string;
  readonly programs: readonly ExampleProgram[];
  /** How many blocks they are made of. */
  readonly counts: { readonly documents: number; readonly blocks: number; readonly run: number };
}

/** Declarations, not programs; the compiler wrote them. */
const GENERATED = /^docs\/sdk\/reference\//;

/** The documents with code, by their path from the root. */
export function documentsWithCode(root: string): ReadonlyMap<string, DocumentCode> {
  const found = new Map<string, DocumentCode>();
  for (const path of findDocuments(root)) {
    const document = relative(root, path).split(sep).join("/");
    if (GENERATED.test(document)) continue;
    const code = readCode(readFileSync(path, "utf8"));
    if (code.blocks.length > 0) found.set(document, code);
  }
  return found;
}

/** Writes the programs of documents. `root` is where their packages are found. */
export function writePrograms(root: string, documents: ReadonlyMap<string, DocumentCode>): ExampleWorkspace {
  const folder = mkdtempSync(join(tmpdir(), "weir-examples-"));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "package.json"), '{"type":"module"}\n');
  const programs = [...documents].flatMap(([document, code]) => writeDocument({ folder, document, code }));
  for (const [document, { uses }] of documents) {
    for (const used of uses) cpSync(join(folder, used, "files"), join(folder, document), { recursive: true });
  }
  const blocks = [...documents.values()].flatMap((code) => code.blocks);
  return {
    folder,
    programs,
    counts: {
      documents: documents.size,
      blocks: blocks.filter(({ treatment }) => treatment !== "skipped").length,
      run: blocks.filter(({ treatment }) => treatment === "run").length,
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

interface Target {
  readonly folder: string;
  readonly document: string;
  readonly code: DocumentCode;
}

function writeDocument({ folder, document, code }: Target): readonly ExampleProgram[] {
  const programs: ExampleProgram[] = [];
  const write = (path: string, blocks: readonly CodeBlock[], runner: ExampleProgram["runner"]): void => {
    const { code: text, lineOf } = joinBlocks(blocks);
    mkdirSync(dirname(join(folder, document, path)), { recursive: true });
    writeFileSync(join(folder, document, path), text);
    programs.push({ document, path: `${document}/${path}`, lineOf, runner });
  };
  const blocks = code.blocks.filter(({ treatment }) => treatment !== "skipped");
  const files = Map.groupBy(
    blocks.filter(({ file }) => file !== undefined),
    ({ file = "" }) => file,
  );
  for (const [path, parts] of files) {
    write(path, parts, runnerOf(path, parts));
  }
  for (const [path] of files) {
    const copy = join(folder, document, "files", path);
    mkdirSync(dirname(copy), { recursive: true });
    cpSync(join(folder, document, path), copy);
  }
  for (const [index, parts] of partsOf(blocks.filter(({ file }) => file === undefined)).entries()) {
    const run = parts.filter(({ treatment }) => treatment === "run");
    const isWhole = run.length === parts.length;
    write(`part-${index + 1}.ts`, parts, isWhole ? "node" : "compiler");
    if (!isWhole && run.length > 0) write(`part-${index + 1}-run.ts`, run, "node");
  }
  return programs;
}

/** What runs a file; most are there to be imported. */
function runnerOf(path: string, parts: readonly CodeBlock[]): ExampleProgram["runner"] {
  if (parts.some(({ treatment }) => treatment !== "run")) return "compiler";
  if (path.endsWith(".test.ts")) return "vitest";
  return parts.some(({ isProgram }) => isProgram) ? "node" : "compiler";
}

/** Blocks that build on each other, together. */
function partsOf(blocks: readonly CodeBlock[]): readonly (readonly CodeBlock[])[] {
  const parts: CodeBlock[][] = [];
  for (const block of blocks) {
    const last = parts.at(-1);
    if (last === undefined || block.isNew) parts.push([block]);
    else last.push(block);
  }
  return parts;
}
