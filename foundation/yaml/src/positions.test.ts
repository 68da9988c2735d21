import { expect, test } from "vitest";
import { type YamlPath, yamlPositions } from "./positions.ts";

const text = `metadata:
  name: x
spec: &spec
  list:
  - a: 1
    "b": [1, {c: 2}]
  - two
copy: *spec
name: first
name: second
`;

const cases: ReadonlyArray<{ readonly path: YamlPath; readonly want: unknown }> = [
  { path: [], want: { line: 1, column: 1 } },
  { path: ["metadata", "name"], want: { line: 2, column: 3 } },
  { path: ["spec", "list", 0], want: { line: 5, column: 5 } },
  { path: ["spec", "list", 0, "b"], want: { line: 6, column: 5 } },
  { path: ["spec", "list", 0, "b", 1, "c"], want: { line: 6, column: 15 } },
  { path: ["spec", "list", 1], want: { line: 7, column: 5 } },
  { path: ["copy"], want: { line: 8, column: 1 } },
  { path: ["copy", "list", 1], want: { line: 7, column: 5 } },
  { path: ["name"], want: { line: 10, column: 1 } },
  { path: ["spec", "missing"], want: undefined },
  { path: ["spec", "list", "a"], want: undefined },
  { path: ["metadata", "name", 0], want: undefined },
];

test.each(cases)("yamlPositions finds $path", ({ path, want }) => {
  expect(yamlPositions(text)(path)).toEqual(want);
});

test("yamlPositions finds nothing in an empty text", () => {
  expect(yamlPositions("# nothing\n")([])).toBeUndefined();
});
