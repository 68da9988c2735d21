import { type BadCase, bytes, CONFIG_MAPS, DEPLOYMENTS, one, WIDGETS } from "./bad-case.ts";

const head = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n";

/** Nine levels of nine aliases: four hundred million values if they were written out. */
const laughs = `${head}data:\n  a: &a0 [x]\n${Array.from(
  { length: 9 },
  (_, level) => `  b${level}: &a${level + 1} [${Array.from({ length: 9 }, () => `*a${level}`).join(",")}]\n`,
).join("")}`;

const texts: Readonly<Record<string, string | Uint8Array>> = {
  nothing: "",
  "a comment": "# nothing\n",
  "a scalar": "text",
  "a list": "- a\n- b\n",
  null: "null",
  "a tab as indentation": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n\tname: x\n",
  "a tab before a value": "apiVersion:\tv1\nkind: ConfigMap\nmetadata:\n  name: x\n",
  "two documents": `${head}---\n${head}`,
  "a document and an empty one": `${head}---\n`,
  "an empty document first": `---\n---\n${head}`,
  "a document end": `${head}...\n`,
  "text behind a document end": `${head}...\nx: y\n`,
  "an anchor and an alias": `${head}data:\n  a: &a text\n  b: *a\n`,
  "an alias without an anchor": `${head}data:\n  a: *nowhere\n`,
  "an alias to itself": `${head}data: &d\n  a: *d\n`,
  "a merge key": `${head}data:\n  <<: {a: b}\n  c: d\n`,
  "a merge key of a text": `${head}data:\n  <<: text\n`,
  "a merge key of a list": `${head}data:\n  <<: [{a: b}, {c: d}]\n`,
  "many aliases": laughs,
  "a number as key": `${head}data:\n  1: a\n`,
  "a boolean as key": `${head}data:\n  true: a\n`,
  "null as key": `${head}data:\n  null: a\n`,
  "a fraction as key": `${head}data:\n  1.5: a\n`,
  "a list as key": `${head}data:\n  ? [a]\n  : b\n`,
  "a map as key": `${head}data:\n  ? {a: b}\n  : c\n`,
  "a time as value": `${head}data:\n  a: 2001-12-14\n`,
  "a number as value": `${head}data:\n  a: 1\n`,
  "yes as value": `${head}data:\n  a: yes\n`,
  "an octal value": `${head}data:\n  a: 0o14\n`,
  "infinity as value": `${head}data:\n  a: .inf\n`,
  "not a number as value": `${head}data:\n  a: .nan\n`,
  "!!str": `${head}data:\n  a: !!str 1\n`,
  "!!binary": `${head}data:\n  a: !!binary aGVsbG8=\n`,
  "!!binary that is none": `${head}data:\n  a: !!binary "%%"\n`,
  "!!int of a text": `${head}data:\n  a: !!int text\n`,
  "!!set": `${head}data: !!set {a, b}\n`,
  "an own tag": `${head}data:\n  a: !mine text\n`,
  "a tag of a program": `${head}data: !!python/object:os.system {}\n`,
  "a wrong tag": `${head}data:\n  a: !<> text\n`,
  "a directive": `%YAML 1.1\n---\n${head}`,
  "another version": `%YAML 3.0\n---\n${head}`,
  "an unknown directive": `%MINE x\n---\n${head}`,
  "an open quote": `${head}data:\n  a: "text\n`,
  "an open list": `${head}data:\n  a: [text\n`,
  "an open map": `${head}data: {a: b\n`,
  "an unknown escape": `${head}data:\n  a: "\\q"\n`,
  "a lone surrogate": `${head}data:\n  a: "\\ud800"\n`,
  "an escaped NUL": `${head}data:\n  a: "\\0"\n`,
  "a control character": `${head}data:\n  a: x\u0001y\n`,
  "an invalid byte": bytes(`${head}data:\n  a: `, [0xff], "\n"),
  "a truncated sequence": bytes(`${head}data:\n  a: `, [0xe2, 0x82], "\n"),
  "a byte order mark": bytes([0xef, 0xbb, 0xbf], head),
  "UTF-16": bytes([0xff, 0xfe], [...Buffer.from(head, "utf16le")]),
  "a repeated key": `${head}data:\n  a: b\n  a: c\n`,
  "a repeated key in flow": `${head}data: {a: b, a: c}\n`,
  "an unknown field": `${head}unknown: 1\n`,
  "two problems": `${head}unknown: 1\ndata:\n  a: b\n  a: c\n`,
  "a wrong indentation": "apiVersion: v1\n kind: ConfigMap\n",
  "a map within a scalar": "apiVersion: v1: v2\n",
  "an unindented value": "apiVersion: v1\nkind: ConfigMap\nmetadata:\nname: x\n",
  "a reserved character": `${head}data:\n  a: @text\n`,
  "a percent sign": `${head}data:\n  a: %text\n`,
  JSON: '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"}}',
  "wrong JSON": '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"}',
  "JSON with a repeated key":
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},"data":{"a":"b","a":"c"}}',
  "another kind": head.replace("ConfigMap", "Secret"),
  "no kind": "metadata:\n  name: x\n",
  "a kind that is a number": head.replace("ConfigMap", "1"),
  "a huge integer": `${head}data:\n  a: 18446744073709551616\n`,
};

