import { describe, expect, test } from "vitest";
import { YamlError } from "./error.ts";
import { loadYaml } from "./load.ts";

function errorOf(act: () => unknown): YamlError {
  try {
    act();
  } catch (error) {
    if (error instanceof YamlError) return error;
    throw error;
  }
  throw new TypeError("nothing was thrown");
}

describe("loadYaml by go-yaml v2's rules", () => {
  const scalars: ReadonlyArray<{ readonly text: string; readonly want: unknown }> = [
    { text: "", want: null },
    { text: "~", want: null },
    { text: "yes", want: true },
    { text: "n", want: false },
    { text: "tRue", want: "tRue" },
    { text: "0755", want: 493 },
    { text: "0o14", want: 12 },
    { text: "08", want: 8 },
    { text: "0x1F", want: 31 },
    { text: "1_000", want: 1000 },
    { text: "-0b11", want: -3 },
    { text: "0b-11", want: -3 },
    { text: "9007199254740993", want: 9007199254740993n },
    { text: "18446744073709551615", want: 18446744073709551615n },
    { text: "18446744073709551616", want: 18446744073709551616 },
    { text: "1e3", want: 1000 },
    { text: ".5_0", want: 0.5 },
    { text: "1e999", want: "1e999" },
    { text: "12:30:45", want: "12:30:45" },
    { text: "2024-01-02", want: "2024-01-02" },
    { text: '"1"', want: "1" },
    { text: "!!str 1", want: "1" },
    { text: "!!float 1", want: 1 },
    { text: "!!binary aGk=", want: "hi" },
    { text: "!!binary gg==", want: "\ufffd" },
    { text: "!custom 1", want: "1" },
  ];

  test.each(scalars)("reads the value $text", ({ text, want }) => {
    expect(loadYaml(`k: ${text}\n`)).toEqual({ k: want });
  });

  const documents: ReadonlyArray<{ readonly name: string; readonly text: string; readonly want: unknown }> = [
    { name: "an empty text as null", text: "", want: null },
    { name: "only the first document", text: "a: 1\n---\nb: [\n", want: { a: 1 } },
    {
      name: "keys that are no strings as strings",
      text: "1: a\n1.5: b\ntrue: c\n",
      want: { "1": "a", "1.5": "b", true: "c" },
    },
    { name: "the last of repeated keys", text: "a: 1\na: 2\n", want: { a: 2 } },
    {
      name: "the last of repeated keys over a bad key in the first",
      text: "a: {~: 1}\na: 2\n",
      want: { a: 2 },
    },
    {
      name: "a merge that a later key overrides",
      text: "b: &b {x: 1, z: 2}\nc: {<<: *b, x: 3}\n",
      want: { b: { x: 1, z: 2 }, c: { x: 3, z: 2 } },
    },
    {
      name: "a merge that overrides an earlier key",
      text: "b: &b {x: 1}\nc: {x: 3, <<: *b}\n",
      want: { b: { x: 1 }, c: { x: 1 } },
    },
    {
      name: "the first of merged mappings",
      text: "a: {<<: [{x: 1}, {x: 2, z: 2}]}\n",
      want: { a: { x: 1, z: 2 } },
    },
    { name: "folded text", text: "a: >-\n  one\n  two\n\n  three\n", want: { a: "one two\nthree" } },
    { name: "kept breaks", text: "a: |+\n  one\n\n", want: { a: "one\n\n" } },
    { name: "an escaped break", text: 'a: "one \\\n  two"\n', want: { a: "one two" } },
    { name: "plain text over lines", text: "a: one\n  two\n\n  three\n", want: { a: "one two\nthree" } },
    {
      name: "a sequence at its key's indentation",
      text: "a:\n- 1\n- b: 2\n  c: 3\nd: 4\n",
      want: { a: [1, { b: 2, c: 3 }], d: 4 },
    },
    { name: "a pair in brackets", text: "[a: 1, ? b : 2]", want: [{ a: 1 }, { b: 2 }] },
    { name: "an empty mapping that looks like a key", text: "{}: a", want: {} },
    { name: "UTF-16 with its mark", text: "\ufeffa: é", want: { a: "é" } },
  ];

  test.each(documents)("reads $name", ({ text, want }) => {
    expect(loadYaml(text)).toEqual(want);
  });

  test("reads bytes in UTF-8 and UTF-16", () => {
    const bytes = Buffer.from("\ufeffa: é\n", "utf16le");
    expect(loadYaml(bytes)).toEqual({ a: "é" });
    expect(loadYaml(Buffer.from(bytes).swap16())).toEqual({ a: "é" });
    expect(loadYaml(Buffer.from("a: é\n"))).toEqual({ a: "é" });
  });

  test("keeps __proto__ as plain data", () => {
    const loaded = loadYaml("__proto__:\n  polluted: true\na: 1\n") as object;
    expect(Object.keys(loaded)).toEqual(["__proto__", "a"]);
    expect(Object.getPrototypeOf(loaded)).toBe(Object.prototype);
    expect(JSON.stringify(loadYaml("{__proto__: {polluted: true}}"))).toBe('{"__proto__":{"polluted":true}}');
    expect({}).not.toHaveProperty("polluted");
  });
});

