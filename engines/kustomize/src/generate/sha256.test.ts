import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sha256, sha256Small } from "./sha256.ts";

fc.configureGlobal({ seed: 1 });

const reference = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex");

describe("a SHA-256", () => {
  test("is that of node:crypto for any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(sha256Small(bytes)).toBe(reference(bytes));
      }),
    );
  });

  test("is that of node:crypto at every length around the end of a block", () => {
    for (let length = 0; length <= 130; length += 1) {
      const bytes = new Uint8Array(length).fill(0xa5);
      expect(sha256Small(bytes)).toBe(reference(bytes));
    }
  });

  test.each(["", "abc", "zażółć 😀", "x".repeat(16_384), "x".repeat(16_385), "\ud800"])(
    "of a text is that of its UTF-8",
    (text) => {
      expect(sha256(text)).toBe(reference(text));
    },
  );
});
