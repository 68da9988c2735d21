import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describeError } from "@weir/core";
import { parseLabelSelector } from "@weir/text";
import type { Suite } from "../../src/suite.ts";

interface RecordedCase {
  readonly selector: string;
  readonly labels?: Readonly<Record<string, string>>;
}

function replay({ selector: text, labels }: RecordedCase): Readonly<Record<string, unknown>> {
  try {
    const selector = parseLabelSelector(text);
    if (labels !== undefined) return { selector: text, labels, matches: selector.matches(labels) };
    return { selector: text, empty: selector.isEmpty, string: selector.toString() };
  } catch (error) {
    return { selector: text, error: describeError(error) };
  }
}

function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** Label selectors: read, written, asked. */
export const suite: Suite = {
  name: "text/labels",
  async *run(corpus) {
    const text = readFileSync(join(corpus, "text/labels.json"), "utf8");
    const { cases } = JSON.parse(text) as { readonly cases: readonly RecordedCase[] };
    for (const [index, recorded] of cases.entries()) {
      const name = `${index} ${JSON.stringify(recorded.selector.slice(0, 60))}`;
      const [got, want] = [JSON.stringify(replay(recorded), sorted), JSON.stringify(recorded, sorted)];
      if (got === want) yield { name, verdict: "pass" };
      else yield { name, verdict: "fail", detail: `got ${got}\nwant ${want}` };
    }
  },
};
