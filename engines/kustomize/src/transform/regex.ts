import { RE2JS, RE2JSException } from "re2js";
import { KustomizeError } from "../error.ts";

/** Compiles a Go regular expression; one that is invalid is an error in Go's words. */
export function compileRegex(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw new KustomizeError(error.message, { cause: error });
  }
}

/** A regular expression that must match as a whole; an empty one matches all. */
export function anchored(pattern: string): (text: string) => boolean {
  if (pattern === "") return () => true;
  const regex = compileRegex(`^(?:${pattern})$`);
  const known = new Map<string, boolean>();
  return (text) => {
    const cached = known.get(text);
    if (cached !== undefined) return cached;
    const isMatch = regex.matcher(text).find();
    if (known.size < 10_000) known.set(text, isMatch);
    return isMatch;
  };
}
