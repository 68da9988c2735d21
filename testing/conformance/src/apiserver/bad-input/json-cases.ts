import { type BadCase, bytes, CONFIG_MAPS, DEPLOYMENTS, object, PODS, posted, WIDGETS } from "./bad-case.ts";

const whole = object("ConfigMap", ',"data":{"a":"b"}');

function data(value: string): string {
  return object("ConfigMap", `,"data":{"a":${value}}`);
}

/** Texts that are no JSON, or no object. */
const texts: readonly string[] = [
  "",
  " ",
  "null",
  "true",
  "123",
  '"text"',
  "[]",
  "[{}]",
  "{}",
  "{",
  '{"a',
  '{"a"',
  '{"a":',
  '{"a":1',
  '{"a":1,',
  '{"a":1,}',
  '{"a":[1,]}',
  '{"a":[1',
  '{"a":"b',
  '{"a":"b\\',
  '{"a" 1}',
  "{'a':1}",
  "{a:1}",
  '{"a":1 "b":2}',
  '{"a":1}// comment',
  '/* c */{"a":1}',
  '{,"a":1}',
  '{"a"::1}',
  "{1:2}",
  "}",
  "]",
  ",",
  ":",
  "-",
  "nul",
  "nulll",
  "tru",
  "falsee",
  "NaN",
  "\u0000",
  "\u00a0{}",
  "\ufeff{}",
  whole.slice(0, -1),
  whole.slice(0, -3),
  `${whole}}`,
  `${whole} x`,
  `${whole}${whole}`,
  `${whole}\n\n`,
  `${whole},`,
  `${whole}\u0000`,
  `  ${whole}`,
];

const numbers: readonly string[] = [
  "-",
  "01",
  "-01",
  "1.",
  ".5",
  "1e",
  "1e+",
  "+1",
  "0x10",
  "1_000",
  "Infinity",
  "-0",
  "-0.0",
  "1.5",
  "1.0",
  "1e3",
  "1e-3",
  "1e999",
  "-1e999",
  "2147483647",
  "2147483648",
  "-2147483649",
  "9007199254740993",
  "9223372036854775807",
  "9223372036854775808",
  "-9223372036854775809",
  "18446744073709551615",
  "18446744073709551616",
  "1e19",
  `1${"0".repeat(400)}`,
  '"1"',
  "true",
  "null",
  "[]",
  "{}",
  '""',
];

const strings: readonly (readonly [name: string, value: Uint8Array])[] = [
  ["a line break", bytes('"x\ny"')],
  ["a tab", bytes('"x\ty"')],
  ["NUL", bytes('"x\u0000y"')],
  ["U+001F", bytes('"x\u001fy"')],
  ["U+007F", bytes('"x\u007fy"')],
  ["an unknown escape", bytes('"\\x41"')],
  ["a short unicode escape", bytes('"\\u12"')],
  ["a wrong unicode escape", bytes('"\\u12G4"')],
  ["a lone high surrogate", bytes('"\\ud800"')],
  ["a lone low surrogate", bytes('"\\udc00"')],
  ["two high surrogates", bytes('"\\ud800\\ud800"')],
  ["a high surrogate before a letter", bytes('"\\ud800a"')],
  ["a pair of surrogates", bytes('"\\ud83d\\ude00"')],
  ["an escaped NUL", bytes('"\\u0000"')],
  ["a single quote escaped", bytes('"\\\'"')],
  ["byte FF", bytes('"x', [0xff], 'y"')],
  ["a truncated sequence", bytes('"x', [0xe2, 0x82], 'y"')],
  ["an overlong sequence", bytes('"x', [0xc0, 0x80], 'y"')],
  ["an encoded surrogate", bytes('"x', [0xed, 0xa0, 0x80], 'y"')],
  ["a value beyond Unicode", bytes('"x', [0xf4, 0x90, 0x80, 0x80], 'y"')],
  ["U+2028", bytes('"x\u2028y"')],
  ["U+FFFF", bytes('"x\uffffy"')],
];

function around(before: string, value: Uint8Array, after: string): Uint8Array {
  return Buffer.concat([Buffer.from(before), value, Buffer.from(after)]);
}

