import { readFileSync } from "node:fs";
import { join } from "node:path";

import { describeError } from "@weir/core";
import {
  atLocation,
  calendarInstant,
  fixedLocation,
  formatInstant,
  type Instant,
  loadLocation,
  parseInstant,
  unixInstant,
  utcLocation,
} from "@weir/text";

import type { Suite } from "../../src/suite.ts";

type RecordedCase =
  | {
      readonly t: "format";
      readonly layout: string;
      /** RFC 3339 with the offset that the zone has then, and years of any length. */
      readonly time: string;
      /** Empty for a zone without a name. */
      readonly zone: string;
      readonly out: string;
    }
  | {
      readonly t: "parse";
      readonly layout: string;
      readonly in: string;
      readonly out?: string;
      readonly error?: string;
    };

const RFC3339_NANO = "2006-01-02T15:04:05.999999999Z07:00";
const TIME = /^(\d+)-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:Z|([+-]\d\d):(\d\d))$/;

function instantOf(time: string, zone: string): Instant {
  const [year, month, day, hour, minute, second, fraction, hours, minutes] = (TIME.exec(time) ?? [])
    .slice(1)
    .map((part) => part ?? "0");
  const calendar = calendarInstant(
    {
      year: Number(year),
      month: Number(month),
      day: Number(day),
      hour: Number(hour),
      minute: Number(minute),
      second: Number(second),
      nanosecond: Number((fraction ?? "0").padEnd(9, "0")),
    },
    utcLocation,
  );
  const offset = (Number(hours) * 60 + Number(minutes) * (hours?.startsWith("-") === true ? -1 : 1)) * 60;
  const moved = unixInstant(calendar.seconds - BigInt(offset), BigInt(calendar.nanoseconds), utcLocation);
  const location = zone === "" ? fixedLocation("", offset) : loadLocation(zone);
  return location === undefined ? moved : atLocation(moved, location);
}

function replay(recorded: RecordedCase): string {
  if (recorded.t === "format") return formatInstant(instantOf(recorded.time, recorded.zone), recorded.layout);
  try {
    return formatInstant(parseInstant(recorded.layout, recorded.in, utcLocation), RFC3339_NANO);
  } catch (error) {
    return `error: ${describeError(error)}`;
  }
}

function wanted(recorded: RecordedCase): string {
  if (recorded.t === "format" || recorded.error === undefined) return recorded.out ?? "";
  return `error: ${recorded.error}`;
}

/** Go's layouts of times, written and read. */
export const suite: Suite = {
  name: "text/gotime",
  async *run(corpus) {
    const text = readFileSync(join(corpus, "text/gotime.json"), "utf8");
    const { cases } = JSON.parse(text) as { readonly cases: readonly RecordedCase[] };
    for (const [index, recorded] of cases.entries()) {
      const subject = recorded.t === "format" ? `${recorded.time} ${recorded.zone}` : recorded.in;
      const name = `${index} ${recorded.t} ${JSON.stringify(recorded.layout)} ${subject}`;
      const got = replay(recorded);
      const want = wanted(recorded);
      if (got === want) yield { name, verdict: "pass" };
      else yield { name, verdict: "fail", detail: `got ${got}\nwant ${want}` };
    }
  },
};
