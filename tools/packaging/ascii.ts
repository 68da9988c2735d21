import type { Plugin } from "rolldown";

/**
 * Writes a bundle in ASCII: V8 then keeps its text in one byte a character, half of what a single other one costs.
 *
 * Outside of strings, templates and regular expressions the code has none once comments are gone.
 */
export function asciiOnly(): Plugin {
  return {
    name: "weir:ascii-only",
    generateBundle(_, bundle) {
      for (const output of Object.values(bundle)) {
        if (output.type === "chunk") output.code = escapeNonAscii(output.code);
      }
    },
  };
}

/** Escapes each UTF-16 unit beyond ASCII as `\uXXXX`, which reads the same in strings, templates, patterns and names. */
export function escapeNonAscii(code: string): string {
  if (/\\[\u0080-\uffff]/.test(code)) throw new Error("a character beyond ASCII follows a backslash");
  return code.replaceAll(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
