import { GoComplex, GoNumberError, parseGoFloat, parseGoInt, parseGoUint, quoteGo } from "@weir/text";

import type { TokenKind } from "./token.ts";
import { unquoteCharacter } from "./unquote-literal.ts";

/** A number under every type that can hold it, which is how Go's templates mimic constants without a type. */
export interface NumberValue {
  readonly int?: bigint;
  readonly uint?: bigint;
  readonly float?: number;
  readonly complex?: GoComplex;
}

/** What is wrong with a number. */
export interface NumberProblem {
  readonly problem: string;
}

const LARGEST_UINT = 2 ** 64;
const LARGEST_INT = 2 ** 63;

/** The value of a number, character or complex literal. */
export function readNumber(text: string, kind: TokenKind): NumberValue | NumberProblem {
  if (kind === "charConstant") return characterValue(text);
  if (kind === "complex") return complexValue(text);
  if (SMALL_INT.test(text)) return { int: BigInt(text), uint: BigInt(text), float: Number(text) };
  if (text.endsWith("i")) {
    const imaginary = attempt(() => parseGoFloat(text.slice(0, -1)));
    if (imaginary !== undefined) return simplified(new GoComplex(0, imaginary));
  }
  const uint = attempt(() => parseGoUint(text, { base: 0 }));
  const int = attempt(() => parseGoInt(text, { base: 0 }));
  if (int !== undefined) return { int, float: Number(int), ...uintOf(int === 0n ? 0n : uint) };
  if (uint !== undefined) return { uint, float: Number(uint) };
  return floatValue(text);
}

function uintOf(uint: bigint | undefined): NumberValue {
  return uint === undefined ? {} : { uint };
}

/** What needs no further thought, as most numbers do. */
const SMALL_INT = /^(?:0|[1-9]\d{0,14})$/;
/** A float, and another with a sign. */
const COMPLEX =
  /^([+-]?(?:0[xX][\da-fA-F_]*(?:\.[\da-fA-F_]*)?(?:[pP][+-]?[\d_]*)?|[\d_]*(?:\.[\d_]*)?(?:[eEpP][+-]?[\d_]*)?))([+-].*)i$/;

function characterValue(text: string): NumberValue | NumberProblem {
  const code = unquoteCharacter(text);
  return typeof code === "number" ? { int: BigInt(code), uint: BigInt(code), float: code } : code;
}

function complexValue(text: string): NumberValue | NumberProblem {
  const [, real = "", imaginary = ""] = COMPLEX.exec(text) ?? [];
  try {
    return simplified(new GoComplex(parseGoFloat(real), parseGoFloat(imaginary)));
  } catch (error) {
    if (!(error instanceof GoNumberError)) throw error;
    return { problem: error.message };
  }
}

function simplified(complex: GoComplex): NumberValue {
  return complex.imaginary === 0 ? { complex, ...wholeOf(complex.real) } : { complex };
}

function floatValue(text: string): NumberValue | NumberProblem {
  const float = attempt(() => parseGoFloat(text));
  if (float === undefined) return { problem: `illegal number syntax: ${quoteGo(text)}` };
  if (!/[.eEpP]/.test(text)) return { problem: `integer overflow: ${quoteGo(text)}` };
  return wholeOf(float);
}

/** A float, and the integers that are equal to it. */
function wholeOf(float: number): NumberValue {
  if (!Number.isInteger(float)) return { float };
  return {
    float,
    ...(float >= -LARGEST_INT && float < LARGEST_INT ? { int: BigInt(float) } : {}),
    ...(float >= 0 && float < LARGEST_UINT ? { uint: BigInt(float) } : {}),
  };
}

function attempt<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
