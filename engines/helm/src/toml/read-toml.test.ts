import { goTypeOf } from "@weir/text";
import { describe, expect, it } from "vitest";

import { readToml } from "./read-toml.ts";

describe("reading TOML", () => {
  it.each<readonly [text: string, want: unknown]>([
    ["", []],
    [
      "a.b.c = 1\na.b.d = 2",
      [
        [
          "a",
          [
            [
              "b",
              [
                ["c", 1n],
                ["d", 2n],
              ],
            ],
          ],
        ],
      ],
    ],
    ["i = [0x1F, 0o17, 0b101, 1_000, -5]", [["i", [31n, 15n, 5n, 1000n, -5n]]]],
    ["f = [1.5e3, -inf, +0.0]", [["f", [1500, -Infinity, 0]]]],
    [
      "s = \"a\\tb\\u00e9\\x41\\e\"\nr = 'raw\\n'",
      [
        ["s", "a\tb\u00e9A\u001b"],
        ["r", "raw\\n"],
      ],
    ],
    ['m = """\nline1 \\\n   line2""x"""', [["m", 'line1 line2""x']]],
    [
      "t = {\n a = 1, # c\n b.c = [{d = 2}],\n}",
      [
        [
          "t",
          [
            ["a", 1n],
            ["b", [["c", [[["d", 2n]]]]]],
          ],
        ],
      ],
    ],
    [
      "t = {a = 1}\nt.b = 2",
      [
        [
          "t",
          [
            ["a", 1n],
            ["b", 2n],
          ],
        ],
      ],
    ],
    [
      "[a.b]\nc = 1\n[a]\nd = 2",
      [
        [
          "a",
          [
            ["b", [["c", 1n]]],
            ["d", 2n],
          ],
        ],
      ],
    ],
  ])("reads %j", (text, want) => {
    expect(plain(readToml(text))).toEqual(want);
  });

  it.each([
    ["[[x]]\ny = 1\n[[x]]", "[]map[string]interface {}"],
    ["x = [{y = 1}]", "[]interface {}"],
    ["x = 1979-05-27 07:32:00.123456789-07:00", "time.Time"],
    ["x = 07:32", "time.Time"],
  ])("gives %j the type of Go's decoder", (text, want) => {
    expect(goTypeOf(readToml(text).get("x") ?? null)).toBe(want);
  });

  it.each([
    ["a = ", 'line 1 (last key "a"): unexpected EOF; expected value'],
    ["[t]\na b = 1", "line 2 (last key \"t\"): expected '.' or '=', but got 'b' instead"],
    ["a\n", "line 1: expected '.' or '=', but got '\\n' instead"],
    ["a", "line 1: unexpected EOF; expected key separator '='"],
    ["= 1", "line 1: unexpected '=': key name appears blank"],
    ["a..b = 1", "line 1: unexpected '.'"],
    [
      "a = 1 b",
      "line 1: expected a top-level item to end with a newline, comment, or EOF, but got 'b' instead",
    ],
    ["a = 01", 'line 1 (last key "a"): Invalid integer "01": cannot have leading zeroes'],
    ["a = 1__0", 'line 1 (last key "a"): Invalid integer "1__0": underscores must be surrounded by digits'],
    ["a = 9223372036854775808", 'line 1 (last key "a"): 9223372036854775808 is out of range for int64'],
    ["a = 1.", 'line 1 (last key "a"): Invalid float "1.": \'.\' must be followed by one or more digits'],
    ["a = 2020-13-01", 'line 1 (last key "a"): invalid datetime: "2020-13-01"'],
    ["a = int", 'line 1 (last key "a"): expected value but found "nt" instead'],
    ["a = 0b2", "line 1 (last key \"a\"): not a binary number: '0b2'"],
    ["a = +0x1", "line 1 (last key \"a\"): cannot use sign with non-decimal numbers: '+0x'"],
    ['a = "x\ny"', 'line 1 (last key "a"): strings cannot contain newlines'],
    ['a = "\\q"', "line 1 (last key \"a\"): invalid escape in string '\\q'"],
    ['a = "\\ud800"', "line 1 (last key \"a\"): Escaped character '\\ud800' is not valid UTF-8."],
    ["a = [1, , 2]", 'line 1 (last key "a"): unexpected comma'],
    [
      "a = [1",
      "line 1 (last key \"a\"): expected a comma (',') or array terminator (']'), but got end of file",
    ],
    [
      "a = {b = 1",
      "line 1 (last key \"a.b\"): expected a comma or an inline table terminator '}', but got end of file instead",
    ],
    ["a = 1\na = 2", "line 2 (last key \"a\"): Key 'a' has already been defined."],
    ["a = 1\n[a.b]", "line 2: Key 'a' was already created as a hash."],
    ["a = 1\n[[a]]", "line 2: Key 'a' was already created and cannot be used as an array."],
    ["[]", "line 1: unexpected end of table name (table names cannot be empty)"],
    ["a = 1 # \u0001", "line 1: TOML files cannot contain control characters: '0x01'"],
    ["a = \udcff", 'line 1 (last key "a"): invalid UTF-8 byte: 0xff'],
    ["a\u0000", "line 1: files cannot contain NULL bytes; probably using UTF-16; TOML files must be UTF-8"],
  ])("says of %j what BurntSushi's decoder says", (text, want) => {
    expect(() => readToml(text)).toThrow(`toml: ${want}`);
  });

  it("refuses what nests too deep or has too many parts", () => {
    expect(() => readToml(`a = ${"[".repeat(100_000)}`)).toThrow("values nest deeper than 500 levels");
    expect(() => readToml(`${"a.".repeat(100_000)}b = 1`)).toThrow("key has more than 500 parts");
  });

  it("keeps __proto__ as a key", () => {
    expect(plain(readToml("__proto__ = 1"))).toEqual([["__proto__", 1n]]);
  });
});

/** Maps as lists of their entries, integers as bigints. */
function plain(value: unknown): unknown {
  if (value instanceof Map) return Array.from(value, ([key, item]) => [key, plain(item)]);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === "object" && value !== null && "value" in value) return value.value;
  return value;
}
