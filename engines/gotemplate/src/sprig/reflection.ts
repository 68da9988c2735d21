import { goKindOf, goTypeOf } from "@weir/text";

import { defineFunction } from "../define-function.ts";
import { deepEqual } from "./deep-equal.ts";

/** Functions that ask for the type of a value, which is Go's. */
export const reflectionFunctions = [
  defineFunction("typeOf", ["interface {}"], "string", ([value]) => goTypeOf(value)),
  defineFunction("typeIs", ["string", "interface {}"], "bool", ([type, value]) => type === goTypeOf(value)),
  defineFunction("typeIsLike", ["string", "interface {}"], "bool", ([type, value]) => {
    const actual = goTypeOf(value);
    return type === actual || `*${type}` === actual;
  }),
  defineFunction("kindOf", ["interface {}"], "string", ([value]) => goKindOf(value)),
  defineFunction("kindIs", ["string", "interface {}"], "bool", ([kind, value]) => kind === goKindOf(value)),
  defineFunction("deepEqual", ["interface {}", "interface {}"], "bool", ([left, right], run) =>
    deepEqual(left, right, run),
  ),
];