const wrongTypes: readonly (readonly [kind: string, field: string, rest: string, meta?: string])[] = [
  ["ConfigMap", "data a text", ',"data":"x"'],
  ["ConfigMap", "data a list", ',"data":["x"]'],
  ["ConfigMap", "data a number", ',"data":1'],
  ["ConfigMap", "data null", ',"data":null'],
  ["ConfigMap", "data of nulls", ',"data":{"a":null}'],
  ["ConfigMap", "data of objects", ',"data":{"a":{"b":1}}'],
  ["ConfigMap", "immutable a text", ',"immutable":"true"'],
  ["ConfigMap", "immutable a number", ',"immutable":1'],
  ["ConfigMap", "binaryData no base64", ',"binaryData":{"a":"%%%"}'],
  ["ConfigMap", "binaryData a number", ',"binaryData":{"a":1}'],
  ["ConfigMap", "binaryData with line breaks", ',"binaryData":{"a":"aGVs\\nbG8="}'],
  ["ConfigMap", "binaryData unpadded", ',"binaryData":{"a":"aGVsbG8"}'],
  ["ConfigMap", "labels a list", "", ',"labels":[]'],
  ["ConfigMap", "labels of numbers", "", ',"labels":{"a":1}'],
  ["ConfigMap", "labels of booleans", "", ',"labels":{"a":true}'],
  ["ConfigMap", "labels of nulls", "", ',"labels":{"a":null}'],
  ["ConfigMap", "finalizers a text", "", ',"finalizers":"x"'],
  ["ConfigMap", "finalizers of numbers", "", ',"finalizers":[1]'],
  ["ConfigMap", "ownerReferences an object", "", ',"ownerReferences":{}'],
  ["ConfigMap", "ownerReferences of texts", "", ',"ownerReferences":["x"]'],
  ["ConfigMap", "ownerReferences of nulls", "", ',"ownerReferences":[null]'],
  ["ConfigMap", "creationTimestamp no time", "", ',"creationTimestamp":"yesterday"'],
  ["ConfigMap", "creationTimestamp a number", "", ',"creationTimestamp":1'],
  ["ConfigMap", "generation a text", "", ',"generation":"1"'],
  ["ConfigMap", "generation a fraction", "", ',"generation":1.5'],
  ["ConfigMap", "managedFields a text", "", ',"managedFields":"x"'],
  ["ConfigMap", "managedFields of a wrong fieldsV1", "", ',"managedFields":[{"fieldsV1":"x"}]'],
  ["ConfigMap", "uid a number", "", ',"uid":1'],
  ["ConfigMap", "__proto__", ',"__proto__":{"a":1}'],
  ["ConfigMap", "__proto__ in data", ',"data":{"__proto__":"x","constructor":"y"}'],
  ["ConfigMap", "Data with a capital", ',"Data":{"a":"b"}'],
  ["Deployment", "spec null", ',"spec":null'],
  ["Deployment", "spec a list", ',"spec":[]'],
  ["Deployment", "template a text", ',"spec":{"template":"x"}'],
  ["Deployment", "containers an object", ',"spec":{"template":{"spec":{"containers":{}}}}'],
  ["Deployment", "containers of nulls", ',"spec":{"template":{"spec":{"containers":[null]}}}'],
  ["Deployment", "maxSurge an object", ',"spec":{"strategy":{"rollingUpdate":{"maxSurge":{}}}}'],
  ["Deployment", "maxSurge true", ',"spec":{"strategy":{"rollingUpdate":{"maxSurge":true}}}'],
  ["Deployment", "maxSurge a fraction", ',"spec":{"strategy":{"rollingUpdate":{"maxSurge":1.5}}}'],
  [
    "Pod",
    "a quantity that is none",
    ',"spec":{"containers":[{"name":"a","image":"a","resources":{"limits":{"cpu":"x"}}}]}',
  ],
  [
    "Pod",
    "a quantity that is true",
    ',"spec":{"containers":[{"name":"a","image":"a","resources":{"limits":{"cpu":true}}}]}',
  ],
  [
    "Pod",
    "a quantity that is 1e999",
    ',"spec":{"containers":[{"name":"a","image":"a","resources":{"limits":{"cpu":1e999}}}]}',
  ],
  [
    "Pod",
    "an empty quantity",
    ',"spec":{"containers":[{"name":"a","image":"a","resources":{"limits":{"cpu":""}}}]}',
  ],
  ["Widget", "spec a text", ',"spec":"x"'],
  ["Widget", "spec null", ',"spec":null'],
  ["Widget", "spec.list an object", ',"spec":{"list":{}}'],
  ["Widget", "__proto__", ',"__proto__":{"a":1},"spec":{"__proto__":{"a":1},"free":{"__proto__":{"a":1}}}'],
  ["Widget", "labels of numbers", "", ',"labels":{"a":1}'],
  ["Widget", "labels a text", "", ',"labels":"a"'],
  ["Widget", "finalizers of numbers", "", ',"finalizers":[1]'],
  ["Widget", "creationTimestamp no time", "", ',"creationTimestamp":"yesterday"'],
  ["Widget", "generation a text", "", ',"generation":"1"'],
  ["Widget", "ownerReferences of texts", "", ',"ownerReferences":["x"]'],
  ["Widget", "an unknown field of the metadata", "", ',"unknown":1'],
];

