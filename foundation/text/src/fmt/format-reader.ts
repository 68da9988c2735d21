import { GoInt } from "../go-value/go-int.ts";
import { GoObject, type GoValue } from "../go-value/go-value.ts";
import { goTypeOf } from "../go-value/go-type-of.ts";
import { type Flags, noFlags } from "./flags.ts";
import type { Printer } from "./printer.ts";

/** Go's limit of a width or precision. */
const LARGEST = 1_000_000;

/** Reads a format once and has each verb printed. */
export class FormatReader {
  readonly #printer: Printer;
  readonly #format: string;
  readonly #args: readonly GoValue[];
  #at = 0;
  #next = 0;
  /** An index such as `[2]` has been used, so that unused operands are no mistake. */
  #isReordered = false;
  #isGoodIndex = true;
  /** What was read last is an index. */
  #isAfterIndex = false;

  constructor(printer: Printer, format: string, args: readonly GoValue[]) {
    this.#printer = printer;
    this.#format = format;
    this.#args = args;
  }

  run(): void {
    const format = this.#format;
    while (this.#at < format.length) {
      const percent = format.indexOf("%", this.#at);
      const end = percent < 0 ? format.length : percent;
      if (end > this.#at) this.#printer.write(format.slice(this.#at, end));
      this.#at = end + 1;
      if (percent >= 0) this.#verb();
    }
    if (!this.#isReordered && this.#next < this.#args.length) this.#printExtra();
  }

  /** Handles what follows a percent sign. */
  #verb(): void {
    this.#isGoodIndex = true;
    this.#isAfterIndex = false;
    let flags = this.#flags();
    if (!this.#isSimple()) {
      this.#index();
      flags = this.#precision(this.#width(flags));
      if (!this.#isAfterIndex) this.#index();
    }
    const code = this.#format.codePointAt(this.#at);
    if (code === undefined) {
      this.#printer.write("%!(NOVERB)");
      return;
    }
    const char = String.fromCodePoint(code);
    this.#at += char.length;
    // A byte that is no UTF-8 is the replacement character when it is a verb.
    this.#print(char.isWellFormed() ? char : "\ufffd", flags);
  }

  #print(verb: string, flags: Flags): void {
    if (verb === "%") {
      this.#printer.write("%");
    } else if (!this.#isGoodIndex) {
      this.#printer.write(`%!${verb}(BADINDEX)`);
    } else if (this.#next >= this.#args.length) {
      this.#printer.write(`%!${verb}(MISSING)`);
    } else {
      const isValue = verb === "v" || verb === "w";
      this.#printer.flags = isValue
        ? { ...flags, sharpV: flags.sharp, sharp: false, plusV: flags.plus, plus: false }
        : flags;
      this.#printer.printArgument(this.#args[this.#next] ?? null, verb);
      this.#next += 1;
    }
  }

  #flags(): Flags {
    const found = /[#0+\- ]*/y;
    found.lastIndex = this.#at;
    const text = found.exec(this.#format)?.[0] ?? "";
    if (text === "") return noFlags;
    this.#at += text.length;
    return {
      ...noFlags,
      sharp: text.includes("#"),
      zero: text.includes("0"),
      plus: text.includes("+"),
      minus: text.includes("-"),
      space: text.includes(" "),
    };
  }

  /** A lower-case letter and an operand for it: neither width nor index is to come. */
  #isSimple(): boolean {
    const char = this.#format.charAt(this.#at);
    return char >= "a" && char <= "z" && this.#next < this.#args.length;
  }

  #width(flags: Flags): Flags {
    if (this.#format.charAt(this.#at) !== "*") {
      const width = this.#number();
      // An index belongs before the star or the verb: `%[3]2d` is a mistake.
      if (this.#isAfterIndex && width !== undefined) this.#isGoodIndex = false;
      return width === undefined ? flags : { ...flags, width };
    }
    this.#at += 1;
    const width = this.#numberFromArgument();
    this.#isAfterIndex = false;
    if (width === undefined) {
      this.#printer.write("%!(BADWIDTH)");
      return flags;
    }
    return width < 0 ? { ...flags, width: -width, minus: true, zero: false } : { ...flags, width };
  }

  #precision(flags: Flags): Flags {
    if (this.#format.charAt(this.#at) !== "." || this.#at + 1 >= this.#format.length) return flags;
    this.#at += 1;
    if (this.#isAfterIndex) this.#isGoodIndex = false;
    this.#index();
    if (this.#format.charAt(this.#at) !== "*") return { ...flags, precision: this.#number() ?? 0 };
    this.#at += 1;
    const precision = this.#numberFromArgument();
    this.#isAfterIndex = false;
    if (precision !== undefined && precision >= 0) return { ...flags, precision };
    this.#printer.write("%!(BADPREC)");
    return flags;
  }

  /** Digits at this place; too many of them use up the whole format, as in Go. */
  #number(): number | undefined {
    const digits = /^[0-9]*/.exec(this.#format.slice(this.#at, this.#at + 16))?.[0] ?? "";
    if (digits === "") return undefined;
    if (isTooLong(digits)) {
      this.#at = this.#format.length;
      return undefined;
    }
    this.#at += digits.length;
    return Number(digits);
  }

  #numberFromArgument(): number | undefined {
    if (this.#next >= this.#args.length) return undefined;
    const given = this.#args[this.#next] ?? null;
    this.#next += 1;
    const plain = given instanceof GoObject ? (given.underlying ?? null) : given;
    if (!(plain instanceof GoInt)) return undefined;
    const size = plain.value < 0n ? -plain.value : plain.value;
    return size > BigInt(LARGEST) ? undefined : Number(plain.value);
  }

  /** An explicit index such as `[2]`; a broken one spoils the verb. */
  #index(): void {
    this.#isAfterIndex = false;
    if (this.#format.charAt(this.#at) !== "[") return;
    this.#isReordered = true;
    const close = this.#format.indexOf("]", this.#at);
    if (close < 0 || this.#format.length - this.#at < 3) {
      this.#isGoodIndex = false;
      this.#at += 1;
      return;
    }
    const text = this.#format.slice(this.#at + 1, close);
    this.#at = close + 1;
    const isNumber = /^[0-9]+$/.test(text) && !isTooLong(text);
    const index = Number(text) - 1;
    if (isNumber && index >= 0 && index < this.#args.length) {
      this.#next = index;
      this.#isAfterIndex = true;
      return;
    }
    this.#isGoodIndex = false;
    this.#isAfterIndex = isNumber;
  }

  #printExtra(): void {
    this.#printer.flags = noFlags;
    this.#printer.write("%!(EXTRA ");
    for (const [index, value] of this.#args.slice(this.#next).entries()) {
      if (index > 0) this.#printer.write(", ");
      if (value !== null) this.#printer.write(`${goTypeOf(value)}=`);
      this.#printer.printArgument(value, "v");
    }
    this.#printer.write(")");
  }
}

/** Go gives up when the digits read so far, before another one, are more than a million. */
function isTooLong(digits: string): boolean {
  const before = digits.slice(0, -1);
  return before.length > 7 || Number(before) > LARGEST;
}
