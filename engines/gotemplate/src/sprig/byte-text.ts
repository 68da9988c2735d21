import { utf8Bytes, utf8Text } from "@weir/text";

const ASCII = /^[\0-\x7f]*$/;

/** Whether each character of the text is one byte, so that places in the text are places in its bytes. */
export function isAscii(text: string): boolean {
  return ASCII.test(text);
}

/** The length of a Go string: its bytes. */
export function byteLength(text: string): number {
  return isAscii(text) ? text.length : utf8Bytes(text).length;
}

/** The part of a Go string between two places in its bytes, which must lie inside; it may cut a rune. */
export function byteSlice(text: string, start: number, end: number): string {
  return isAscii(text) ? text.slice(start, end) : utf8Text(utf8Bytes(text).subarray(start, end));
}

/** The runes of a Go string as `[]rune(s)` gives them: a byte that is no UTF-8 is U+FFFD. */
export function runesOf(text: string): string[] {
  return Array.from(text, (rune) => (isRawByte(rune) ? "\ufffd" : rune));
}

/** Whether a character stands for a byte that is not UTF-8. */
export function isRawByte(rune: string): boolean {
  return rune >= "\udc80" && rune <= "\udcff" && rune.length === 1;
}

/** The bytes of a text as characters U+0000 to U+00FF, on which JavaScript's own functions work byte by byte. */
export function byteString(text: string): string {
  return isAscii(text) ? text : Buffer.from(utf8Bytes(text)).toString("latin1");
}

/** The text of such characters: the inverse of `byteString`. */
export function textOfByteString(bytes: string): string {
  return isAscii(bytes) ? bytes : utf8Text(Buffer.from(bytes, "latin1"));
}

/** Whether all texts are valid UTF-8, so that work on their characters is work on their bytes. */
export function areValid(...texts: readonly string[]): boolean {
  return texts.every((text) => text.isWellFormed());
}
