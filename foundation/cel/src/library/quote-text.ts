const ESCAPES = new Map([
  ["\u0007", "\\a"],
  ["\b", "\\b"],
  ["\f", "\\f"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
  ["\v", "\\v"],
  ["\\", "\\\\"],
  ['"', '\\"'],
]);

/** A text as a literal. */
export function quoteText(text: string): string {
  return `"${Array.from(text.toWellFormed(), (character) => ESCAPES.get(character) ?? character).join("")}"`;
}
