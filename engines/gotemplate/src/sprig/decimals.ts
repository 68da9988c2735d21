import type { GoValue } from "@weir/text";

import { defineFunction } from "../define-function.ts";
import { toFloat64 } from "./cast.ts";
import {
  addDecimals,
  type Decimal,
  decimalOf,
  decimalToNumber,
  divideDecimals,
  multiplyDecimals,
  subtractDecimals,
} from "./decimal.ts";

/** Arithmetic on numbers with a fraction, which is done in decimals: `addf 0.1 0.2` is 0.3. */
export const decimalFunctions = [
  defineFunction("add1f", ["interface {}"], "float64", ([value]) => fold(addDecimals, [value, 1])),
  defineFunction("addf", ["...interface {}"], "float64", (values) => fold(addDecimals, [0, ...values])),
  defineFunction("subf", ["interface {}", "...interface {}"], "float64", (values) =>
    fold(subtractDecimals, values),
  ),
  defineFunction("mulf", ["interface {}", "...interface {}"], "float64", (values) =>
    fold(multiplyDecimals, values),
  ),
  defineFunction("divf", ["interface {}", "...interface {}"], "float64", (values) =>
    fold(divideDecimals, values),
  ),
];

/** Each value is converted when its turn comes, so that the first thing wrong is the one that is said. */
function fold(
  operation: (left: Decimal, right: Decimal) => Decimal,
  [first = 0, ...rest]: readonly GoValue[],
): number {
  const start = decimalOf(toFloat64(first));
  const result = rest.reduce<Decimal>((left, value) => operation(left, decimalOf(toFloat64(value))), start);
  return decimalToNumber(result);
}
