import {
  decodeObject,
  decodeProtobuf,
  encodeProtobuf,
  goStruct,
  normalizeQuantity,
  normalizeTime,
} from "@weir/builtin";
import { compile, DYN, kubernetes } from "@weir/cel";
import { JsonDepthError, type JsonObject, type JsonValue, parseJson, writeJson } from "@weir/core";
import { applyJsonPatch, applyMergePatch, matchesFields, parseFieldSelector } from "@weir/objects";
import { parseLabelSelector, parseQuantity } from "@weir/text";
import { loadYaml } from "@weir/yaml";
import type { Dice } from "../dice.ts";
import { type Grammar, mutated, mutatedBytes } from "./mutate.ts";
import { type ParserTarget, parsed, show } from "./parser-target.ts";

export const jsonGrammar: Grammar = {
  seeds: [
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x","labels":{"a":"b"}},"data":{"k":"v"}}',
    '[1,-2.5,1e10,"text\\u00e9\\n",true,false,null,{},[],[[[]]]]',
    '{"a":{"b":[{"c":9007199254740993},{"d":"\\ud83d\\ude00"}]}}',
    "0",
    '""',
    " null ",
  ],
  tokens: [
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    '"',
    "null",
    "true",
    "-",
    "0",
    "1e5",
    "\\u",
    "\\ud800",
    '"a":',
    "/*",
    "\\",
    "e",
    ".",
  ],
};

function json(dice: Dice): string | undefined {
  const text = mutated(dice, jsonGrammar);
  let expected: unknown;
  let isGood = true;
  try {
    expected = JSON.parse(text);
  } catch {
    isGood = false;
  }
  let isDeep = false;
  const { value, problem } = parsed(text, () => {
    try {
      return { read: parseJson(text) };
    } catch (error) {
      isDeep = error instanceof JsonDepthError;
      throw error;
    }
  });
  if (problem !== undefined) return problem;
  if (isDeep) return undefined;
  if (isGood !== (value !== undefined)) return `${show(text)}: JSON.parse ${isGood ? "takes" : "refuses"} it`;
  if (value === undefined) return undefined;
  const again = JSON.stringify(expected, plainNumbers) === JSON.stringify(value.read, plainNumbers);
  if (!again) return `${show(text)}: read as ${show(value.read)}`;
  const written = writeJson(value.read);
  return writeJson(parseJson(written)) === written ? undefined : `${show(text)}: does not come back`;
}

/** Integers that a double does not hold are compared as doubles. */
function plainNumbers(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? Number(value) : value;
}

const yamlGrammar: Grammar = {
  seeds: [
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\ndata:\n  a: |\n    text\n  b: >-\n    folded\n",
    "a: &x [1, 2, {b: c}]\nd: *x\n<<: {e: f}\n",
    "- 'single ''quoted'''\n- \"double\\n\\x41\\u00e9\"\n- !!str 1\n- ~\n- 2001-12-14\n- .inf\n",
    "? complex\n: value\n# comment\n--- \nsecond: 1\n...\n",
    '{"json": ["flow", {"in": "yaml"}]}',
    "%YAML 1.1\n---\na: 0o17\nb: 0x1F\nc: 1_000\nd: yes\n",
  ],
  tokens: [
    "- ",
    ": ",
    "? ",
    "&a",
    "*a",
    "!!int ",
    "|",
    ">",
    "|2-",
    "\n",
    "  ",
    "\t",
    "[",
    "]",
    "{",
    "}",
    ",",
    "#",
    "'",
    '"',
    "---\n",
    "...\n",
    "<<: ",
    "%TAG ! x\n",
    "!<x>",
    "~",
  ],
};

function yaml(dice: Dice): string | undefined {
  const text = mutated(dice, yamlGrammar);
  const bytes = dice.chance(0.2) ? mutatedBytes(dice, [Buffer.from(text)]) : text;
  const { value, problem } = parsed(bytes, () => ({ read: loadYaml(bytes) }));
  if (problem !== undefined || value === undefined) return problem;
  return parsed(bytes, () => loadYaml(bytes, { duplicateKeys: "error" })).problem;
}

