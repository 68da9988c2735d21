/** The parts of a layout that stand for something, in the order in which Go looks for them at one place. */
const CHUNKS = new RegExp(
  [
    "January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST",
    "0[1-6]|002|15|1|2006|2|_2(?!006)|__2|3|4|5|PM|pm",
    "[-Z]070000|[-Z]07:00:00|[-Z]0700|[-Z]07:00|[-Z]07",
    "[.,](?:0+|9+)(?![0-9])",
  ].join("|"),
  "g",
);

/** A piece of a layout: text as it is, or the reference time's way of writing something. */
export interface LayoutPiece {
  readonly kind: "text" | "chunk";
  readonly text: string;
}

/** Splits a layout into pieces; texts and chunks alternate where both are there. */
export function layoutPieces(layout: string): readonly LayoutPiece[] {
  const pieces: LayoutPiece[] = [];
  let end = 0;
  for (const { index, 0: text } of layout.matchAll(CHUNKS)) {
    if (index > end) pieces.push({ kind: "text", text: layout.slice(end, index) });
    pieces.push({ kind: "chunk", text });
    end = index + text.length;
  }
  if (end < layout.length) pieces.push({ kind: "text", text: layout.slice(end) });
  return pieces;
}

/** Whether a chunk is a fraction of a second: `.000` or `,999`. */
export function isFraction(chunk: string | undefined): boolean {
  return chunk !== undefined && /^[.,]/.test(chunk);
}

/** Whether a chunk is an offset from UTC: `-0700`, `Z07:00`. */
export function isOffset(chunk: string): boolean {
  return /^[-Z]07/.test(chunk);
}

/** The layout of RFC 3339 with a fraction where there is one. */
export const RFC3339_NANO = "2006-01-02T15:04:05.999999999Z07:00";
