import { YamlError } from "./error.ts";

const SEPARATOR = "---";

/** What Go's `unicode.IsSpace` holds to be white space. */
const GO_SPACE = /[\t\n\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/** Cuts white space off the front, as Go's `strings.TrimLeftFunc(text, unicode.IsSpace)` does. */
export function trimLeftAsGo(text: string): string {
  let start = 0;
  while (start < text.length && GO_SPACE.test(text.charAt(start))) start += 1;
  return text.slice(start);
}

/** A loop, because a pattern that ends in `$` is tried from every blank of the text. */
function trimAsGo(text: string): string {
  const trimmed = trimLeftAsGo(text);
  let end = trimmed.length;
  while (end > 0 && GO_SPACE.test(trimmed.charAt(end - 1))) end -= 1;
  return trimmed.slice(0, end);
}

/**
 * Cuts a stream into documents as Kubernetes' `NewYAMLReader` does: at lines that begin with `---`.
 *
 * Only a comment may follow the separator; anything else is an error. A separator at the very start of a document stays
 * part of it, a block of empty lines between two separators is a document, and every line ends in one line feed.
 */
export function* splitYamlDocuments(text: string): Generator<string, void, undefined> {
  let start = 0;
  for (let document = 0; start < text.length; document += 1) {
    let search = start;
    if (text.startsWith(SEPARATOR, start)) {
      checkSeparator(text, start, document);
      search = endOfLine(text, start);
    }
    const found = text.indexOf(`\n${SEPARATOR}`, Math.max(search - 1, start));
    if (found === -1) {
      yield normalize(text.slice(start));
      return;
    }
    checkSeparator(text, found + 1, document);
    yield normalize(text.slice(start, found + 1));
    start = endOfLine(text, found + 1);
  }
}

/** The position after the line's break, or the end. */
function endOfLine(text: string, position: number): number {
  const end = text.indexOf("\n", position);
  return end === -1 ? text.length : end + 1;
}

function checkSeparator(text: string, position: number, document: number): void {
  const end = text.indexOf("\n", position);
  const rest = text.slice(position + SEPARATOR.length, end === -1 ? undefined : end);
  const trimmed = trimAsGo(rest);
  if (trimmed === "" || trimmed.startsWith("#")) return;
  const problem = `invalid Yaml document separator: ${trimmed}`;
  throw new YamlError(problem, problem, { document });
}

function normalize(document: string): string {
  const lines = document.includes("\r\n") ? document.replaceAll("\r\n", "\n") : document;
  return lines.endsWith("\n") ? lines : `${lines}\n`;
}
