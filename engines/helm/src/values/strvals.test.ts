import { describe, expect, test } from "vitest";
import { setValues, type SetOptions } from "./strvals.ts";
import { SetValuesBudgetError, SetValuesError } from "./strvals-error.ts";

describe("setValues", () => {
  const cases: ReadonlyArray<SetOptions & { readonly text: string; readonly want: unknown }> = [
    { mode: "set", text: "a.b=1,c=true,d=null", want: { a: { b: 1n }, c: true, d: null } },
    {
      mode: "set",
      text: "a=01,b=1.5,c=-7,d=9223372036854775808",
      want: { a: "01", b: "1.5", c: -7n, d: "9223372036854775808" },
    },
    { mode: "set", text: "l[1]=x,l[0].k=y", want: { l: [{ k: "y" }, "x"] } },
    { mode: "set", text: "l={a,1,},e={}", want: { l: ["a", 1n, ""], e: [""] } },
    { mode: "set", text: "a\\.b=x\\,y", want: { "a.b": "x,y" } },
    { mode: "set", text: "__proto__.x=1", want: JSON.parse('{"__proto__":{"x":"int64 1"}}') as unknown },
    { mode: "set", text: "a[", base: { k: 1 }, want: { k: 1 } },
    { mode: "set-string", text: "a=1,b=true", want: { a: "1", b: "true" } },
    { mode: "set-literal", text: "a.b=x,y=\\z", want: { a: { b: "x,y=\\z" } } },
    { mode: "set-json", text: 'a={"b":[1,2.5]},c=,d="x"', want: { a: { b: [1, 2.5] }, c: null, d: "x" } },
    { mode: "set-file", text: "a=one", readFile: (path) => `text of ${path}`, want: { a: "text of one" } },
    { mode: "set", text: "a.c=2", base: { a: { b: 1 } }, want: { a: { b: 1, c: 2n } } },
  ];
  test.each(cases)("reads $mode $text", ({ text, want, ...options }) => {
    const values = setValues(text, options);
    expect(JSON.stringify(values, numbers)).toBe(JSON.stringify(want, numbers));
  });

  const failures: ReadonlyArray<readonly [SetOptions["mode"], string, string]> = [
    ["set", "a", 'key "a" has no value'],
    ["set", "a,b=1", 'key "a" has no value (cannot end with ,)'],
    ["set", "l[-1]=x", "negative -1 index not allowed"],
    ["set", "l[70000]=x", "index of 70000 is greater than maximum supported index of 65536"],
    ["set", "l[x]=1", 'error parsing index: strconv.Atoi: parsing "x": invalid syntax'],
    [
      "set",
      `${"a.".repeat(31)}b=1`,
      "value name nested level is greater than maximum supported nested level of 30",
    ],
    [
      "set",
      "a=1,a[0]=2",
      "unable to parse key: interface conversion: interface {} is int64, not []interface {}",
    ],
    ["set-json", "a={", "unexpected EOF"],
  ];
  test.each(failures)("refuses %s %s", (mode, text, message) => {
    expect(() => setValues(text, { mode })).toThrow(new SetValuesError(message));
  });

  test("stops at lists that are made to use up memory", () => {
    expect(() => setValues(`a${"[65536]".repeat(40)}=1`, { mode: "set" })).toThrow(SetValuesBudgetError);
    expect(() => setValues(`a${"[0]".repeat(600)}=1`, { mode: "set" })).toThrow(SetValuesBudgetError);
  });
});

/** An int64 is told from a float64. */
function numbers(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? `int64 ${value}` : value;
}
