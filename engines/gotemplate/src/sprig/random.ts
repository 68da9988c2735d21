import { GoCallError } from "@weir/text";

import { defineFunction } from "../define-function.ts";
import type { TemplateRun } from "../template-run.ts";
import { encodeBase64 } from "./base-encoding.ts";
import { runesOf } from "./byte-text.ts";
import { lengthOutOfRange, toIndex } from "./go-panic.ts";
import { bytesOf, chargeRandom, randomBelow } from "./random-source.ts";

const DIGITS = "0123456789";
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const PRINTABLE_ASCII = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at)).join("");

/** Functions whose results are random, all from the run's source. */
export const randomFunctions = [
  defineFunction("randAlphaNum", ["int"], "string", ([count], run) =>
    randomText(DIGITS + LETTERS, count, run),
  ),
  defineFunction("randAlpha", ["int"], "string", ([count], run) => randomText(LETTERS, count, run)),
  defineFunction("randNumeric", ["int"], "string", ([count], run) => randomText(DIGITS, count, run)),
  defineFunction("randAscii", ["int"], "string", ([count], run) => randomText(PRINTABLE_ASCII, count, run)),
  defineFunction("randInt", ["int", "int"], "int", ([least, limit], run) => randomInteger(least, limit, run)),
  defineFunction("randBytes", ["int"], "string", ([count], run) => {
    if (count < 0n) throw lengthOutOfRange();
    return encodeBase64(bytesOf(run, toIndex(count)));
  }),
  defineFunction("shuffle", ["string"], "string", ([text], run) => shuffled(runesOf(text), run).join("")),
  defineFunction("uuidv4", [], "string", (_none, run) => uuid(bytesOf(run, 16))),
];

/** No text for a negative count: Sprig drops the error. */
function randomText(characters: string, count: bigint, run: TemplateRun): string {
  const length = Math.max(toIndex(count), 0);
  chargeRandom(length, run);
  return Array.from({ length }, () => characters[randomBelow(characters.length, run)]).join("");
}

function randomInteger(least: bigint, limit: bigint, run: TemplateRun): bigint {
  const span = BigInt.asIntN(64, limit - least);
  if (span <= 0n) throw new GoCallError("invalid argument to Intn");
  const bits = bytesOf(run, 16).reduce((number, byte) => number * 256n + BigInt(byte), 0n);
  return least + (bits % span);
}

function shuffled(runes: string[], run: TemplateRun): string[] {
  chargeRandom(runes.length, run);
  for (let at = runes.length - 1; at > 0; at -= 1) {
    const other = randomBelow(at + 1, run);
    [runes[at], runes[other]] = [runes[other] ?? "", runes[at] ?? ""];
  }
  return runes;
}

function uuid(bytes: Uint8Array): string {
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return Buffer.from(bytes)
    .toString("hex")
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
