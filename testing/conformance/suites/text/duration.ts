import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  describeError,
  formatGoDuration,
  parseGoDuration,
  roundGoDuration,
  truncateGoDuration,
} from "@weir/core";
import type { Suite } from "../../src/suite.ts";

type RecordedCase =
  | { readonly t: "parse"; readonly in: string; readonly error: string }
  | {
      readonly t: "parse";
      readonly in: string;
      readonly ns: string;
      readonly string: string;
      readonly seconds: number;
    }
  | { readonly t: "string"; readonly ns: string; readonly string: string }
  | {
      readonly t: "round";
      readonly ns: string;
      readonly m: string;
      readonly round: string;
      readonly truncate: string;
    };

function nameOf(recorded: RecordedCase): string {
  if (recorded.t === "parse") return JSON.stringify(recorded.in);
  return recorded.t === "round" ? `${recorded.ns} by ${recorded.m}` : recorded.ns;
}

function replay(recorded: RecordedCase): unknown {
  if (recorded.t === "string") return { ...recorded, string: formatGoDuration(BigInt(recorded.ns)) };
  if (recorded.t === "round") {
    const [ns, multiple] = [BigInt(recorded.ns), BigInt(recorded.m)];
    return {
      ...recorded,
      round: formatGoDuration(roundGoDuration(ns, multiple)),
      truncate: formatGoDuration(truncateGoDuration(ns, multiple)),
    };
  }
  try {
    const ns = parseGoDuration(recorded.in);
    return { ...recorded, error: undefined, ns: String(ns), string: formatGoDuration(ns) };
  } catch (error) {
    return { t: recorded.t, in: recorded.in, error: describeError(error) };
  }
}

/** Go's durations: read, written, rounded. */
export const suite: Suite = {
  name: "text/duration",
  async *run(corpus) {
    const text = readFileSync(join(corpus, "text/duration.json"), "utf8");
    const { cases } = JSON.parse(text) as { readonly cases: readonly RecordedCase[] };
    for (const [index, recorded] of cases.entries()) {
      const name = `${index} ${recorded.t} ${nameOf(recorded)}`;
      const got = JSON.stringify(replay(recorded), Object.keys(recorded).sort());
      const want = JSON.stringify(recorded, Object.keys(recorded).sort());
      if (got === want) yield { name, verdict: "pass" };
      else yield { name, verdict: "fail", detail: `got ${got}\nwant ${want}` };
    }
  },
};
