import { type GoValue, sprint, utf8Text } from "@weir/text";

import type { TemplateRun } from "../template-run.ts";

/** A value as `%v` prints it. */
export function verbV(value: GoValue, run: TemplateRun): string {
  return typeof value === "string" ? value : sprint([value], run.charge);
}

/** A value as text by Sprig's `strval`: bytes are text, and all else is as `%v` prints it. */
export function textOf(value: GoValue, run: TemplateRun): string {
  return value instanceof Uint8Array ? utf8Text(value) : verbV(value, run);
}
