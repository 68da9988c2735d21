import { describe, expect, test } from "vitest";
import { escapeNonAscii } from "./ascii.ts";
import { makeLazy } from "./lazy-requires.ts";

const isLazy = (module: string): boolean => module !== "node:fs";

describe("what is required", () => {
  test("is loaded where it is first used", () => {
    const code = 'let node_zlib = require("node:zlib");\nexports.f = () => node_zlib.gzipSync("a");\n';
    const lazy = makeLazy(code, isLazy);
    const loaded: string[] = [];
    const exports: { f?: () => unknown } = {};
    const load = (name: string): unknown => {
      loaded.push(name);
      return { gzipSync: (text: string) => text };
    };
    // oxlint-disable-next-line typescript/no-implied-eval, no-new-func -- what was written is code
    new Function("exports", "require", lazy)(exports, load);
    expect(loaded).toEqual([]);
    expect([exports.f?.(), exports.f?.(), loaded]).toEqual(["a", "a", ["node:zlib"]]);
  });

  test.each([
    {
      name: "a constructor stays one",
      code: 'let w = require("w");\nnew w.Worker(1);\n',
      want: "new (w()).Worker(1);",
    },
    {
      name: "a default export is unwrapped",
      code: 'let w = require("w");\nw = __toESM(w, 1);\nw.default.run();\n',
      want: '__toESM(require("w"), 1)',
    },
    { name: "a namespace that is handed on is loaded at once", code: 'let w = require("w");\nuse(w);\n' },
    { name: "a light module is loaded at once", code: 'let f = require("node:fs");\nf.x();\n' },
  ])("$name", ({ code, want }) => {
    const lazy = makeLazy(code, isLazy);
    if (want === undefined) expect(lazy).toBe(code);
    else expect(lazy).toContain(want);
  });
});

test("a bundle is written in ASCII", () => {
  expect(escapeNonAscii('"é😀"')).toBe('"\\u00e9\\ud83d\\ude00"');
  expect(() => escapeNonAscii('"\\é"')).toThrow("follows a backslash");
});
