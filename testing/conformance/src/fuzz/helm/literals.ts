import { quoteGo } from "@weir/text";

import type { Dice } from "../dice.ts";
import { ODD_STRINGS } from "../kustomize/scalars.ts";
import type { ParamType } from "./signatures.ts";

/** A text as a constant of a template: in back quotes where that can be, now and then. */
export function quoted(dice: Dice, text: string): string {
  const isRaw = !/[`\r\n]/.test(text) && dice.chance(0.15);
  return isRaw ? `\`${text}\`` : quoteGo(text);
}

const WORDS = [
  "",
  "a",
  "abc",
  "hello world",
  "Foo Bar",
  "x-y_z",
  "fooBar",
  "a,b,c",
  "1",
  "-3",
  "2.50",
  "0x1f",
  "010",
];
const ODD_WORDS = [
  "true",
  "null",
  "é€😀",
  "  padded  ",
  "line1\nline2",
  "a/b/../c",
  "$var ${x}",
  "{{ . }}",
  "%d %s",
  "<b>&'\"",
  "\t",
];

const TEXTS: Readonly<Partial<Record<ParamType, readonly string[]>>> = {
  key: ["a", "b", "c", "name", "missing", "k-1", "1", ""],
  regex: [
    "a",
    "[a-c]+",
    "^(.)(.*)$",
    "b*",
    "\\s+",
    "(?i)FOO",
    ".",
    "x{2,3}",
    "(a|b)(?P<n>c)?",
    "\\d+\\.\\d+",
    "[^a-z]",
  ],
  layout: [
    "2006-01-02",
    "Jan _2 15:04:05 2006",
    "Monday, 02-Jan-06 15:04:05 MST",
    "2006-01-02T15:04:05Z07:00",
    "3:04PM",
    "__2 002 .000",
  ],
  zone: ["UTC", "America/New_York", "Europe/Berlin", "Asia/Kolkata", "Bad/Zone", ""],
  version: ["1.2.3", "v1.2.3-rc.1+b5", "2.0", "1", "0.0.0", "v3.10.0"],
  range: [
    "^1.2",
    "~1.2.3",
    ">=1.0.0 <2.0.0",
    "1.x || >=2.5",
    "*",
    ">1.2.3-0",
    "=1.2.3",
    "1.0 - 2.0",
    "!=1.2.3",
  ],
  yaml: [
    "a: 1\nb: [x, y]",
    "x",
    "- 1\n- two",
    "",
    "a: {b: ~}",
    "n: 010\ny: yes",
    "a: &x 1\nb: *x",
    "a: |\n  t\n",
  ],
  json: [
    '{"a":1,"b":[true,null]}',
    '[1,2.5,"x"]',
    '"s"',
    "12345678901234567890",
    "{}",
    "null",
    '{"a":{"b":"<&>"}}',
  ],
  toml: ['a = 1\n[t]\nb = "x"', "", "x = [1, 2]", "d = 2020-01-02", "f = 1.5e3"],
  path: ["a/b/c.txt", "/abs/../x", "file", "../up", "", "dir/", "a//b/./c.tar.gz"],
  url: ["https://user:pw@host:8080/p/a?q=1&r#frag", "host/path", "http://x", "mailto:a@b", ""],
  kind: [
    "string",
    "int",
    "int64",
    "float64",
    "map",
    "slice",
    "bool",
    "invalid",
    "map[string]interface {}",
    "[]interface {}",
  ],
  duration: ["1h30m", "-90s", "26h", "1.5ms", "0"],
  decimal: ["644", "0777", "10", "8"],
};

const WRONG_TEXTS: Readonly<Partial<Record<ParamType, readonly string[]>>> = {
  regex: ["(", "[z-a]", "*", "(?=x)", "\\"],
  version: ["x", "", "1.2.3.4", "v"],
  range: ["", "> >", "foo", ">=a"],
  yaml: ["a: b: c", "\t- x", "{", "a: *y"],
  json: ["{", "nope", '{"a":}', "[1,]"],
  toml: ["a = ", "[", "a = 1\na = 2"],
  duration: ["x", "5", ""],
  decimal: ["9", "x"],
};

/** A constant for a parameter that wants text of some form; `undefined` where it wants no such thing. */
export function literalText(dice: Dice, type: ParamType): string | undefined {
  const wrong = WRONG_TEXTS[type];
  if (wrong !== undefined && dice.risks(0.08)) return quoted(dice, dice.pick(wrong));
  const texts = TEXTS[type];
  return texts === undefined ? undefined : quoted(dice, dice.pick(texts));
}

/** Any constant text. */
export function someConstantText(dice: Dice): string {
  if (dice.chance(0.1)) return quoted(dice, dice.pick(ODD_STRINGS));
  return quoted(dice, dice.chance(0.75) ? dice.pick(WORDS) : dice.pick(ODD_WORDS));
}

const INTS = [
  "0",
  "1",
  "2",
  "3",
  "5",
  "7",
  "10",
  "-1",
  "-3",
  "42",
  "100",
  "0x1F",
  "1_000",
  "'a'",
  "017",
  "9223372036854775807",
];
const FLOATS = ["1.5", "-0.25", "3.0", "1e3", "2.5e-3", "0.1", "1e21", "123456.789", "0x1p-2", "1000000.0"];

export function someInt(dice: Dice): string {
  return dice.pick(dice.chance(0.8) ? INTS.slice(0, 9) : INTS);
}

export function someSmallInt(dice: Dice): string {
  return dice.risks(0.05)
    ? dice.pick(["-1", "-5", "1000"])
    : dice.pick(["0", "1", "2", "3", "4", "5", "8", "12"]);
}

export function somePositiveInt(dice: Dice): string {
  return dice.pick(["1", "2", "3", "7"]);
}

export function someFloat(dice: Dice): string {
  return dice.pick(FLOATS);
}
