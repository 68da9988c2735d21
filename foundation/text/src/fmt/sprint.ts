import { goKindOf } from "../go-value/go-type-of.ts";
import type { GoValue } from "../go-value/go-value.ts";
import { utf8Bytes, utf8Text } from "../go-value/utf8-text.ts";
import { FormatReader } from "./format-reader.ts";
import { Printer } from "./printer.ts";

/** Hears of each piece of output before it is kept, in UTF-16 units; what it throws ends the printing. */
export type ChargeOutput = (units: number) => void;

/**
 * Go's `fmt.Sprintf`: every verb, flag and mistake (`%!d(string=x)`, `%!(EXTRA …)`) as Go 1.26 prints them.
 *
 * One verb's width and precision are limited to a million, as in Go; pass `charge` to limit the whole.
 * A value nested more than 1000 deep is a `GoCallError`; where Go prints an address, it is always the same one.
 */
export function sprintf(format: string, args: readonly GoValue[], charge?: ChargeOutput): string {
  const printer = new Printer(charge);
  new FormatReader(printer, format, args).run();
  return joined(printer.output);
}

/** Go's `fmt.Sprint`: a space between operands when neither is a string. */
export function sprint(args: readonly GoValue[], charge?: ChargeOutput): string {
  const printer = new Printer(charge);
  let wasText = false;
  for (const [index, value] of args.entries()) {
    const isText = goKindOf(value) === "string";
    if (index > 0 && !isText && !wasText) printer.write(" ");
    printer.printArgument(value, "v");
    wasText = isText;
  }
  return joined(printer.output);
}

/** Go's `fmt.Sprintln`: a space between operands, a line feed at the end. */
export function sprintln(args: readonly GoValue[], charge?: ChargeOutput): string {
  const printer = new Printer(charge);
  for (const [index, value] of args.entries()) {
    if (index > 0) printer.write(" ");
    printer.printArgument(value, "v");
  }
  printer.write("\n");
  return joined(printer.output);
}

/** Bytes that were written apart may make up a character. */
function joined(text: string): string {
  return text.isWellFormed() ? text : utf8Text(utf8Bytes(text));
}
