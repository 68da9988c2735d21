import type { JsonObject } from "@weir/core";
import { type FieldError, invalidField, requiredField } from "@weir/schema";
import { integer, text } from "../../resources/draft-access.ts";

/** Texts that must be there. */
export function needs(source: JsonObject, field: string, names: readonly string[]): readonly FieldError[] {
  return names.filter((name) => text(source, name) === "").map((name) => requiredField(`${field}.${name}`));
}

const MODE = "must be a number between 0 and 0777 (octal), both inclusive";

/** What is wrong with the permissions of a file. */
export function modeErrors(source: JsonObject, name: string, field: string): readonly FieldError[] {
  const mode = integer(source, name);
  return mode === undefined || (mode >= 0 && mode <= 0o777)
    ? []
    : [invalidField(`${field}.${name}`, mode, MODE)];
}
