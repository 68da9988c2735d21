import { compileRegexp, RegexpSyntaxError } from "@weir/text";

/** A compiled pattern, or why it cannot be compiled, in the words of Go's `regexp`. */
export type Pattern =
  | { readonly kind: "valid"; readonly matches: (text: string) => boolean }
  | { readonly kind: "invalid"; readonly problem: string };

/** Compiles a pattern of a schema by RE2's rules: linear time, no look-around, unanchored. */
export function compilePattern(source: string): Pattern {
  try {
    const compiled = compileRegexp(source);
    return { kind: "valid", matches: (text) => compiled.matches(text) };
  } catch (error) {
    if (error instanceof RegexpSyntaxError) return { kind: "invalid", problem: error.message };
    throw error;
  }
}
