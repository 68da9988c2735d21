import { GoNumberError } from "./number-error.ts";

const TRUE: ReadonlySet<string> = new Set(["1", "t", "T", "true", "TRUE", "True"]);
const FALSE: ReadonlySet<string> = new Set(["0", "f", "F", "false", "FALSE", "False"]);

/** Reads a boolean as Go's `strconv.ParseBool`: `1`, `t`, `T`, `true`, `TRUE`, `True` and their opposites. */
export function parseGoBool(text: string): boolean {
  if (TRUE.has(text)) return true;
  if (FALSE.has(text)) return false;
  throw new GoNumberError("ParseBool", text, "invalid syntax");
}
