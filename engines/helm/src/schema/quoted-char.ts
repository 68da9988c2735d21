import { quoteGo } from "@weir/text";

/** A character as Go's `%q` quotes a rune. */
export function quotedChar(char: string): string {
  if (char === "'") return "'\\''";
  return char === '"' ? `'"'` : `'${quoteGo(char).slice(1, -1)}'`;
}
