import type { JsonValue } from "@weir/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  emitYaml,
  jsonToYaml,
  loadYaml,
  loadYamlDocuments,
  type LoadOptions,
  YamlError,
} from "../src/index.ts";
import { writeGoJson } from "../src/go-json.ts";
import { loadExactly } from "../src/load.ts";
import type { YamlNode } from "../src/node.ts";
import { loadSettings } from "../src/options.ts";
import { nodeBuilder } from "../src/ordinary-builder.ts";
import { parseOrdinary } from "../src/parse-ordinary.ts";
import { parseFirstDocument } from "../src/parser.ts";
import { readInput } from "../src/read-input.ts";
import { ScanState } from "../src/scan-state.ts";

fc.configureGlobal({ seed: 1 });

/** Text with everything that matters to styles, but what JSON does not carry unchanged. */
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        " ",
        "  ",
        "\n",
        "\t",
        ":",
        ": ",
        "#",
        " #",
        "- ",
        "'",
        '"',
        "\\",
        "é",
        "😀",
        "\u2028",
        "\ufeff",
      ),
      fc.constantFrom(
        "yes",
        "1",
        "0x1",
        "null",
        "---",
        "a",
        "word",
        "{",
        "[",
        "*",
        "&",
        "!",
        "|",
        ">",
        "%",
        "@",
        "~",
      ),
      fc.string({ maxLength: 12 }).filter((part) => !/[\x7f-\x9f\ufffe\uffff]/.test(part)),
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join("").replace(/[\x7f-\x9f]/g, ""));

/** Whether YAML gives the number back: -0 becomes 0, and a long whole number a bigint. */
function comesBack(number: number): boolean {
  return !Object.is(number, -0) && (!Number.isInteger(number) || Number.isSafeInteger(number));
}

const value: fc.Arbitrary<JsonValue> = fc.letrec<{ any: JsonValue }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.constantFrom(null, true, false),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter(comesBack),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }),
    fc.array(tie("any"), { maxLength: 4 }),
    fc.dictionary(text, tie("any"), { maxKeys: 4 }),
  ),
})).any;

describe("emitYaml", () => {
  test("writes what loadYaml reads back", () => {
    fc.assert(
      fc.property(value, (given) => {
        expect(loadYaml(emitYaml(given))).toEqual(given);
      }),
      { numRuns: 500 },
    );
  });

  test("writes the same again", () => {
    fc.assert(
      fc.property(value, (given) => {
        const once = emitYaml(given);
        expect(emitYaml(loadYaml(once))).toBe(once);
      }),
      { numRuns: 500 },
    );
  });

  test("writes what the way through Go's JSON writes", () => {
    fc.assert(
      fc.property(value, (given) => {
        expect(emitYaml(given)).toBe(jsonToYaml(writeGoJson(given)));
      }),
      { numRuns: 500 },
    );
  });
});

const LINE_ENDS = [
  "x",
  "1",
  "~",
  "[]",
  "{ }",
  "[a]",
  "{a: b}",
  "{<<: {a: 1}, b: 2}",
  "[a, 'b', [1, {c: d, }]]",
  '{"a":[1,"b"],"c":{}}',
  "[a,",
  "b]",
  "{a: [",
  "c: d}",
  "|",
  ">-",
  "'s'",
  '"d\\n"',
  '"o',
  "'o",
  "&a x",
  "*a",
  "!!str 1",
  "",
  "",
  "x y",
  "a: b",
  "2024-01-02",
  ".inf",
  "# c",
  "x # c",
  "x #",
  "-",
  "- a",
  "\t",
  "é",
  "\u2028",
  "---",
  "...",
];

/** Lines that are YAML more often than not. */
const lines = fc
  .array(
    fc.tuple(
      fc.constantFrom("", "  ", "    ", "      ", " "),
      fc.constantFrom("- ", "- - ", "", "", ""),
      fc.constantFrom("a: ", "b:", "'c': ", '"d": ', "k v: ", "<<: ", "yes: ", "1: ", "? ", ""),
      fc.constantFrom(...LINE_ENDS),
    ),
    { maxLength: 8 },
  )
  .map((parts) => `${parts.map((part) => part.join("")).join("\n")}\n`);

const soup = fc
  .array(fc.constantFrom(..."ab:- \n\t#'\"[]{},|>&*!?%\\"), { maxLength: 24 })
  .map((parts) => parts.join(""));

function outcome(act: () => JsonValue): unknown {
  try {
    return act();
  } catch (error) {
    if (error instanceof YamlError) return { error: error.message, line: error.line, column: error.column };
    throw error;
  }
}

const ways: readonly LoadOptions[] = [{}, { strict: true }, { dialect: "go-yaml-v3" }];

describe("loadYaml", () => {
  test("reads ordinary documents as the exact way does", () => {
    fc.assert(
      fc.property(fc.oneof(lines, soup), fc.constantFrom(...ways), (given, options) => {
        const exact = outcome(() => loadExactly(readInput(given), loadSettings(options)));
        expect(outcome(() => loadYaml(given, options))).toEqual(exact);
      }),
      { numRuns: 3000 },
    );
  });

  test("builds the nodes of ordinary documents as the exact way does", () => {
    fc.assert(
      fc.property(fc.oneof(lines, soup), (given) => {
        const ordinary = parseOrdinary(new ScanState(given, 0, "go-yaml-v3"), 1000, nodeBuilder());
        if (ordinary === undefined) return;
        const scan = new ScanState(given, 0, "go-yaml-v3");
        const exact: YamlNode | undefined = parseFirstDocument(scan, loadSettings().budgets);
        expect(ordinary.root).toEqual(exact);
      }),
      { numRuns: 3000 },
    );
  });

  test("ends in a value or a typed error whatever the text", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), lines, soup), (given) => {
        for (const options of ways) outcome(() => loadYaml(given, options));
        outcome(() => loadYamlDocuments(given));
      }),
      { numRuns: 2000 },
    );
  });

  test("ends in a value or a typed error whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (given) => {
        outcome(() => loadYaml(given));
        outcome(() => loadYamlDocuments(given));
      }),
      { numRuns: 1000 },
    );
  });

  test("reads JSON as JSON", () => {
    fc.assert(
      fc.property(value, (given) => {
        expect(loadYaml(writeGoJson(given))).toEqual(given);
      }),
      { numRuns: 500 },
    );
  });
});
