import { describe, expect, test } from "vitest";
import { indexJson, readStoredVersions } from "../src/index.ts";

const index = `apiVersion: v1
generated: "2024-01-01T00:00:00.120000Z"
entries:
  web:
  - name: web
    version: 1.0.0
    urls: [web-1.0.0.tgz]
    created: 2024-02-01T00:00:00+00:00
    appVersion: 2
    description: a <b> & c
    annotations: {"10": x, "9": z}
    dependencies:
    - name: db
      repository: https://charts.example.com
      version: 1.x
      import-values: [{parent: a, child: b}]
  - name: web
    version: 1.10.0
    urls: [web-1.10.0.tgz]
    created: 2024-03-01T00:00:00Z
  - name: a/b
    version: 3.0.0
    urls: []
  api:
  - name: api
    version: 0.1.0
    urls: []
  empty: []
`;

const json = `{
  "apiVersion": "v1",
  "generated": "2024-01-01T00:00:00.12Z",
  "entries": {
    "api": [
      {
        "name": "api",
        "version": "0.1.0",
        "apiVersion": "v1",
        "urls": [],
        "created": "0001-01-01T00:00:00Z"
      }
    ],
    "empty": [],
    "web": [
      {
        "name": "web",
        "version": "1.10.0",
        "apiVersion": "v1",
        "urls": [
          "web-1.10.0.tgz"
        ],
        "created": "2024-03-01T00:00:00Z"
      },
      {
        "name": "web",
        "version": "1.0.0",
        "description": "a \\u003cb\\u003e \\u0026 c",
        "apiVersion": "v1",
        "appVersion": "2",
        "annotations": {
          "10": "x",
          "9": "z"
        },
        "dependencies": [
          {
            "name": "db",
            "version": "1.x",
            "repository": "https://charts.example.com",
            "import-values": [
              {
                "child": "b",
                "parent": "a"
              }
            ]
          }
        ],
        "urls": [
          "web-1.0.0.tgz"
        ],
        "created": "2024-02-01T00:00:00Z"
      }
    ]
  }
}`;

function write(text: string): string {
  return [...indexJson(Buffer.from(text))].join("");
}

async function* inPieces(text: string, length: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

describe("indexJson", () => {
  test("cleans and sorts what is written as helm writes it", () => {
    expect(write(index)).toBe(json);
  });

  test.each([
    ["a YAML that cannot be cut", `---\n${index}`],
    ["its own JSON", json],
    ["JSON of one line", JSON.stringify(JSON.parse(json))],
    ["JSON with a key that is escaped", json.replace('"api": [', '"\\u0061pi": [')],
    [
      "JSON whose entries come first",
      json.replace('"apiVersion": "v1",', "").replace(/\}$/, ',"apiVersion":"v1"}'),
    ],
    ["JSON with a chart that comes twice", json.replace('"api": [', '"api": 7, "api": [')],
  ])("gives the same for %s", (_name, text) => {
    expect(write(text)).toBe(json);
  });

  test("writes an index without charts", () => {
    expect(write("apiVersion: v1\nentries: {}\n")).toBe(
      '{\n  "apiVersion": "v1",\n  "generated": "0001-01-01T00:00:00Z",\n  "entries": {}\n}',
    );
    expect(write("apiVersion: v1\n")).toContain('"entries": null');
  });

  const decoding = "error unmarshaling JSON: while decoding JSON: json:";
  test.each([
    ["", "empty index.yaml file"],
    ["entries: {}\n", "no API version specified"],
    ["hello: world\n", `${decoding} unknown field "hello"`],
    ["apiVersion: v1\nentries:\n  a:\n  - bad: 1\n", `${decoding} unknown field "bad"`],
    [
      "apiVersion: v1\nentries:\n  a:\n  - name: [1]\n",
      `${decoding} cannot unmarshal array into Go struct field ChartVersion.entries.name of type string`,
    ],
    [
      '{"apiVersion": 1}',
      "json: cannot unmarshal number into Go struct field IndexFile.apiVersion of type string",
    ],
    ["just text", `${decoding} cannot unmarshal string into Go value of type repo.IndexFile`],
  ])("refuses %j in helm's words", (text, message) => {
    expect(() => write(text)).toThrow(message);
  });

  test("has a budget of versions and of bytes", () => {
    expect(() => [...indexJson(Buffer.from(index), { maxVersions: 2 })]).toThrow("more than 2 versions");
    expect(() => [...indexJson(Buffer.from(index), { maxBytes: 10 })]).toThrow("more than 10 bytes");
  });
});

describe("readStoredVersions", () => {
  test.each([1, 7, 64, 100_000])("finds a chart in pieces of %i bytes", async (length) => {
    const read = (name: string): ReturnType<typeof readStoredVersions> =>
      readStoredVersions(inPieces(json, length), name);
    expect((await read("web"))?.map(({ version }) => version)).toEqual(["1.10.0", "1.0.0"]);
    expect((await read("api"))?.map(({ version }) => version)).toEqual(["0.1.0"]);
    expect(await read("empty")).toEqual([]);
    expect(await read("db")).toBeUndefined();
    expect(await read("name")).toBeUndefined();
  });

  test("has a budget", async () => {
    await expect(readStoredVersions(inPieces(json, 16), "web", 100)).rejects.toThrow("more than 100 bytes");
  });
});