const targets: Readonly<Record<string, string>> = {
  ConfigMap: CONFIG_MAPS,
  Deployment: DEPLOYMENTS,
  Pod: PODS,
  Widget: WIDGETS,
};

const typeMeta: readonly string[] = [
  '{"apiVersion":1,"kind":"ConfigMap"}',
  '{"apiVersion":"v1","kind":1}',
  '{"apiVersion":"v1","kind":{}}',
  '{"apiVersion":[],"kind":"ConfigMap"}',
  '{"apiVersion":null,"kind":null,"metadata":{"name":"x"}}',
  '{"apiVersion":"","kind":"","metadata":{"name":"x"}}',
  '{"kind":"ConfigMap","metadata":{"name":"x"}}',
  '{"apiVersion":"v1","metadata":{"name":"x"}}',
  '{"APIVERSION":"v1","KIND":"ConfigMap","metadata":{"name":"x"}}',
  '{"apiVersion":"v1","kind":"ConfigMap","metadata":"x"}',
  '{"apiVersion":"v1","kind":"ConfigMap","metadata":[]}',
  '{"apiVersion":"v1","kind":"ConfigMap","metadata":null}',
  '{"apiVersion":"v1","kind":"ConfigMap","metadata":1}',
  '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":1}}',
  '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":null}}',
  '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":{}}}',
  '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":["x"]}}',
  '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"x"}}',
  '{"apiVersion":"v1","kind":"Nothing","metadata":{"name":"x"}}',
  '{"apiVersion":"v2","kind":"ConfigMap","metadata":{"name":"x"}}',
  '{"apiVersion":"apps/v1","kind":"ConfigMap","metadata":{"name":"x"}}',
  '{"apiVersion":"a/b/c","kind":"ConfigMap","metadata":{"name":"x"}}',
  '{"apiVersion":"/","kind":"ConfigMap","metadata":{"name":"x"}}',
  '{"apiVersion":"/v1","kind":"ConfigMap","metadata":{"name":"x"}}',
  '{"apiVersion":"v1/","kind":"ConfigMap","metadata":{"name":"x"}}',
  '{"apiVersion":"v1","kind":"configmap","metadata":{"name":"x"}}',
  '{"apiVersion":"v1","kind":"ConfigMapList","items":[]}',
  '{"apiVersion":"v1","kind":"List","items":[]}',
  '{"apiVersion":"v1","kind":"Status"}',
  '{"apiVersion":"v1","kind":"DeleteOptions"}',
];

const DEPTHS = [9_990, 9_998, 9_999, 10_000, 10_001, 100_000];

function nested(depth: number, open: string, close: string): string {
  return `${open.repeat(depth)}${close.repeat(depth)}`;
}

