import { loadChartFiles } from "@weir/helm";
import { describe, expect, test } from "vitest";
import { changingValuesFiles, mergeChartValues, mergeFileValues, withDefaultValues } from "./values-files.ts";

const file = (name: string, text: string) => ({ name, data: Buffer.from(text) });
const chart = loadChartFiles([
  file("Chart.yaml", "apiVersion: v2\nname: demo\nversion: 1.0.0\n"),
  file("values.yaml", "a: 1\nb: {c: 1, d: 2}\n"),
  file("prod.yaml", "b: {c: 3}\nlist: [1]\n"),
  file("bad.yaml", "- a\n"),
]);

describe("changingValuesFiles", () => {
  test.each([
    [undefined, []],
    [[], []],
    [["values.yaml"], []],
    [["./values.yaml"], []],
    [
      ["values.yaml", "a.yaml"],
      ["values.yaml", "a.yaml"],
    ],
    [["a/values.yaml"], ["a/values.yaml"]],
  ])("of %j are %j", (paths, want) => {
    expect(changingValuesFiles(paths)).toEqual(want);
  });
});

describe("mergeChartValues", () => {
  test("lays each file over those before it", () => {
    const paths = ["values.yaml", "./prod.yaml"];
    const merged = mergeChartValues(chart, { paths, ignoresMissing: false });
    expect(merged).toEqual({ values: { a: 1, b: { c: 3, d: 2 }, list: [1] }, used: paths });
  });

  test("leaves out what is missing only where that is allowed", () => {
    const paths = ["none.yaml", "prod.yaml"];
    expect(mergeChartValues(chart, { paths, ignoresMissing: true }).used).toEqual(["prod.yaml"]);
    expect(() => mergeChartValues(chart, { paths, ignoresMissing: false })).toThrow(
      "no values file found at path 'none.yaml'",
    );
  });

  test("says which file holds no table", () => {
    expect(() => mergeChartValues(chart, { paths: ["bad.yaml"], ignoresMissing: true })).toThrow(
      "unmarshaling values from 'bad.yaml' failed: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type map[string]interface {}",
    );
  });
});

describe("mergeFileValues", () => {
  test("names a missing file by where it was looked for", () => {
    const read = () => ({ shown: "/a.yaml", data: undefined });
    expect(() => mergeFileValues({ paths: ["../a.yaml"], ignoresMissing: false }, read)).toThrow(
      "no values file found at path '/a.yaml' (reference '../a.yaml')",
    );
  });
});

describe("withDefaultValues", () => {
  test("replaces the defaults and the file that holds them", () => {
    const changed = withDefaultValues(chart, { z: 1, a: "x" });
    expect(changed.values).toEqual({ z: 1, a: "x" });
    const text = changed.raw.find(({ name }) => name === "values.yaml")?.data ?? new Uint8Array();
    expect(Buffer.from(text).toString()).toBe("a: x\nz: 1\n");
  });

  test("gives the chart itself where nothing changes", () => {
    const plain = withDefaultValues(chart, { a: 1 });
    expect(withDefaultValues(plain, { a: 1 })).toBe(plain);
  });

  test("refuses a chart without values.yaml", () => {
    const bare = loadChartFiles([file("Chart.yaml", "apiVersion: v2\nname: demo\nversion: 1.0.0\n")]);
    expect(() => withDefaultValues(bare, { a: 1 })).toThrow("failed to locate values file: values.yaml");
  });
});
