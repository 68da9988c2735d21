import { compileRegexp, RegexpSyntaxError } from "@weir/text";
import fc from "fast-check";
import { expect, test } from "vitest";
import { draftAt, draft2020 } from "./draft.ts";
import { isPlainlyValid } from "./plainly-valid.ts";
import { MetaschemaCompiler } from "./schema-compiler.ts";
import { SchemaRun } from "./schema-run.ts";
import type { SchemaValue } from "./schema-value.ts";

const DRAFTS = [
  "http://json-schema.org/draft-04/schema#",
  "http://json-schema.org/draft-06/schema#",
  "http://json-schema.org/draft-07/schema#",
  "https://json-schema.org/draft/2019-09/schema",
  "https://json-schema.org/draft/2020-12/schema",
].map((url) => draftAt(url) ?? draft2020);

const isPattern = (text: string): boolean => {
  try {
    compileRegexp(text);
    return true;
  } catch (error) {
    if (error instanceof RegexpSyntaxError) return false;
    throw error;
  }
};

test("takes what charts write", () => {
  const schema = {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Values",
    type: "object",
    required: ["image"],
    "x-of-somebody": [1],
    additionalProperties: false,
    properties: {
      image: { $ref: "#/definitions/image" },
      port: { type: ["integer", "null"], minimum: 1, maximum: 65_535, default: 80 },
      mode: { enum: ["a", "b", null] },
      hosts: { type: "array", minItems: 1, items: { type: "string", pattern: "^[a-z.]+$" } },
    },
    definitions: { image: { anyOf: [{ type: "string" }, { type: "object" }] } },
  };
  expect(isPlainlyValid(schema, { draft: draftAt(schema.$schema) ?? draft2020, isPattern })).toBe(true);
});

const leaf = fc.constantFrom<SchemaValue>(
  null,
  true,
  false,
  0,
  1,
  -1,
  1.5,
  "",
  "string",
  "#/a",
  "(",
  "^a$",
  [],
  ["a", "a"],
  ["a", "b"],
  ["string", "null"],
  [null, "b"],
  [1, 1],
  {},
);
const KEYWORDS =
  "$ref $comment title type enum const required properties patternProperties additionalProperties items additionalItems allOf not if propertyNames definitions $defs minLength maximum multipleOf uniqueItems pattern format examples default readOnly contentEncoding other contains $id minContains exclusiveMinimum";
const { schema } = fc.letrec<{ schema: SchemaValue; value: SchemaValue }>((tie) => ({
  schema: fc.dictionary(fc.constantFrom(...KEYWORDS.split(" ")), tie("value"), { maxKeys: 3 }),
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    tie("schema"),
    fc.array(tie("schema"), { maxLength: 2 }),
    fc.dictionary(fc.constantFrom("a", "(", "^b"), tie("schema"), { maxKeys: 2 }),
  ),
}));

test("takes nothing that a metaschema refuses", () => {
  const metaschemas = new MetaschemaCompiler();
  const counts = { taken: 0 };
  fc.assert(
    fc.property(schema, fc.constantFrom(...DRAFTS), (given, draft) => {
      if (!isPlainlyValid(given, { draft, isPattern })) return;
      counts.taken++;
      expect(new SchemaRun().validate(metaschemas.at(draft.url), given)).toEqual([]);
    }),
    { numRuns: 3000 },
  );
  expect(counts.taken).toBeGreaterThan(300);
});