function deep(): readonly BadCase[] {
  return DEPTHS.flatMap((depth) => [
    posted(`JSON: ${depth} lists`, CONFIG_MAPS, () => bytes(nested(depth, "[", "]"))),
    posted(`JSON: ${depth} objects`, CONFIG_MAPS, () =>
      bytes(`${nested(depth, '{"a":', "}")}`.replace(":}", ":1}")),
    ),
    posted(`JSON: ${depth} lists in data`, CONFIG_MAPS, () => bytes(data(nested(depth, "[", "]")))),
    posted(`JSON: ${depth} lists in an unknown field`, `${CONFIG_MAPS}?fieldValidation=Ignore`, () =>
      bytes(object("ConfigMap", `,"u":${nested(depth, "[", "]")}`)),
    ),
    posted(`JSON: ${depth} open lists`, CONFIG_MAPS, () => bytes("[".repeat(depth))),
    posted(`JSON: ${depth} lists in an untyped field of a custom resource`, WIDGETS, () =>
      bytes(object("Widget", `,"spec":{"free":{"a":${nested(depth, "[", "]")}}}`)),
    ),
    posted(`JSON: ${depth} lists in an unknown field of a custom resource`, WIDGETS, () =>
      bytes(object("Widget", `,"u":${nested(depth, "[", "]")}`)),
    ),
  ]);
}

export const jsonCases: readonly BadCase[] = [
  ...texts.map((text, index) =>
    posted(`JSON: ${index} ${JSON.stringify(text).slice(0, 90)}`, CONFIG_MAPS, text),
  ),
  ...texts.map((text, index) =>
    posted(`JSON: custom resource of ${index} ${JSON.stringify(text).slice(0, 90)}`, WIDGETS, text),
  ),
  ...numbers.flatMap((text) => {
    const shown = text.length > 40 ? `a number of ${text.length} digits` : text;
    return [
      posted(`JSON: data.a ${shown}`, CONFIG_MAPS, data(text)),
      posted(
        `JSON: spec.replicas ${shown}`,
        DEPLOYMENTS,
        object("Deployment", `,"spec":{"replicas":${text}}`),
      ),
      posted(
        `JSON: activeDeadlineSeconds ${shown}`,
        PODS,
        object("Pod", `,"spec":{"activeDeadlineSeconds":${text},"containers":[{"name":"a","image":"a"}]}`),
      ),
      posted(
        `JSON: integer of a custom resource ${shown}`,
        WIDGETS,
        object("Widget", `,"spec":{"size":${text}}`),
      ),
      posted(
        `JSON: number of a custom resource ${shown}`,
        WIDGETS,
        object("Widget", `,"spec":{"ratio":${text}}`),
      ),
      posted(
        `JSON: untyped of a custom resource ${shown}`,
        WIDGETS,
        object("Widget", `,"spec":{"free":{"a":${text}}}`),
      ),
    ];
  }),
  ...strings.flatMap(([name, value]) => [
    posted(
      `JSON: value with ${name}`,
      CONFIG_MAPS,
      around(`${object("ConfigMap").slice(0, -1)},"data":{"a":`, value, "}}"),
    ),
    posted(
      `JSON: key with ${name}`,
      CONFIG_MAPS,
      around(`${object("ConfigMap").slice(0, -1)},"data":{`, value, ':"v"}}'),
    ),
    posted(
      `JSON: kind with ${name}`,
      CONFIG_MAPS,
      around('{"apiVersion":"v1","metadata":{"name":"x"},"kind":', value, "}"),
    ),
    posted(
      `JSON: name with ${name}`,
      CONFIG_MAPS,
      around('{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":', value, "}}"),
    ),
    posted(
      `JSON: custom resource's text with ${name}`,
      WIDGETS,
      around(`${object("Widget").slice(0, -1)},"spec":{"text":`, value, "}}"),
    ),
    posted(
      `JSON: custom resource's key with ${name}`,
      WIDGETS,
      around(`${object("Widget").slice(0, -1)},"spec":{"free":{`, value, ":1}}}"),
    ),
  ]),
  posted("JSON: in UTF-16", CONFIG_MAPS, Buffer.from(whole, "utf16le")),
  ...wrongTypes.map(([kind, field, rest, meta]) =>
    posted(`JSON: ${kind} with ${field}`, targets[kind] ?? "", object(kind, rest, meta)),
  ),
  ...typeMeta.flatMap((text) => [
    posted(`JSON: types ${text}`, CONFIG_MAPS, text),
    posted(
      `JSON: types of a custom resource ${text}`,
      WIDGETS,
      text.replaceAll("ConfigMap", "Widget").replaceAll('"v1"', '"example.com/v1"'),
    ),
    posted(
      `JSON: types of a Deployment ${text}`,
      DEPLOYMENTS,
      text.replaceAll("ConfigMap", "Deployment").replaceAll('"v1"', '"apps/v1"'),
    ),
  ]),
  ...deep(),
];