describe("loadYaml's errors", () => {
  const cases: ReadonlyArray<{
    readonly text: string;
    readonly message: string;
    readonly line?: number;
    readonly column?: number;
  }> = [
    {
      text: "a: b: c\n",
      message: "yaml: mapping values are not allowed in this context",
      line: 1,
      column: 5,
    },
    {
      text: "x: 1\ny: b: c\n",
      message: "yaml: line 2: mapping values are not allowed in this context",
      line: 2,
      column: 5,
    },
    { text: "a: 1\nb\n", message: "yaml: line 3: could not find expected ':'", line: 3, column: 1 },
    {
      text: "a:\n\t- b\n",
      message: "yaml: line 2: found character that cannot start any token",
      line: 2,
      column: 1,
    },
    { text: "a: [1\nb: 2\n", message: "yaml: line 1: did not find expected ',' or ']'", line: 2, column: 2 },
    {
      text: "a: 1\n b: 2\n",
      message: "yaml: line 2: mapping values are not allowed in this context",
      line: 2,
      column: 3,
    },
    {
      text: "a:\n    b: 1\n  c: 2\n",
      message: "yaml: line 2: did not find expected key",
      line: 3,
      column: 3,
    },
    { text: 'a: "x\n', message: "yaml: line 2: found unexpected end of stream", line: 2, column: 1 },
    { text: "a: *b\n", message: "yaml: unknown anchor 'b' referenced", line: 1, column: 4 },
    { text: "a: &a [*a]\n", message: "yaml: anchor 'a' value contains itself", line: 1, column: 8 },
    { text: "? [a, 1]\n: b\n", message: 'yaml: invalid map key: []interface {}{"a", 1}', line: 1, column: 3 },
    { text: "a: !!int x\n", message: "yaml: cannot decode !!str `x` as a !!int", line: 1, column: 4 },
    {
      text: "<<: 1\n",
      message: "yaml: map merge requires map or sequence of maps as the value",
      line: 1,
      column: 5,
    },
    { text: "%YAML 1.2\n---\na: 1\n", message: "yaml: found incompatible YAML document", line: 1, column: 1 },
    { text: "~: v\n", message: 'unsupported map key of type: %!s(<nil>), key: <nil>, value: "v"' },
    { text: "a: .inf\n", message: "json: unsupported value: +Inf" },
    { text: "a: b\nc: d\x07\n", message: "yaml: control characters are not allowed", line: 2, column: 5 },
  ];

  test.each(cases)("are go-yaml's words and the true place: $message", ({ text, message, line, column }) => {
    const error = errorOf(() => loadYaml(text));
    expect({ message: error.message, line: error.line, column: error.column }).toEqual({
      message,
      line,
      column,
    });
  });

  test("name invalid UTF-8", () => {
    expect(errorOf(() => loadYaml(Buffer.from([0x61, 0x3a, 0x20, 0xff]))).message).toBe(
      "yaml: invalid leading UTF-8 octet",
    );
    expect(errorOf(() => loadYaml("a: \ud800")).message).toBe("yaml: invalid Unicode character");
  });

  test("before the block of input with a forbidden character come first", () => {
    const filler = `${"# comment\n".repeat(60)}b: \x01\n`;
    expect(errorOf(() => loadYaml(`a: b: c\n${filler}`)).problem).toBe(
      "mapping values are not allowed in this context",
    );
    expect(errorOf(() => loadYaml(`a: 1\n${filler}`)).problem).toBe("control characters are not allowed");
    expect(loadYaml(`a: 1\n---\n${filler}`)).toEqual({ a: 1 });
  });

  test("list every repeated key in strict mode", () => {
    const error = errorOf(() => loadYaml("a: 1\na: 2\nyes: 1\ntrue: 2\n", { strict: true }));
    expect(error.message).toBe(
      'yaml: unmarshal errors:\n  line 2: key "a" already set in map\n  line 4: key true already set in map',
    );
    expect(error.line).toBe(2);
  });

  test("do not take 1 and its text for one key in strict mode", () => {
    expect(loadYaml('1: a\n"1": a\n', { strict: true })).toEqual({ "1": "a" });
  });
});

