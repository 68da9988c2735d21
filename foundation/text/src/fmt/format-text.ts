import { utf8Bytes } from "../go-value/utf8-text.ts";
import { canBackquoteGo, quoteGo, quoteGoAscii } from "../quote.ts";
import { type Flags, pad, padding } from "./flags.ts";

/** `%s`: at most as many runes as the precision says. */
export function formatText(text: string, flags: Flags): string {
  return pad(cut(text, flags.precision), flags);
}

/** `%q`: quoted, with `#` in back quotes where that can be. */
export function formatQuoted(text: string, flags: Flags): string {
  const shown = cut(text, flags.precision);
  if (flags.sharp && canBackquoteGo(shown)) return pad(`\`${shown}\``, flags);
  return pad(flags.plus ? quoteGoAscii(shown) : quoteGo(shown), flags);
}

function cut(text: string, runes: number | undefined): string {
  if (runes === undefined || text.length <= runes) return text;
  let at = 0;
  for (let count = 0; count < runes && at < text.length; count += 1) {
    at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  }
  return text.slice(0, at);
}

/** `%x` and `%X` of a text: its bytes, with a space between them where the flags say so. */
export function formatHex(text: string, flags: Flags, isUpper: boolean): string {
  const bytes = utf8Bytes(text);
  const shown = flags.precision === undefined ? bytes : bytes.subarray(0, flags.precision);
  if (shown.length === 0) return padding(flags.width ?? 0, flags);
  const prefix = flags.sharp ? "0x" : "";
  const pairs = Array.from(shown, (byte) => byte.toString(16).padStart(2, "0"));
  const joined = prefix + pairs.join(flags.space ? ` ${prefix}` : "");
  return pad(isUpper ? joined.toUpperCase() : joined, flags);
}
