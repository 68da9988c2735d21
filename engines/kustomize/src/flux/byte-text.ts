/**
 * Go's strings as bytes: a JavaScript string with one character for each byte.
 *
 * Lengths and cuts of envsubst count bytes and may split a character.
 */
export function toBytes(text: string): string {
  // oxlint-disable-next-line no-control-regex -- the range of ASCII
  return /^[\u0000-\u007f]*$/.test(text) ? text : Buffer.from(text, "utf8").toString("latin1");
}

/** The characters of bytes, as Go's `[]rune` has them: a byte that belongs to none is U+FFFD. */
export function runesOf(bytes: string): readonly string[] {
  return Array.from(Buffer.from(bytes, "latin1").toString("utf8"));
}

/** One character at the front of bytes, and how many bytes it takes. */
export function firstRune(bytes: string): { readonly rune: string; readonly width: number } {
  const code = bytes.charCodeAt(0);
  const width = code < 0x80 ? 1 : code >= 0xf0 ? 4 : code >= 0xe0 ? 3 : 2;
  const rune = Buffer.from(bytes.slice(0, width), "latin1").toString("utf8");
  if (rune.length === 0 || rune.startsWith("\ufffd")) return { rune: "\ufffd", width: 1 };
  return { rune, width };
}
