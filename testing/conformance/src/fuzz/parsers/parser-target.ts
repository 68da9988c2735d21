import { WeirError } from "@weir/core";
import type { Dice } from "../dice.ts";

/** A parser that is given broken input. */
export interface ParserTarget {
  readonly name: string;
  /** Makes an input and reads it; what went wrong with the parser, `undefined` where nothing did. */
  run(dice: Dice): string | undefined | Promise<string | undefined>;
}

/** Runs a parser: it may throw errors of its own, and nothing else. */
export function parsed<Value>(
  input: unknown,
  parse: () => Value,
): { readonly value?: Value; readonly problem?: string } {
  try {
    return { value: parse() };
  } catch (error) {
    if (error instanceof WeirError) return {};
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { problem: `${show(input)} threw ${stack}` };
  }
}

const SHOWN = 500;

/** An input as a literal. */
export function show(input: unknown): string {
  const text =
    input instanceof Uint8Array ? `0x${Buffer.from(input).toString("hex")}` : JSON.stringify(input);
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}… (${text.length})` : text;
}
