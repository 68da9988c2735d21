import { parseAst } from "rolldown/parseAst";
import { nameOf, nodesOf, type SyntaxNode } from "../api/syntax.ts";
import type { CodeBlock } from "./code-blocks.ts";

/** A program made of blocks; each of its lines is a line of the document. */
export interface JoinedProgram {
  readonly code: string;
  /** The line of the document that a line of the program stands in, both counted from 1. */
  readonly lineOf: (line: number) => number;
}

/** Joins blocks that build on each other. Each imports what it needs; what two import is imported once. */
export function joinBlocks(blocks: readonly CodeBlock[]): JoinedProgram {
  const imported = new Set<string>();
  const lines: string[] = [];
  const origins: number[] = [];
  for (const block of blocks) {
    for (const [index, text] of withoutRepeats(block.code, imported).split("\n").entries()) {
      lines.push(text);
      origins.push(block.line + index);
    }
  }
  // Without an import it would be no module, and its `await` an error.
  return { code: `${lines.join("\n")}\nexport {};\n`, lineOf: (line) => origins[line - 1] ?? 0 };
}

/** Takes names out of imports that were imported before, every line where it was. */
function withoutRepeats(code: string, imported: Set<string>): string {
  let result = code;
  for (const statement of importsOf(code).toReversed()) {
    const text = code.slice(statement.start, statement.end);
    const module = nameOf(statement["source"]);
    const kept: string[] = [];
    for (const specifier of nodesOf(statement["specifiers"])) {
      const local = nameOf(specifier["local"]);
      if (specifier.type !== "ImportSpecifier" || !imported.has(local)) kept.push(nameText(code, specifier));
      imported.add(local);
    }
    const isNamed = text.includes("{") && nodesOf(statement["specifiers"]).every(isImportSpecifier);
    if (!isNamed) continue;
    const breaks = "\n".repeat(text.split("\n").length - 1);
    const head = statement["importKind"] === "type" ? "import type" : "import";
    const again = kept.length === 0 ? "" : `${head} { ${kept.join(", ")} } from ${JSON.stringify(module)};`;
    result = `${result.slice(0, statement.start)}${again}${breaks}${result.slice(statement.end)}`;
  }
  return result;
}

/** The imports at the beginning of a block; one that cannot be parsed is left to the compiler, which says why. */
function importsOf(code: string): readonly SyntaxNode[] {
  try {
    const body = parseAst(code, { lang: "ts", sourceType: "module" })
      .body as unknown as readonly SyntaxNode[];
    return body.filter(({ type }) => type === "ImportDeclaration");
  } catch {
    return [];
  }
}

function isImportSpecifier({ type }: SyntaxNode): boolean {
  return type === "ImportSpecifier";
}

function nameText(code: string, specifier: SyntaxNode): string {
  return code.slice(specifier.start, specifier.end);
}
