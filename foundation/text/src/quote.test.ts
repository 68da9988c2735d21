import { expect, test } from "vitest";
import { quoteGo } from "./index.ts";

test.each([
  ["plain text", '"plain text"'],
  ['a"b\\c', '"a\\"b\\\\c"'],
  ["\x07\b\f\n\r\t\v\0\x7f", '"\\a\\b\\f\\n\\r\\t\\v\\x00\\x7f"'],
  ["é漢\u{1f600}", '"é漢\u{1f600}"'],
  ["\u00a0\u200b\u2028\u{e0001}", '"\\u00a0\\u200b\\u2028\\U000e0001"'],
  ["\ud800x", '"\ufffdx"'],
])("quotes %j as Go does", (text, want) => {
  expect(quoteGo(text)).toBe(want);
});
