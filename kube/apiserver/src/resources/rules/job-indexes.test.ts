import { expect, test } from "vitest";
import { parseIndexes, sharedIndex } from "./job-indexes.ts";

test("indexes are counted, one by one and in ranges", () => {
  expect(parseIndexes("0-2,4", 5)).toEqual({ total: 4 });
  expect(parseIndexes("", 5)).toEqual({ total: 0 });
});

test.each([
  ["1-0", "non-increasing order, previous: 1, current: 0"],
  ["2,1", "non-increasing order, previous: 2, current: 1"],
  ["0,x", 'cannot convert string to integer for index: "x"'],
  ["9", 'too large index: "9"'],
])("indexes %s are refused", (indexes, problem) => {
  expect(parseIndexes(indexes, 5)).toEqual({ total: 0, problem });
});

test("what completed and what failed share no index", () => {
  expect(sharedIndex("0-2", "2,4", 5)).toBe(2);
  expect(sharedIndex("0", "1", 5)).toBeUndefined();
});
