import { expect, test } from "vitest";
import { compareResourceVersions } from "./resource-version.ts";

test.each([
  { a: "1", b: "1", want: 0 },
  { a: "9", b: "10", want: -1 },
  { a: "10", b: "9", want: 1 },
  { a: "123", b: "124", want: -1 },
  { a: "340282366920938463463374607431768211455", b: "340282366920938463463374607431768211456", want: -1 },
  { a: "", b: "1", want: undefined },
  { a: "01", b: "1", want: undefined },
  { a: "abc", b: "abc", want: 0 },
  { a: "abc", b: "abd", want: undefined },
  { a: "1", b: "1x", want: undefined },
])("$a against $b is $want", ({ a, b, want }) => {
  const order = compareResourceVersions(a, b);
  expect(order === undefined ? undefined : Math.sign(order)).toBe(want);
});
