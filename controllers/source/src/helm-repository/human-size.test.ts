import { expect, test } from "vitest";
import { humanSize } from "./human-size.ts";

test.each([
  [0, "0B"],
  [999, "999B"],
  [1000, "1kB"],
  [4367, "4.367kB"],
  [123_456, "123.5kB"],
  [52_428_800, "52.43MB"],
  [1_234_567_890_123_456, "1235TB"],
])("%i bytes are %s", (bytes, want) => {
  expect(humanSize(bytes)).toBe(want);
});
