import { FakeClock, seededRandom } from "@weir/core";
import { GoInt } from "@weir/text";
import { describe, expect, it } from "vitest";

import { defineFunction, functionTable } from "./define-function.ts";
import type { TemplateRun } from "./template-run.ts";

function aRun(charges: number[] = []): TemplateRun {
  return {
    clock: new FakeClock(),
    random: seededRandom(1),
    charge: (amount) => void charges.push(amount),
    chargeSteps: () => undefined,
    markImpure: () => undefined,
  };
}

describe("defineFunction", () => {
  it("declares a fixed signature", () => {
    const { name, params, variadic, result } = defineFunction(
      "cut",
      ["int", "string"],
      "string",
      ([n, text]) => text.slice(Number(n)),
    );
    expect({ name, params, variadic, result }).toEqual({
      name: "cut",
      params: ["int", "string"],
      variadic: undefined,
      result: "string",
    });
  });

  it("splits off a variadic parameter", () => {
    const add = defineFunction("add", ["int64", "...int64"], "int64", ([first, ...rest]) =>
      rest.reduce((sum, next) => sum + next, first),
    );
    expect(add.params).toEqual(["int64"]);
    expect(add.variadic).toBe("int64");
    expect(add.call([1n, 2n, 3n], aRun())).toEqual(new GoInt("int64", 6n));
  });

  it("wraps an integer to its type", () => {
    const max = defineFunction("max", [], "int64", () => 2n ** 63n);
    expect(max.call([], aRun())).toEqual(new GoInt("int64", -(2n ** 63n)));
  });

  it("accounts for text and lists that a function makes", () => {
    const charges: number[] = [];
    const text = defineFunction("text", [], "string", () => "four");
    const list = defineFunction("list", ["...interface {}"], "[]interface {}", (values) => values);
    text.call([], aRun(charges));
    list.call([1, 2], aRun(charges));
    expect(charges).toEqual([4, 4]);
  });
});

describe("functionTable", () => {
  it("finds functions by name", () => {
    const one = defineFunction("one", [], "int", () => 1n);
    const two = defineFunction("two", [], "int", () => 2n);
    expect([...functionTable([one], [two]).keys()]).toEqual(["one", "two"]);
  });
});
