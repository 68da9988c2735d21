import type { Dice } from "../dice.ts";

/** What inputs of a parser are made of. */
export interface Grammar {
  /** Inputs that are mostly good. */
  readonly seeds: readonly string[];
  /** Pieces that mean something to the parser. */
  readonly tokens: readonly string[];
}

const MAX_LENGTH = 20_000;
const LONG_REPEAT = 3_000;

/** Characters that parsers tend to stumble over. */
const awkward: readonly string[] = [
  "\u0000",
  "\u0007",
  "\u001f",
  "\u007f",
  "\u0080",
  "\u00a0",
  "\u2028",
  "\ufeff",
  "\ufffd",
  "\uffff",
  "\ud800",
  "\udc00",
  "\u{1f600}",
  "\\",
  '"',
  "'",
  "%",
  "%00",
  "%ff",
  "\r\n",
  "\t",
  "__proto__",
  "constructor",
  "9".repeat(40),
  "-0",
  "1e999",
];

/** An input that a few accidents happened to. */
export function mutated(dice: Dice, { seeds, tokens }: Grammar): string {
  let text = dice.pick(seeds);
  for (let count = dice.int(0, 6); count > 0; count -= 1) {
    text = accident(dice, text, { seeds, tokens }).slice(0, MAX_LENGTH);
  }
  return text;
}

// oxlint-disable-next-line complexity -- one case per accident
function accident(dice: Dice, text: string, { seeds, tokens }: Grammar): string {
  const at = dice.int(0, text.length);
  const end = Math.min(text.length, at + dice.int(0, 8));
  const [before, after] = [text.slice(0, at), text.slice(at)];
  switch (dice.int(0, 9)) {
    case 0:
      return before + text.slice(end);
    case 1:
      return before + dice.pick(tokens) + after;
    case 2:
      return before + dice.pick(awkward) + after;
    case 3:
      return before + text.slice(at, end) + after;
    case 4: {
      const other = dice.pick(seeds);
      return before + other.slice(dice.int(0, other.length));
    }
    case 5:
      return before;
    case 6: {
      const times = dice.chance(0.1) ? LONG_REPEAT : dice.int(1, 20);
      return before + dice.pick(tokens).repeat(times) + after;
    }
    case 7:
      return before + String.fromCharCode(dice.int(0, 0x17f)) + text.slice(end);
    case 8:
      return before + dice.pick(tokens) + text.slice(end);
    default:
      return text.replace(dice.pick(tokens), dice.pick(tokens));
  }
}

/** Bytes that a few accidents happened to. */
export function mutatedBytes(dice: Dice, seeds: readonly Uint8Array[]): Uint8Array {
  let bytes = Buffer.from(dice.pick(seeds));
  for (let count = dice.int(0, 6); count > 0; count -= 1) {
    const at = dice.int(0, bytes.length);
    const end = Math.min(bytes.length, at + dice.int(0, 8));
    const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
    const byte = Buffer.from([dice.chance(0.3) ? dice.pick([0, 0x7f, 0x80, 0xff]) : dice.int(0, 255)]);
    switch (dice.int(0, 5)) {
      case 0:
        bytes = Buffer.concat([before, bytes.subarray(end)]);
        break;
      case 1:
        bytes = Buffer.concat([before, byte, after]);
        break;
      case 2:
        bytes = Buffer.concat([before, byte, bytes.subarray(Math.min(bytes.length, at + 1))]);
        break;
      case 3:
        bytes = Buffer.concat([before, bytes.subarray(at, end), after]);
        break;
      case 4:
        bytes = Buffer.concat([before, Buffer.from(dice.pick(seeds)).subarray(dice.int(0, 40))]);
        break;
      default:
        bytes = Buffer.from(before);
    }
  }
  return bytes.subarray(0, MAX_LENGTH);
}
