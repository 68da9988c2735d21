import { isUtf8 } from "node:buffer";

const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });

/** Bytes as Go reads them as text: every byte that is no part of a character is U+FFFD; a byte order mark stays. */
export function goText(bytes: Uint8Array): string {
  if (isUtf8(bytes)) return DECODER.decode(bytes);
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at < bytes.length; ) {
    const length = runeLength(bytes, at);
    if (length === 0) {
      parts.push(DECODER.decode(bytes.subarray(start, at)), "\ufffd");
      start = at + 1;
    }
    at += Math.max(length, 1);
  }
  parts.push(DECODER.decode(bytes.subarray(start)));
  return parts.join("");
}

/** How many bytes the character at a place has; 0 where none begins there. */
function runeLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  for (let index = 1; index < length; index += 1) {
    const byte = bytes[at + index] ?? 0;
    const [low, high] = index === 1 ? secondBytes(first) : [0x80, 0xbf];
    if (byte < low || byte > high) return 0;
  }
  return length;
}

/** What may follow a first byte: neither overlong forms, nor surrogates, nor what is beyond Unicode. */
function secondBytes(first: number): readonly [low: number, high: number] {
  switch (first) {
    case 0xe0:
      return [0xa0, 0xbf];
    case 0xed:
      return [0x80, 0x9f];
    case 0xf0:
      return [0x90, 0xbf];
    case 0xf4:
      return [0x80, 0x8f];
    default:
      return [0x80, 0xbf];
  }
}

/** A JSON text whose escapes of lone surrogates are those of U+FFFD, as Go reads them. */
export function wellFormedJson(text: string): string {
  if (!/\\u[dD]/.test(text)) return text;
  return text.replaceAll(ESCAPE, (escape) => (LONE.test(escape) ? "\\ufffd" : escape));
}

/** A pair of surrogates, one escape of a character, or any other escape, whose backslash may escape another. */
const ESCAPE =
  /\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[dD][89a-fA-F][0-9a-fA-F]{2}|\\[^u]|\\u/g;
const LONE = /^\\u[dD][89a-fA-F][0-9a-fA-F]{2}$/;
