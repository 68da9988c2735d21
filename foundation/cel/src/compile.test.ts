import { describe, expect, test } from "vitest";
import { CelCostError } from "./cel-error.ts";
import { DYN, formatType, INT, objectOf, STRING } from "./cel-type.ts";
import { compile } from "./compile.ts";
import { fluxHealth, kubernetes } from "./environment.ts";
import { celFromJson } from "./from-json.ts";
import type { CelValue } from "./value.ts";

const self = celFromJson({ replicas: 3, name: "web", ports: [80, 443], labels: { app: "web" } });
const variables = (name: string): CelValue | undefined => (name === "self" ? self : undefined);

function evaluate(expression: string): CelValue {
  return compile(expression, kubernetes([["self", DYN]]))
    .program()
    .evaluate(variables);
}

describe("compile", () => {
  const values: ReadonlyArray<readonly [string, CelValue]> = [
    ["self.replicas + 1", 4n],
    ["self.ports.map(p, p * 2)", [160n, 886n]],
    ["self.ports.filter(p, p > 100).size() == 1 && !has(self.nope)", true],
    ["self.?nope.orValue('d')", "d"],
    ["{'a': 1}.transformList(k, v, k + string(v))", ["a1"]],
    ["1 / 0 == 1 || true", true],
    ["dyn(self.ports).flatten().size()", 2n],
    ["1u == 1u ? 'yes' : 'no'", "yes"],
    ["string(duration('90m'))", "5400s"],
    ["cidr('10.0.0.0/8').containsIP('10.1.2.3')", true],
    ["'%d of %s'.format([1, [1, 'a']])", '1 of [1, "a"]'],
  ];
  test.each(values)("evaluates %s", (expression, want) => {
    expect(evaluate(expression)).toEqual(want);
  });

  const errors: ReadonlyArray<readonly [string, string]> = [
    [
      "1 + 'a'",
      "ERROR: <input>:1:3: found no matching overload for '_+_' applied to '(int, string)'\n | 1 + 'a'\n | ..^",
    ],
    ["nope", "ERROR: <input>:1:1: undeclared reference to 'nope' (in container '')\n | nope\n | ^"],
    ["(1", "ERROR: <input>:1:3: Syntax error: missing ')' at '<EOF>'\n | (1\n | ..^"],
    ["self. ", "Syntax error: no viable alternative at input '. '"],
    ["1 == == 1", "Syntax error: extraneous input '==' expecting {'[', '{', '(', '.', '-', '!', 'true', "],
    [
      "size(* 1)",
      "Syntax error: extraneous input '*' expecting {'[', '{', '(', ')', '.', '-', '!', 'true', ",
    ],
    ["self.nope", "no such key: nope"],
    ["!dyn(self.replicas)", "no such overload"],
    ["-dyn(1u)", "no such overload: -_"],
    ["dyn(self.replicas).startsWith('a')", "no such overload"],
    ["dyn(self).flatten()", "no such overload: map(dyn, dyn).flatten()"],
    [
      "dyn(self).distinct()",
      "internal error: interface conversion: *types.baseMap is not traits.Lister: missing method Add",
    ],
    ["[1].flatten(dyn('a'))", "internal error: interface conversion: ref.Val is types.String, not types.Int"],
    ["duration(self.replicas)", "type conversion error from 'int' to 'google.protobuf.Duration'"],
    ["self.ports[2]", "index out of bounds: 2"],
    ["9223372036854775807 + 1", "integer overflow"],
  ];
  test.each(errors)("says of %s what cel-go says", (expression, message) => {
    expect(() => evaluate(expression)).toThrow(message);
  });

  test("knows the fields of an object", () => {
    const type = objectOf(
      "Widget",
      new Map([
        ["size", INT],
        ["name", STRING],
      ]),
    );
    const environment = kubernetes([["self", type]]);
    expect(formatType(compile("self.size", environment).type ?? DYN)).toBe("int");
    expect(() => compile("self.nope", environment)).toThrow("undefined field 'nope'");
  });

  test("reads a name with dots as the longest variable there is", () => {
    const program = compile("a.b.c", fluxHealth()).program();
    expect(program.evaluate((name) => (name === "a.b" ? celFromJson({ c: 1 }) : undefined))).toBe(1n);
    expect(() => program.evaluate(() => undefined)).toThrow("no such attribute(s): a.b.c");
  });

  test("gives up an evaluation that costs too much", () => {
    const nested =
      "lists.range(1000).all(a, lists.range(1000).all(b, lists.range(1000).all(c, a + b + c >= 0)))";
    expect(() => evaluate(nested)).toThrow(CelCostError);
  });

  test("collects a long list in time linear in it", () => {
    const value = evaluate("lists.range(50000).map(x, x + 1).size()");
    expect(value).toBe(50_000n);
  });

  test("refuses to nest without end", () => {
    expect(() => evaluate(`${"(".repeat(300)}1${")".repeat(300)}`)).toThrow(
      "expression recursion limit exceeded: 250",
    );
  });

  test("treats __proto__ as any other key", () => {
    expect(evaluate("{'__proto__': 1}['__proto__']")).toBe(1n);
    expect(() => evaluate("self.__proto__")).toThrow("no such key: __proto__");
  });
});
