import { expect, test } from "vitest";
import { goStructText, isSameGoStruct } from "./go-struct.ts";

test("a struct is written with every field that it has upstream", () => {
  const expected = '{"Key":"a","Operator":"","Value":"","Effect":"","TolerationSeconds":null}';
  expect(goStructText("Toleration", { key: "a" })).toBe(expected);
});

test("a struct within one is written so, too", () => {
  const expected =
    '{"NodeAffinity":{"RequiredDuringSchedulingIgnoredDuringExecution":null,"PreferredDuringSchedulingIgnoredDuringExecution":null},"PodAffinity":null,"PodAntiAffinity":null}';
  expect(goStructText("?Affinity", { nodeAffinity: {} })).toBe(expected);
});

test("an empty text is the same as none, where the field is no pointer", () => {
  expect(isSameGoStruct("Toleration", { key: "a", value: "" }, { key: "a" })).toBe(true);
  expect(isSameGoStruct("Toleration", { key: "a" }, { key: "a", tolerationSeconds: 0 })).toBe(false);
});
