import { describe, expect, it, test } from "vitest";

import {
  GoCallError,
  GoComplex,
  goDuration,
  type GoField,
  goInt,
  GoMap,
  GoObject,
  GoSlice,
  type GoValue,
  sprint,
  sprintf,
  sprintln,
} from "../index.ts";

class Point extends GoObject {
  override readonly type = "main.Point";
  override readonly kind: string;

  constructor(kind: "struct" | "ptr" = "struct") {
    super();
    this.kind = kind;
  }

  override fields(): readonly GoField[] {
    return [
      { name: "X", type: "int", value: goInt(1) },
      { name: "Next", type: "*main.Point", value: null },
      { name: "any", type: "interface {}", value: null },
    ];
  }
}

describe("sprintf", () => {
  const cases: readonly (readonly [format: string, args: readonly GoValue[], want: string])[] = [
    ["%v %d", [1e6, goInt(1)], "1e+06 1"],
    ["%5.1f|%-6d|%06d|%+d", [2.25, goInt(3), goInt(-4), goInt(5)], "  2.2|3     |-00004|+5"],
    ["%.0f %.0f", [0.5, 1.5], "0 2"],
    ["%s %d", ["a"], "a %!d(MISSING)"],
    ["%d", ["a"], "%!d(string=a)"],
    ["%s", [["a", 1, null]], "[a %!s(float64=1) <nil>]"],
    ["%d%%", [goInt(1), "x", null], "1%%!(EXTRA string=x, <nil>)"],
    ["%[2]v %[1]v %[3]v", ["a", "b"], "b a %!v(BADINDEX)"],
    ["%*d|%-*d|%.*f", [goInt(4), goInt(1), goInt(3), goInt(2), goInt(1), 3.14], "   1|2  |3.1"],
    ["%!|%z|%", ["a", "b"], "%!!(string=a)|%!z(string=b)|%!(NOVERB)"],
    ["%x % X %q %#q", ["hé", "hi", 'a"', "a`"], '68c3a9 68 69 "a\\"" "a`"'],
    ["%T %T %T", [null, new GoSlice("string", []), new Map()], "<nil> []string map[string]interface {}"],
    ["%#v", [["a", goInt(1, "uint8"), null]], '[]interface {}{"a", 0x1, interface {}(nil)}'],
    [
      "%v",
      [
        new GoMap(
          "map[string]string",
          "string",
          new Map([
            ["b", "2"],
            ["a", "1"],
          ]),
        ),
      ],
      "map[a:1 b:2]",
    ],
    ["%#v %v", [new GoSlice("int", [], true), new GoSlice("int", [], true)], "[]int(nil) []"],
    ["%v %+v", [new Point(), new Point("ptr")], "{1 <nil> <nil>} &{X:1 Next:<nil> any:<nil>}"],
    ["%#v", [new Point()], "main.Point{X:1, Next:(*main.Point)(nil), any:interface {}(nil)}"],
    ["%d", [new Point()], "{1 0 <nil>}"],
    ["%v %d %f", [goDuration(90n), goDuration(90n), goDuration(90n)], "90ns 90 %!f(time.Duration=90)"],
    ["%v", [new GoComplex(1, -2)], "(1-2i)"],
    ["%s %v", [new Uint8Array([104, 105]), new Uint8Array([104, 105])], "hi [104 105]"],
    ["%s%s", ["\udcc3", "\udca9"], "é"],
    ["%c %U %#U", [goInt(0x1f600), goInt(233), goInt(233)], "😀 U+00E9 U+00E9 'é'"],
    ["%t %v", [true, false], "true false"],
  ];

  it.each(cases)("prints %s of %o", (format, args, want) => {
    expect(sprintf(format, args)).toBe(want);
  });

  it("lets the caller end what grows too large", () => {
    let left = 1000;
    const charge = (units: number): void => {
      left -= units;
      if (left < 0) throw new GoCallError("too much");
    };
    expect(() => sprintf("%1000000d", [goInt(1)], charge)).toThrow("too much");
  });

  it("refuses a value that holds itself", () => {
    const map = new Map<string, GoValue>();
    map.set("self", map);
    expect(() => sprintf("%v", [map])).toThrow(GoCallError);
  });
});

test("sprint puts spaces between operands that are no texts", () => {
  expect(sprint([goInt(1), goInt(2), "a", goInt(3), true])).toBe("1 2a3 true");
  expect(sprintln(["a", goInt(1)])).toBe("a 1\n");
});
