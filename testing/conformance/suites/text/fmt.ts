import { readFileSync } from "node:fs";
import { join } from "node:path";

import { type JsonValue, parseJson } from "@weir/core";
import {
  goDuration,
  goInt,
  type GoIntKind,
  GoSlice,
  type GoValue,
  sprint,
  sprintf,
  sprintln,
} from "@weir/text";

import type { Suite } from "../../src/suite.ts";

interface RecordedCase {
  readonly t?: "Sprint" | "Sprintln";
  readonly format?: string;
  readonly args: readonly string[];
  readonly out: string;
}

/** An operand from its type and literal, as `meta.args` of the recording describes them. */
// oxlint-disable-next-line complexity -- a table of types
function argumentOf(text: string): GoValue {
  const colon = text.indexOf(":");
  const type = colon < 0 ? text : text.slice(0, colon);
  const literal = text.slice(colon + 1);
  switch (type) {
    case "nil":
      return null;
    case "bool":
      return literal === "true";
    case "string":
      return literal;
    case "float64":
      return Number(literal.replace("Inf", "Infinity"));
    case "bytes":
      return new TextEncoder().encode(literal);
    case "duration":
      return goDuration(BigInt(literal));
    case "strlist":
      return new GoSlice("string", JSON.parse(literal) as readonly string[]);
    case "intlist":
      return new GoSlice(
        "int",
        (JSON.parse(literal) as readonly number[]).map((item) => goInt(item)),
      );
    case "list":
    case "map":
    case "emptylist":
    case "emptymap":
      return valueOf(parseJson(literal));
    default:
      return goInt(BigInt(literal), type === "rune" ? "int32" : (type as GoIntKind));
  }
}

function valueOf(json: JsonValue): GoValue {
  if (Array.isArray(json)) return json.map(valueOf);
  if (typeof json === "bigint") return Number(json);
  if (typeof json !== "object" || json === null) return json as GoValue;
  return new Map(Object.entries(json).map(([key, item]) => [key, valueOf(item as JsonValue)]));
}

function print({ t, format = "", args }: RecordedCase): string {
  const values = args.map(argumentOf);
  if (t === "Sprint") return sprint(values);
  return t === "Sprintln" ? sprintln(values) : sprintf(format, values);
}

/** Go's printing of values. */
export const suite: Suite = {
  name: "text/fmt",
  async *run(corpus) {
    const recording = parseJson(readFileSync(join(corpus, "text/fmt.json"), "utf8"));
    const { cases } = recording as unknown as { readonly cases: readonly RecordedCase[] };
    for (const [index, recorded] of cases.entries()) {
      const name = `${index} ${recorded.t ?? recorded.format} ${recorded.args.join(" ")}`;
      const got = print(recorded);
      if (got === recorded.out) yield { name, verdict: "pass" };
      else
        yield {
          name,
          verdict: "fail",
          detail: `got ${JSON.stringify(got)}\nwant ${JSON.stringify(recorded.out)}`,
        };
    }
  },
};
