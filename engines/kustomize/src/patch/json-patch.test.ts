import type { JsonValue } from "@weir/core";
import { describe, expect, test } from "vitest";
import { applyJsonPatch, parseJsonPatch } from "./json-patch.ts";

function document(): JsonValue {
  return { k: "v", l: [1, 2], s: "a<b", n: null, f: 1.5 };
}

describe("applyJsonPatch", () => {
  const applied: ReadonlyArray<{ readonly patch: string; readonly want: JsonValue }> = [
    { patch: "- {op: test, path: /s, value: a<b}", want: document() },
    { patch: '[{"op": "test", "path": "/f", "value": 1.5}]', want: document() },
    { patch: "- {op: test, path: /n}", want: document() },
    { patch: "- {op: remove, path: /l/-1}\n- {op: replace, path: /l/0}", want: { ...objectOf(), l: [null] } },
    { patch: "null", want: document() },
  ];

  test.each(applied)("applies $patch", ({ patch, want }) => {
    expect(applyJsonPatch(document(), parseJsonPatch(patch))).toEqual(want);
  });

  const refused: ReadonlyArray<{ readonly patch: string; readonly want: string }> = [
    { patch: "{op: add}", want: "json: cannot unmarshal object into Go value of type jsonpatch.Patch" },
    { patch: "- 1", want: "json: cannot unmarshal number into Go value of type jsonpatch.Operation" },
    { patch: "- null", want: "Unexpected kind: unknown" },
    { patch: "- {op: 1}", want: "Unexpected kind: unknown" },
    { patch: "- {op: add}", want: "add operation failed to decode path: missing value" },
    {
      patch: "- {op: replace, path: null}",
      want: "replace operation failed to decode path: operation missing path field: missing value",
    },
    {
      patch: "- {op: replace, path: 1}",
      want: "replace operation failed to decode path: json: cannot unmarshal number into Go value of type string",
    },
    {
      patch: "- {op: copy}",
      want: "copy operation failed to decode from: operation, missing from field: missing value",
    },
    {
      patch: "- {op: copy, from: /l/5, path: /z}",
      want: "error in copy for from: '/l/5': Unable to access invalid index: 5: invalid index referenced",
    },
    {
      patch: "- {op: move, from: /l/x, path: /z}",
      want: `error in move for path: 'x': strconv.Atoi: parsing "x": invalid syntax`,
    },
    {
      patch: "- {op: add, path: /l/x, value: 1}",
      want: `error in add for path: '/l/x': value was not a proper array index: 'x': strconv.Atoi: parsing "x": invalid syntax`,
    },
    {
      patch: '- {op: replace, path: "", value: 1}',
      want: "replace operation value must be object or array: %!w(<nil>)",
    },
    // Texts are compared: that of the patch is as it was written, that of the document as Go writes it.
    { patch: '[{"op": "test", "path": "/s", "value": "a<b"}]', want: "testing value /s failed: test failed" },
    { patch: '[{"op": "test", "path": "/f", "value": 1.50}]', want: "testing value /f failed: test failed" },
  ];

  test.each(refused)("refuses $patch", ({ patch, want }) => {
    expect(() => applyJsonPatch(document(), parseJsonPatch(patch))).toThrow(want);
  });
});

function objectOf(): Record<string, JsonValue> {
  return document() as Record<string, JsonValue>;
}
