import type { TemplateRun } from "../template-run.ts";

/** Joins texts that are charged to the run before they are one. */
export function joinText(parts: readonly string[], separator: string, run: TemplateRun): string {
  let length = separator.length * parts.length;
  for (const part of parts) length += part.length;
  run.charge(length);
  return parts.join(separator);
}
