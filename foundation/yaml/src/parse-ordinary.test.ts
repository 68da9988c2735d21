import fc from "fast-check";
import { expect, test } from "vitest";
import { type JsonValue } from "@weir/core";
import { YamlError } from "./error.ts";
import { emitYaml } from "./index.ts";
import { loadExactly } from "./load.ts";
import { loadSettings } from "./options.ts";
import { valueBuilder } from "./ordinary-builder.ts";
import { parseOrdinary } from "./parse-ordinary.ts";
import { readInput } from "./read-input.ts";
import { ScanState } from "./scan-state.ts";

const settings = loadSettings();

function ordinary(text: string): { readonly root: JsonValue } | undefined {
  const { text: read, start } = readInput(text);
  return parseOrdinary(new ScanState(read, start, settings.dialect), 100, valueBuilder(settings));
}

function exact(text: string): { readonly root: JsonValue } | undefined {
  try {
    return { root: loadExactly(readInput(text), settings) };
  } catch (error) {
    if (error instanceof YamlError) return undefined;
    throw error;
  }
}

test.each([
  "a: 1",
  "a:",
  "a: ",
  "- a\n-",
  "- a\n- ",
  "a:\n  b: x",
  "a:\n- x",
  "a: 'x'",
  "a: {}",
  "a: |\n  text",
  "a: |-\n  text\n\n",
  "a: x # why",
  "a:\n  b: x\n# end",
  "a:\n  {}\nb:\n  [x, y]",
  "-\n  {a: 1}\n- x",
])("takes %j, whose last line does not end", (text) => {
  expect(ordinary(text)).toEqual(exact(text));
  expect(ordinary(text)).toBeDefined();
});

const scalar = fc.oneof(
  fc.constantFrom<JsonValue>(
    null,
    true,
    1,
    -0.5,
    "",
    "x",
    "a b",
    "yes",
    "1",
    "a: b",
    "x\ny",
    "x\n\ny\n",
    "# no",
    "é",
  ),
  fc.string({ maxLength: 6 }),
);
const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    scalar,
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("a", "b-c", "d/e", "1", "x y"), tie("value"), { maxKeys: 3 }),
  ),
}));

test("reads nothing that the exact parser reads differently, wherever a text is cut off", () => {
  fc.assert(
    fc.property(value, fc.double({ min: 0, max: 1, noNaN: true }), (given, part) => {
      const whole = emitYaml(given);
      const text = whole.slice(0, Math.ceil(whole.length * part));
      const read = ordinary(text);
      if (read !== undefined) expect(read).toEqual(exact(text));
    }),
    { numRuns: 2000 },
  );
});
