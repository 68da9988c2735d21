import { defineFunction } from "../define-function.ts";
import { isEmpty } from "./is-empty.ts";

/** Functions that choose between values by whether they are empty. */
export const defaultFunctions = [
  defineFunction("default", ["interface {}", "...interface {}"], "interface {}", ([otherwise, given]) =>
    given === undefined || isEmpty(given) ? otherwise : given,
  ),
  defineFunction("empty", ["interface {}"], "bool", ([value]) => isEmpty(value)),
  defineFunction(
    "coalesce",
    ["...interface {}"],
    "interface {}",
    (values) => values.find((value) => !isEmpty(value)) ?? null,
  ),
  defineFunction("all", ["...interface {}"], "bool", (values) => values.every((value) => !isEmpty(value))),
  defineFunction("any", ["...interface {}"], "bool", (values) => values.some((value) => !isEmpty(value))),
  defineFunction(
    "ternary",
    ["interface {}", "interface {}", "bool"],
    "interface {}",
    ([whenTrue, whenFalse, condition]) => (condition ? whenTrue : whenFalse),
  ),
];
