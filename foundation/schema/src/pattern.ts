import { RE2JS } from "re2js";

/** A compiled pattern, or why it cannot be compiled, in the words of Go's `regexp`. */
export type Pattern =
  | { readonly kind: "valid"; readonly matches: (text: string) => boolean }
  | { readonly kind: "invalid"; readonly problem: string };

/** Compiles a pattern of a schema by RE2's rules: linear time, no look-around, unanchored. */
export function compilePattern(source: string): Pattern {
  try {
    const program = RE2JS.compile(source);
    return { kind: "valid", matches: (text) => program.matcher(text).find() };
  } catch (error) {
    return { kind: "invalid", problem: error instanceof Error ? error.message : String(error) };
  }
}
