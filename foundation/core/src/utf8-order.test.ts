import fc from "fast-check";
import { expect, test } from "vitest";
import { compareUtf8 } from "./index.ts";

fc.configureGlobal({ seed: 1 });

test("orders strings as their bytes", () => {
  const text = fc.string({ unit: "binary" });
  fc.assert(
    fc.property(text, text, (left, right) => {
      expect(Math.sign(compareUtf8(left, right))).toBe(Buffer.compare(Buffer.from(left), Buffer.from(right)));
    }),
  );
});