const objects: readonly JsonObject[] = [
  {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "x", labels: { a: "b" }, creationTimestamp: "2026-01-01T00:00:00Z" },
    data: { a: "b", c: "d" },
    binaryData: { e: "AAEC" },
    immutable: true,
  },
  {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p", ownerReferences: [{ apiVersion: "v1", kind: "Node", name: "n", uid: "u" }] },
    spec: {
      containers: [
        {
          name: "a",
          image: "a",
          resources: { limits: { cpu: "100m" } },
          ports: [{ containerPort: 80 }],
          livenessProbe: { httpGet: { port: "http", path: "/" }, periodSeconds: 5 },
        },
      ],
    },
  },
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "d" },
    spec: {
      replicas: 3,
      selector: { matchLabels: { a: "b" } },
      template: { metadata: {}, spec: { containers: [] } },
      strategy: { rollingUpdate: { maxSurge: "25%", maxUnavailable: 1 } },
    },
  },
  {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "w.example.com" },
    spec: {
      group: "example.com",
      names: { plural: "w", kind: "W" },
      scope: "Cluster",
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: "object",
              properties: { a: { type: "array", items: { type: "string" }, default: ["x"] } },
            },
          },
        },
      ],
    },
  },
];

function protobufTarget(): ParserTarget {
  const seeds = objects.map((object) => encodeProtobuf(object));
  return {
    name: "protobuf",
    run: (dice) => {
      const bytes = mutatedBytes(dice, seeds);
      const { value, problem } = parsed(bytes, () => decodeProtobuf(bytes));
      if (problem !== undefined || value === undefined) return problem;
      const struct = structOf(value);
      if (struct === undefined) return undefined;
      const read = parsed(bytes, () => decodeObject(struct, value).value);
      if (read.problem !== undefined || read.value === undefined) return read.problem;
      const plain = read.value;
      return parsed(bytes, () => {
        const { apiVersion = "", kind = "" } = value;
        decodeProtobuf(encodeProtobuf({ ...plain, apiVersion, kind }));
      }).problem;
    },
  };
}

const structs: Readonly<Record<string, string>> = {
  ConfigMap: "core.v1.ConfigMap",
  Pod: "core.v1.Pod",
  Deployment: "apps.v1.Deployment",
};

function structOf({ kind }: JsonObject): ReturnType<typeof goStruct> {
  const name = typeof kind === "string" && Object.hasOwn(structs, kind) ? structs[kind] : undefined;
  return name === undefined ? undefined : goStruct(name);
}

const patchGrammar: Grammar = {
  seeds: [
    '[{"op":"add","path":"/spec/list/-","value":{"a":1}},{"op":"remove","path":"/data/a"}]',
    '[{"op":"replace","path":"/metadata/labels/a~1b","value":null},{"op":"test","path":"","value":{}}]',
    '[{"op":"move","from":"/data/a","path":"/data/b"},{"op":"copy","from":"/data","path":"/spec/copy"}]',
    '{"data":{"a":null,"__proto__":{"x":1}},"spec":[1,{"b":null}]}',
  ],
  tokens: [
    '"op"',
    '"path"',
    '"add"',
    '"remove"',
    '"/"',
    '"/-"',
    "/0",
    "/-1",
    "/01",
    "~0",
    "~1",
    "~2",
    "/__proto__",
    '"from"',
    '"value":',
    "{",
    "}",
    "[",
    "]",
    ",",
    "null",
    '"/data/a"',
  ],
};

const patched: JsonObject = {
  metadata: { labels: { "a/b": "c" } },
  data: { a: "b" },
  spec: { list: [1, { x: [] }] },
};

