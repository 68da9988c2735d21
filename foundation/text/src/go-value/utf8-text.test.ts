import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { utf8Bytes, utf8Text } from "./utf8-text.ts";

describe("text of bytes", () => {
  it.each([
    ["valid text", "68c3a9f09f9880", "hé😀"],
    ["a cut rune", "68c3", "h\udcc3"],
    ["an overlong form", "c080", "\udcc0\udc80"],
    ["a surrogate in UTF-8", "eda080", "\udced\udca0\udc80"],
    ["a byte order mark", "efbbbf61", "\ufeffa"],
  ])("keeps %s", (_name, hex, text) => {
    const bytes = Buffer.from(hex, "hex");
    expect(utf8Text(bytes)).toBe(text);
    expect(Buffer.from(utf8Bytes(text)).toString("hex")).toBe(hex);
  });

  it("gives any bytes back", () => {
    fc.configureGlobal({ seed: 1 });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(Buffer.from(utf8Bytes(utf8Text(bytes)))).toEqual(Buffer.from(bytes));
      }),
    );
  });
});
