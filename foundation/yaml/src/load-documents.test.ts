import { describe, expect, test } from "vitest";
import { YamlError } from "./error.ts";
import { loadYamlDocuments, readYamlDocuments } from "./load-documents.ts";
import { splitYamlDocuments } from "./split-documents.ts";

describe("splitYamlDocuments", () => {
  const cases: ReadonlyArray<{
    readonly name: string;
    readonly text: string;
    readonly want: readonly string[];
  }> = [
    { name: "at lines of three dashes", text: "a: 1\n---\nb: 2\n", want: ["a: 1\n", "b: 2\n"] },
    { name: "with a comment after the dashes", text: "a: 1\n--- # c\nb: 2", want: ["a: 1\n", "b: 2\n"] },
    { name: "keeping a separator at the start", text: "---\n---\na: 1\n", want: ["---\n", "a: 1\n"] },
    { name: "keeping empty lines as a document", text: "a\n---\n\n---\nb\n", want: ["a\n", "\n", "b\n"] },
    { name: "with line feeds only", text: "a: 1\r\n---\r\nb: 2\r\n", want: ["a: 1\n", "b: 2\n"] },
    { name: "to nothing where there is nothing", text: "", want: [] },
  ];

  test.each(cases)("splits $name", ({ text, want }) => {
    expect([...splitYamlDocuments(text)]).toEqual(want);
  });

  test("refuses text after a separator", () => {
    expect(() => [...splitYamlDocuments("a: 1\n--- b\n")]).toThrow("invalid Yaml document separator: b");
  });

  test("takes a separator of many blanks in its stride", () => {
    const blanks = " ".repeat(200_000);
    expect(() => [...splitYamlDocuments(`a\n--- x${blanks}y${blanks}\n`)]).toThrow(/^invalid Yaml document/);
  });
});

describe("loadYamlDocuments", () => {
  const cases: ReadonlyArray<{ readonly name: string; readonly text: string; readonly want: unknown }> = [
    { name: "YAML documents", text: "a: 1\n---\n# none\n---\n- b\n", want: [{ a: 1 }, null, ["b"]] },
    { name: "JSON objects in a row", text: '{"a":1}{"b":2}\n{"c":3}', want: [{ a: 1 }, { b: 2 }, { c: 3 }] },
    { name: "a JSON object and then YAML", text: '{"a":1}\n---\nb: 2\n', want: [{ a: 1 }, { b: 2 }] },
    {
      name: "a flow mapping that only looks like JSON",
      text: "{a: 1}\n---\n{b: 2}\n",
      want: [{ a: 1 }, { b: 2 }],
    },
    { name: "bytes", text: "a: é\n", want: [{ a: "é" }] },
  ];

  test.each(cases)("loads $name", ({ text, want }) => {
    expect(loadYamlDocuments(text)).toEqual(want);
    expect(loadYamlDocuments(Buffer.from(text))).toEqual(want);
  });

  test("names the document that is broken, after those before it", () => {
    const seen: unknown[] = [];
    let thrown: unknown;
    try {
      for (const value of readYamlDocuments("a: 1\n---\nb: [\n---\nc: 3\n")) seen.push(value);
    } catch (error) {
      thrown = error;
    }
    expect(seen).toEqual([{ a: 1 }]);
    expect(thrown).toBeInstanceOf(YamlError);
    expect(thrown).toMatchObject({
      message: "error converting YAML to JSON: yaml: line 1: did not find expected node content",
      document: 1,
    });
  });

  test("blames the JSON where a stream is neither", () => {
    expect(() => loadYamlDocuments('{"a": ]}')).toThrow(
      "json: offset 7: invalid character ']' looking for beginning of value",
    );
    expect(() => loadYamlDocuments('{"a": 1')).toThrow("unexpected EOF");
    expect(() => loadYamlDocuments('{"a":1}{"b":2}{]')).toThrow("invalid character ']'");
  });

  test("names bytes that are not UTF-8 in their own document", () => {
    const bytes = Buffer.concat([Buffer.from("a: é\n---\nb: "), Buffer.from([0xff, 0x0a])]);
    const documents = readYamlDocuments(bytes);
    expect(documents.next().value).toEqual({ a: "é" });
    expect(() => documents.next()).toThrow("yaml: invalid leading UTF-8 octet");
  });

  test("passes options on", () => {
    expect(() => loadYamlDocuments("a: 1\na: 2\n", { strict: true })).toThrow('key "a" already set in map');
  });
});