describe("loadYaml by go-yaml v3's rules", () => {
  const scalars: ReadonlyArray<{ readonly text: string; readonly want: unknown }> = [
    { text: "yes", want: "yes" },
    { text: "y", want: "y" },
    { text: "on", want: "on" },
    { text: "true", want: true },
    { text: "0755", want: 493 },
    { text: "0o14", want: 12 },
    { text: "0o-7", want: -7 },
    { text: "! 1", want: 1 },
    { text: "2024-01-02", want: "2024-01-02T00:00:00Z" },
    { text: "2024-1-2t3:4:5.60+05:30", want: "2024-01-02T03:04:05.6+05:30" },
    { text: "2024-02-30", want: "2024-02-30" },
  ];

  test.each(scalars)("reads the value $text", ({ text, want }) => {
    expect(loadYaml(`k: ${text}\n`, { dialect: "go-yaml-v3" })).toEqual({ k: want });
  });

  test("lets a mapping's own keys win over merged ones wherever they stand", () => {
    expect(loadYaml("b: &b {x: 1}\nc: {x: 3, <<: *b}\n", { dialect: "go-yaml-v3" })).toEqual({
      b: { x: 1 },
      c: { x: 3 },
    });
  });

  test("refuses repeated keys unless told otherwise", () => {
    const text = "a: 1\nb: 2\na: 3\n";
    expect(errorOf(() => loadYaml(text, { dialect: "go-yaml-v3" })).message).toBe(
      'yaml: unmarshal errors:\n  line 3: mapping key "a" already defined at line 1',
    );
    expect(loadYaml(text, { dialect: "go-yaml-v3", duplicateKeys: "last-wins" })).toEqual({ a: 3, b: 2 });
  });

  test("has no JSON form for a mapping with a key that is no string", () => {
    expect(errorOf(() => loadYaml("a: {1: b}\n", { dialect: "go-yaml-v3" })).message).toBe(
      "json: unsupported type: map[interface {}]interface {}",
    );
  });

  test("prints the line where a construct begins", () => {
    const text = "a: 1\nb: {c: 1\nd: 2\n";
    expect(errorOf(() => loadYaml(text)).message).toBe("yaml: line 2: did not find expected ',' or '}'");
    expect(errorOf(() => loadYaml(text, { dialect: "go-yaml-v3" })).message).toBe(
      "yaml: line 1: did not find expected ',' or '}'",
    );
  });
});
