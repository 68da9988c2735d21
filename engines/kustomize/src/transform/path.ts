import { splitPath } from "./field-spec.ts";

/** Splits a path with dots, keeping together what stands in brackets. */
export function splitFieldPath(path: string): string[] {
  const split = splitPath(path, ".");
  const result: string[] = [];
  for (let at = 0; at < split.length; at++) {
    const part = split[at] ?? "";
    if (!part.startsWith("[") || part.endsWith("]")) {
      result.push(part);
      continue;
    }
    const bracketed = [part];
    while (at < split.length - 1) {
      at += 1;
      bracketed.push(split[at] ?? "");
      if (split[at]?.endsWith("]") === true) break;
    }
    const joined = bracketed.join(".");
    result.push(joined.includes("=") ? joined : joined.replace(/^[[\]]+|[[\]]+$/g, ""));
  }
  return result;
}
