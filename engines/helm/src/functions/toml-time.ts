import type { GoValue } from "@weir/text";
import type { TomlDate } from "smol-toml";

/** A date or time of TOML as a `time.Time`. */
export function tomlTime(date: TomlDate): GoValue {
  return date.toISOString();
}
