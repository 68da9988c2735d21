/** The first of the lone surrogates that stand for bytes that are not UTF-8: U+DC00 + 0x80. */
const FIRST_RAW = 0xdc80;
const LAST_RAW = 0xdcff;

const encoder = new TextEncoder();
const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The bytes of a Go string; see `GoValue` for bytes that are not UTF-8. A surrogate of no such byte is U+FFFD. */
export function utf8Bytes(text: string): Uint8Array {
  if (text.isWellFormed()) return encoder.encode(text);
  const out: Uint8Array[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit >= 0xd800 && unit < 0xdc00 && isTrail(text.charCodeAt(at + 1))) {
      at += 1;
      continue;
    }
    if (unit < FIRST_RAW || unit > LAST_RAW) continue;
    out.push(encoder.encode(text.slice(start, at)), Uint8Array.of(unit - 0xdc00));
    start = at + 1;
  }
  out.push(encoder.encode(text.slice(start)));
  return Buffer.concat(out);
}

function isTrail(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/** The Go string of some bytes: the inverse of `utf8Bytes`. */
export function utf8Text(bytes: Uint8Array): string {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return decodeMixed(bytes);
  }
}

/** Decodes rune by rune as Go does: a byte that starts no valid rune stands for itself. */
function decodeMixed(bytes: Uint8Array): string {
  let out = "";
  let start = 0;
  let at = 0;
  while (at < bytes.length) {
    const width = runeWidth(bytes, at);
    if (width > 0) {
      at += width;
      continue;
    }
    out += strictDecoder.decode(bytes.subarray(start, at));
    out += String.fromCharCode(0xdc00 + (bytes[at] ?? 0));
    at += 1;
    start = at;
  }
  return out + strictDecoder.decode(bytes.subarray(start));
}

/** First bytes of runes of several bytes, and what their second byte may be. */
const LEADS: readonly (readonly [first: number, last: number, low: number, high: number, width: number])[] = [
  [0xc2, 0xdf, 0x80, 0xbf, 2],
  [0xe0, 0xe0, 0xa0, 0xbf, 3],
  [0xe1, 0xec, 0x80, 0xbf, 3],
  [0xed, 0xed, 0x80, 0x9f, 3],
  [0xee, 0xef, 0x80, 0xbf, 3],
  [0xf0, 0xf0, 0x90, 0xbf, 4],
  [0xf1, 0xf3, 0x80, 0xbf, 4],
  [0xf4, 0xf4, 0x80, 0x8f, 4],
];

/** The length of the valid rune at a place, or 0. */
function runeWidth(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const lead = LEADS.find(([from, to]) => first >= from && first <= to);
  if (lead === undefined) return 0;
  const [, , low, high, width] = lead;
  const second = bytes[at + 1] ?? 0;
  if (second < low || second > high) return 0;
  for (let next = at + 2; next < at + width; next += 1) {
    if (((bytes[next] ?? 0) & 0xc0) !== 0x80) return 0;
  }
  return width;
}
