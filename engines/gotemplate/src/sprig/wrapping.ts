import { defineFunction } from "../define-function.ts";
import type { TemplateRun } from "../template-run.ts";
import { byteLength, byteSlice, byteString, textOfByteString } from "./byte-text.ts";
import { toIndex } from "./go-panic.ts";

/** Functions that fit text into a width, which they count in bytes. */
export const wrappingFunctions = [
  defineFunction("abbrev", ["int", "string"], "string", ([width, text]) =>
    width < 4n ? text : abbreviated(text, 0, toIndex(width)),
  ),
  defineFunction("abbrevboth", ["int", "int", "string"], "string", ([offset, width, text]) =>
    width < 4n || (offset > 0n && width < 7n) ? text : abbreviated(text, toIndex(offset), toIndex(width)),
  ),
  defineFunction("wrap", ["int", "string"], "string", ([width, text], run) =>
    wrapped(text, { width: toIndex(width), lineEnd: "\n", cutsWords: false }, run),
  ),
  defineFunction("wrapWith", ["int", "string", "string"], "string", ([width, lineEnd, text], run) =>
    wrapped(text, { width: toIndex(width), lineEnd: lineEnd === "" ? "\n" : lineEnd, cutsWords: true }, run),
  ),
];

const MARK = "...";

/** As goutils' `AbbreviateFull`, which gives an empty text for a width that is too small. */
function abbreviated(text: string, from: number, width: number): string {
  const length = byteLength(text);
  if (length <= width) return text;
  const room = width - MARK.length;
  const offset = Math.min(from, length);
  const start = length - offset < room ? length - room : offset;
  if (start <= 4) return byteSlice(text, 0, room) + MARK;
  if (width < 7) return "";
  if (start + room < length) return MARK + abbreviated(byteSlice(text, start, length), 0, room);
  return MARK + byteSlice(text, length - room, length);
}

/** What a line weighs, besides its characters. */
const LINE_COST = 8;

interface Wrapping {
  readonly width: number;
  readonly lineEnd: string;
  readonly cutsWords: boolean;
}

/** As goutils' `WrapCustom`: only spaces part words, and line breaks in the text count as any character. */
function wrapped(text: string, { width, lineEnd, cutsWords }: Wrapping, run: TemplateRun): string {
  const bytes = byteString(text);
  const room = Math.max(width, 1);
  const lines: string[] = [];
  let offset = 0;
  while (bytes.length - offset > room) {
    if (bytes[offset] === " ") {
      offset += 1;
      continue;
    }
    const [end, next] = lineAt(bytes, offset, room, cutsWords);
    if (next === undefined) {
      lines.push(bytes.slice(offset));
      return textOfByteString(lines.join(byteString(lineEnd)));
    }
    run.charge(lineEnd.length + LINE_COST);
    lines.push(bytes.slice(offset, end));
    offset = next;
  }
  lines.push(bytes.slice(offset));
  return textOfByteString(lines.join(byteString(lineEnd)));
}

/** Where the line from an offset on ends, and the next one starts; no next one for a last, long word. */
function lineAt(
  bytes: string,
  offset: number,
  room: number,
  cutsWords: boolean,
): readonly [end: number, next: number | undefined] {
  const space = bytes.slice(offset, offset + room + 1).lastIndexOf(" ");
  if (space >= 0) return [offset + space, offset + space + 1];
  if (cutsWords) return [offset + room, offset + room];
  const following = bytes.indexOf(" ", offset + room);
  return following === -1 ? [bytes.length, undefined] : [following, following + 1];
}