const DEPTHS = [100, 9_999, 10_001, 100_000];

function yaml(name: string, target: string, body: string | Uint8Array | (() => Uint8Array)): BadCase {
  const headers = [["Content-Type", "application/yaml"]] as const;
  return one(name, { method: "POST", target: `${target}?dryRun=All`, headers, body });
}

export const yamlCases: readonly BadCase[] = [
  ...Object.entries(texts).flatMap(([name, body]) => [
    yaml(`YAML: ${name}`, CONFIG_MAPS, body),
    ...["Strict", "Ignore"].map((mode) =>
      one(`YAML: ${name}, ${mode}`, {
        method: "POST",
        target: `${CONFIG_MAPS}?dryRun=All&fieldValidation=${mode}`,
        headers: [["Content-Type", "application/yaml"]],
        body,
      }),
    ),
    yaml(
      `YAML: custom resource with ${name}`,
      WIDGETS,
      typeof body === "string"
        ? body.replace("v1", "example.com/v1").replace("ConfigMap", "Widget").replace("\ndata:", "\nspec:")
        : body,
    ),
    one(`YAML: apply of ${name}`, {
      method: "PATCH",
      target: `${CONFIG_MAPS}/x?dryRun=All&fieldManager=m`,
      headers: [["Content-Type", "application/apply-patch+yaml"]],
      body,
    }),
    one(`YAML: apply of a custom resource with ${name}`, {
      method: "PATCH",
      target: `${WIDGETS}/x?dryRun=All&fieldManager=m`,
      headers: [["Content-Type", "application/apply-patch+yaml"]],
      body:
        typeof body === "string"
          ? body.replace("v1", "example.com/v1").replace("ConfigMap", "Widget").replace("\ndata:", "\nspec:")
          : body,
    }),
  ]),
  ...DEPTHS.flatMap((depth) => [
    yaml(`YAML: ${depth} lists in flow`, CONFIG_MAPS, () => bytes("[".repeat(depth), "]".repeat(depth))),
    yaml(`YAML: ${depth} open maps in flow`, CONFIG_MAPS, () => bytes("{a: ".repeat(depth))),
    yaml(`YAML: ${depth} lists in a line`, CONFIG_MAPS, () => bytes("- ".repeat(depth), "a")),
    yaml(`YAML: ${depth} lists in data`, DEPLOYMENTS, () =>
      bytes(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec: ",
        "[".repeat(depth),
        "]".repeat(depth),
      ),
    ),
    one(`YAML: apply of ${depth} lists`, {
      method: "PATCH",
      target: `${CONFIG_MAPS}/x?dryRun=All&fieldManager=m`,
      headers: [["Content-Type", "application/apply-patch+yaml"]],
      body: () => bytes(head, "data: ", "[".repeat(depth), "]".repeat(depth)),
    }),
  ]),
];
