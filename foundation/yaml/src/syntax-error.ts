import { YamlError } from "./error.ts";
import type { YamlDialect } from "./options.ts";

/** A place as libyaml's marks have it: counted from 0. */
export interface Mark {
  readonly line: number;
  readonly column: number;
}

/** A problem of the scanner or the parser before it is put into words. */
export interface SyntaxProblem {
  readonly from: "scanner" | "parser";
  readonly problem: string;
  readonly at: Mark;
  /** Where the construct began that could not be finished. */
  readonly context?: Mark | undefined;
}

/**
 * Puts a problem into go-yaml's words.
 *
 * go-yaml prints no line for line 0, and prints a parser's line without adding one. Version 2 looks at the problem's
 * place first, version 3 at the context's.
 */
export function syntaxError(dialect: YamlDialect, problem: SyntaxProblem): YamlError {
  const line = dialect === "go-yaml-v2" ? lineOfVersion2(problem) : lineOfVersion3(problem);
  const where = line === 0 ? "" : `line ${line}: `;
  return new YamlError(`yaml: ${where}${problem.problem}`, problem.problem, {
    line: problem.at.line + 1,
    column: problem.at.column + 1,
  });
}

function lineOfVersion2({ from, at, context }: SyntaxProblem): number {
  if (at.line !== 0) return from === "scanner" ? at.line + 1 : at.line;
  return context?.line ?? 0;
}

function lineOfVersion3({ from, at, context }: SyntaxProblem): number {
  const line = context !== undefined && context.line !== 0 ? context.line : at.line;
  return line !== 0 && from === "scanner" ? line + 1 : line;
}
