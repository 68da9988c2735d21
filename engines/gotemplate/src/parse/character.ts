const LETTER_OR_DIGIT = /^[\p{L}\p{Nd}]$/u;
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

/** Space, tab, carriage return and line feed: what a trim marker removes and what separates arguments. */
export function isSpaceCode(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0d || code === 0x0a;
}

/** Whether the character may stand in a name: a letter or digit of any script, or an underscore. */
export function isNameCode(code: number): boolean {
  if (code < 0x80) {
    return (
      (code >= 0x61 && code <= 0x7a) ||
      (code >= 0x41 && code <= 0x5a) ||
      (code >= 0x30 && code <= 0x39) ||
      code === 0x5f
    );
  }
  return LETTER_OR_DIGIT.test(String.fromCodePoint(code));
}

/** A character as Go's `%#U` prints it; a byte that is not UTF-8 is the replacement character. */
export function showCodePoint(code: number): string {
  const rune = code >= 0xd800 && code <= 0xdfff ? 0xfffd : code;
  const char = String.fromCodePoint(rune);
  const number = `U+${rune.toString(16).toUpperCase().padStart(4, "0")}`;
  return PRINTABLE.test(char) ? `${number} '${char}'` : number;
}
