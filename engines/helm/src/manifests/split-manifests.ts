import { isBlank, trimLeftSpace } from "./go-space.ts";

const SEPARATOR = "---";

/**
 * Splits what a template gave into its documents, without those that are blank.
 *
 * Helm splits by the regular expression `(?:^|\s*\n)---\s*` and not as YAML would: `---kind: B` starts a document, as
 * does `---` at the start of a line within a block scalar. White space before a document is cut off, and so is what
 * stands before a separator; a last document keeps the end of its line.
 */
export function splitManifests(text: string): readonly string[] {
  const trimmed = trimLeftSpace(text);
  const documents: string[] = [];
  let start = 0;
  if (trimmed.startsWith(SEPARATOR)) start = skipSpace(trimmed, SEPARATOR.length);
  // A line break that the separator before it took with it starts no separator.
  let at = trimmed.indexOf(`\n${SEPARATOR}`, start);
  while (at >= 0) {
    keep(documents, trimmed.slice(start, endBeforeSpace(trimmed, start, at)));
    start = skipSpace(trimmed, at + 1 + SEPARATOR.length);
    at = trimmed.indexOf(`\n${SEPARATOR}`, start);
  }
  keep(documents, trimmed.slice(start));
  return documents;
}

function keep(documents: string[], text: string): void {
  if (!isBlank(text)) documents.push(trimLeftSpace(text));
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (isExpressionSpace(text.charCodeAt(at))) at += 1;
  return at;
}

function endBeforeSpace(text: string, start: number, from: number): number {
  let end = from;
  while (end > start && isExpressionSpace(text.charCodeAt(end - 1))) end -= 1;
  return end;
}

/** RE2's `\s`: ASCII only, and no vertical tab. */
function isExpressionSpace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0c || code === 0x0d;
}
