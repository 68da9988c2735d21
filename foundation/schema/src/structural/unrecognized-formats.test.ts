import { expect, test } from "vitest";
import { unrecognizedFormats } from "./unrecognized-formats.ts";

test("formats that no server knows for their type are listed once", () => {
  const schema = {
    type: "object",
    properties: {
      a: { type: "string", format: "nope" },
      b: { type: "array", items: { type: "integer", format: "date" } },
      c: { type: "object", additionalProperties: { type: "string", format: "nope" } },
      d: { type: "string", format: "date-time" },
      e: { type: "string", not: { format: "odd" } },
    },
  } as const;
  expect(unrecognizedFormats(schema)).toEqual(["nope", "date", "odd"]);
});
