import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describeError } from "@weir/core";
import {
  addQuantities,
  compareQuantities,
  formatQuantity,
  parseQuantity,
  quantityMilliValue,
  quantityToDecimal,
  quantityToNumber,
  quantityValue,
  subtractQuantities,
} from "@weir/text";
import type { Suite } from "../../src/suite.ts";

type RecordedCase =
  | { readonly t: "parse"; readonly in: string }
  | { readonly t: "arith"; readonly a: string; readonly b: string };

function replay(recorded: RecordedCase): Readonly<Record<string, unknown>> {
  if (recorded.t === "arith") {
    const [left, right] = [parseQuantity(recorded.a), parseQuantity(recorded.b)];
    const order = compareQuantities(left, right);
    return {
      ...recorded,
      cmp: order,
      equal: order === 0,
      add: formatQuantity(addQuantities(left, right)),
      sub: formatQuantity(subtractQuantities(left, right)),
    };
  }
  try {
    const quantity = parseQuantity(recorded.in);
    return {
      t: recorded.t,
      in: recorded.in,
      canonical: formatQuantity(quantity),
      dec: quantityToDecimal(quantity),
      float: quantityToNumber(quantity),
      format: quantity.format,
      milli: String(quantityMilliValue(quantity)),
      value: String(quantityValue(quantity)),
      sign: compareQuantities(quantity, parseQuantity("0")),
    };
  } catch (error) {
    return { t: recorded.t, in: recorded.in, error: describeError(error) };
  }
}

/** Quantities: read, written, converted, compared, added, subtracted. */
export const suite: Suite = {
  name: "text/quantity",
  async *run(corpus) {
    const text = readFileSync(join(corpus, "text/quantity.json"), "utf8");
    const { cases } = JSON.parse(text) as { readonly cases: readonly RecordedCase[] };
    for (const [index, recorded] of cases.entries()) {
      const input = recorded.t === "parse" ? JSON.stringify(recorded.in) : `${recorded.a} ${recorded.b}`;
      const name = `${index} ${recorded.t} ${input}`;
      const result = replay(recorded);
      const keys = [...new Set([...Object.keys(result), ...Object.keys(recorded)])].sort();
      const [got, want] = [JSON.stringify(result, keys), JSON.stringify(recorded, keys)];
      if (got === want) yield { name, verdict: "pass" };
      else yield { name, verdict: "fail", detail: `got ${got}\nwant ${want}` };
    }
  },
};
