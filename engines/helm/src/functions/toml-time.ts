import { fixedLocation, type GoLocation, GoTime, parseInstant, utcLocation } from "@weir/text";
import type { TomlDate } from "smol-toml";

/** BurntSushi marks times without an offset by zones of these names, as far from UTC as the process, which is not at all. */
function localZone(kind: "datetime" | "date" | "time"): GoLocation {
  return fixedLocation(`${kind}-local`, 0);
}

/** A date or time of TOML as a `time.Time`; the parser keeps milliseconds. */
export function tomlTime(date: TomlDate): GoTime {
  const text = date.toISOString();
  if (date.isDate()) return new GoTime(parseInstant("2006-01-02", text, localZone("date")));
  if (date.isTime()) return new GoTime(parseInstant("15:04:05.999999999", text, localZone("time")));
  if (!date.isLocal())
    return new GoTime(parseInstant("2006-01-02T15:04:05.999999999Z07:00", text, utcLocation));
  return new GoTime(
    parseInstant("2006-01-02T15:04:05.999999999", text.replace(/Z$/, ""), localZone("datetime")),
  );
}