function jsonPatch(dice: Dice): string | undefined {
  const text = mutated(dice, patchGrammar);
  const before = JSON.stringify(patched);
  const { value: patch } = parsed(text, () => parseJson(text));
  if (patch === undefined) return undefined;
  const merged = parsed(text, () => writeJson(applyMergePatch(patched, patch)));
  if (merged.problem !== undefined) return merged.problem;
  if (!Array.isArray(patch)) return undefined;
  const { problem } = parsed(text, () => writeJson(applyJsonPatch(patched, patch as readonly JsonValue[])));
  if (JSON.stringify(patched) !== before) return `${show(text)}: changes what it is applied to`;
  return problem ?? (Object.hasOwn(Object.prototype, "x") ? `${show(text)}: reaches a prototype` : undefined);
}

const labelGrammar: Grammar = {
  seeds: [
    "a=b,c!=d",
    "app in (x, y),tier notin (z)",
    "!a,b",
    "a.b/c==d",
    "n>1,m<2",
    "x,!y,z in (),in in (notin)",
  ],
  tokens: ["=", "==", "!=", "!", ",", "(", ")", " in ", " notin ", ">", "<", "/", " ", "a", "exists"],
};

const fieldGrammar: Grammar = {
  seeds: ["metadata.name=x", "a!=b,c==d\\,e", "spec.nodeName=\\=,b=\\\\"],
  tokens: ["=", "==", "!=", ",", "\\", "\\,", "\\=", ".", "a"],
};

const quantityGrammar: Grammar = {
  seeds: ["100m", "1.5Gi", "-2e3", "0.1", "1E", "+.5n", "12345678901234567890Ki"],
  tokens: ["m", "k", "Ki", "Gi", "E", "Ei", "n", "u", "e", "e-", ".", "-", "+", "0", "9", "e99999999", " "],
};

const timeGrammar: Grammar = {
  seeds: ["2026-01-01T00:00:00Z", "2026-02-29T23:59:60.123456+05:30", "0000-00-00T00:00:00Z"],
  tokens: ["-", ":", "T", "Z", "+00:00", ".", "9", "0"],
};

const celGrammar: Grammar = {
  seeds: [
    "object.spec.replicas <= 5 && has(object.metadata.labels.app)",
    "variables.list.all(x, x.size() > 2) ? 'a' : b\"c\"",
    "[1u, 2.0, -3].map(x, x > 1, x * 2).exists(y, y == 4)",
    "{'a': 1, \"b\": {r'\\c': null}}['a'] in [1,2] || matches('x', '[a-z]+')",
    "duration('1h') < timestamp('2026-01-01T00:00:00Z') - timestamp('2025-01-01T00:00:00Z')",
    "quantity('1Gi').isGreaterThan(quantity('1Mi')) && url('https://a').getHost() == 'a'",
  ],
  tokens: [
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ".",
    "?",
    ":",
    "&&",
    "||",
    "!",
    "-",
    "==",
    "in",
    "'",
    '"',
    "'''",
    "r'",
    "b'",
    "\\x",
    "\\u{",
    "0x",
    "1e9",
    "u",
    ",",
    ".all(",
    "has(",
    "//",
    "object",
    "._",
    "?.",
    "[?",
  ],
};

function textTarget(name: string, grammar: Grammar, parse: (text: string) => unknown): ParserTarget {
  return {
    name,
    run: (dice) => {
      const text = mutated(dice, grammar);
      return parsed(text, () => parse(text)).problem;
    },
  };
}

/** Parsers that are functions of a text. */
export function textParsers(): readonly ParserTarget[] {
  const environment = kubernetes([
    ["object", DYN],
    ["variables", DYN],
  ]);
  return [
    { name: "json", run: json },
    { name: "yaml", run: yaml },
    protobufTarget(),
    { name: "json-patch", run: jsonPatch },
    textTarget("label-selector", labelGrammar, (text) =>
      parseLabelSelector(text).matches({ a: "b", app: "x" }),
    ),
    textTarget("field-selector", fieldGrammar, (text) => matchesFields(parseFieldSelector(text), () => "x")),
    textTarget("quantity", quantityGrammar, (text) => {
      normalizeQuantity(text);
      parseQuantity(text);
    }),
    textTarget("time", timeGrammar, (text) => normalizeTime(text)),
    textTarget("cel", celGrammar, (text) => compile(text, environment)),
  ];
}
