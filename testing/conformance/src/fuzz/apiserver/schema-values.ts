import type { JsonValue } from "@weir/core";
import type { Dice } from "../dice.ts";
import type { SchemaNode } from "./schema-node.ts";

const TEXTS = [
  "a",
  "b",
  "ab",
  "x",
  "y",
  "bad",
  "on",
  "",
  "12",
  "50%",
  "long enough text",
  "z/y",
  "2020-01-01",
  "ä",
];
const FORMATTED: Readonly<Record<string, readonly string[]>> = {
  "date-time": [
    "2020-01-02T03:04:05Z",
    "2020-01-02T03:04:05.123+02:00",
    "2020-01-02",
    "2020-13-02T03:04:05Z",
  ],
  date: ["2020-01-02", "2020-02-30", "2020-1-2"],
  duration: ["5m", "1h30m", "3 days", "x", "90s", "1w"],
  byte: ["YWI=", "YWI", "?", ""],
  uri: ["http://a.example/b", "not a uri", "/a", "urn:x:y"],
  email: ["a@example.com", "a", "A <a@example.com>"],
  ipv4: ["10.1.2.3", "10.1.2.300", "::1", "010.1.2.3"],
  ipv6: ["::1", "fe80::1%eth0", "10.1.2.3", "1:2:3:4:5:6:7:8"],
  cidr: ["10.1.0.0/16", "10.1.0.0", "::/0", "10.1.2.3/33"],
  mac: ["00:11:22:33:44:55", "00-11-22-33-44-55", "0011.2233.4455", "x"],
  uuid: ["01234567-89ab-cdef-0123-456789abcdef", "0123456789abcdef0123456789abcdef", "x"],
  uuid4: ["01234567-89ab-4def-8123-456789abcdef", "01234567-89ab-cdef-0123-456789abcdef"],
  hostname: ["a.example.com", "-a", "a_b", "a..b"],
  int64: ["1"],
  "k8s-short-name": ["a-b", "a.b", "A", "-"],
  "k8s-long-name": ["a.b", "a..b", "A"],
  isbn: ["0321751043", "978-0321751041", "1"],
  hexcolor: ["#fff", "#ffffff", "fff", "#ff"],
  creditcard: ["4111-1111-1111-1111", "4111111111111111", "1"],
  ssn: ["111-11-1111", "1"],
};
const MAP_KEYS = ["x", "y", "z", "a.b/c", "k 1"];
const ANYTHING: readonly JsonValue[] = [
  "text",
  5,
  -1,
  1.5,
  true,
  null,
  [],
  {},
  { a: 1 },
  [1, 1],
  ["x", "x"],
  [{ name: "x" }, { name: "x" }],
  [null],
  { a: null },
  "",
  "true",
  1e20,
  3000000000,
];

/** A value for a node; at every step it is wrong with the given probability. */
export function someValue(dice: Dice, node: SchemaNode, wrong: number): JsonValue {
  if (node.refused !== undefined && dice.chance(wrong * 2)) return dice.pick(node.refused);
  if (dice.chance(wrong)) return dice.pick(ANYTHING);
  if (node.nullable === true && dice.chance(0.15)) return null;
  if (node.enum !== undefined && dice.chance(wrong === 0 ? 1 : 0.95)) return dice.pick(node.enum);
  if (node["x-kubernetes-int-or-string"] === true) return dice.pick<JsonValue>([1, 5, 80, "50%", "12"]);
  const make = MAKERS[node.type ?? ""];
  return make === undefined ? dice.pick(ANYTHING) : make(dice, node, wrong);
}

const MAKERS: Readonly<Record<string, (dice: Dice, node: SchemaNode, wrong: number) => JsonValue>> = {
  object: objectValue,
  array: listValue,
  string: textValue,
  integer: integerValue,
  number: (dice) => dice.pick([0, 1, 1.5, 2, 3.25, 5, 10, -1]),
  boolean: (dice) => dice.chance(0.5),
};

function integerValue(dice: Dice, { minimum = 0, maximum = 9 }: SchemaNode, wrong: number): JsonValue {
  return wrong === 0 || dice.chance(0.5) ? dice.int(minimum, maximum) : dice.pick([0, 1, 2, 4, 6, 7, 10]);
}

function textValue(dice: Dice, { pattern, format, minLength = 0, maxLength }: SchemaNode): string {
  const known = format === undefined ? undefined : FORMATTED[format];
  if (known !== undefined) return dice.chance(0.75) ? (known[0] as string) : dice.pick(known);
  if (pattern !== undefined && dice.chance(0.8)) return dice.pick(["a", "ab", "x", "b"]);
  const fitting = TEXTS.filter((text) => text.length >= minLength && text.length <= (maxLength ?? 100));
  return dice.pick(fitting.length === 0 || dice.chance(0.05) ? TEXTS : fitting);
}

function objectValue(dice: Dice, node: SchemaNode, wrong: number): JsonValue {
  const { properties = {}, required = [] } = node;
  const result: Record<string, JsonValue> = {};
  if (node["x-kubernetes-embedded-resource"] === true) Object.assign(result, embeddedHead(dice, wrong));
  for (const [name, child] of Object.entries(properties)) {
    if (dice.chance(required.includes(name) ? 1 - wrong : 0.6)) result[name] = someValue(dice, child, wrong);
  }
  Object.assign(result, otherValues(dice, node, wrong));
  return result;
}

/** Values of a map, and of unknown fields. */
function otherValues(dice: Dice, node: SchemaNode, wrong: number): Record<string, JsonValue> {
  const { additionalProperties } = node;
  const result: Record<string, JsonValue> = {};
  const most = typeof additionalProperties === "object" ? Math.min(3, node.maxProperties ?? 3) : 0;
  const some = dice.some(MAP_KEYS, most);
  const isLacking = most > 0 && some.length === 0 && (node.minProperties ?? 0) > 0;
  for (const key of isLacking ? ["x"] : some)
    result[key] = someValue(dice, additionalProperties as SchemaNode, wrong);
  const unknown = takesAll(node) || dice.chance(wrong) ? dice.some(["u", "v", "w"], 2) : [];
  for (const key of unknown) result[key] = dice.pick(ANYTHING);
  return result;
}

function takesAll(node: SchemaNode): boolean {
  return node["x-kubernetes-preserve-unknown-fields"] === true || node.additionalProperties === true;
}

function embeddedHead(dice: Dice, wrong: number): JsonValue {
  const head = {
    apiVersion: dice.pick(["v1", "v1", "apps/v1", "a/b/c", ""]),
    kind: dice.pick(["ConfigMap", "Widget", "a b"]),
    metadata: dice.pick<JsonValue>([
      { name: "e" },
      { name: "E!" },
      { name: "e", unknown: 1 },
      {},
      { name: "e", labels: { a: "b" } },
    ]),
  };
  const safe = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "e", labels: { a: "b" } } };
  return dice.chance(wrong * 3) ? head : safe;
}

function listValue(dice: Dice, node: SchemaNode, wrong: number): JsonValue {
  const { items = {} } = node;
  const values = dice.many(node.minItems ?? 0, Math.min(3, node.maxItems ?? 3), () =>
    someValue(dice, items, wrong),
  );
  const type = node["x-kubernetes-list-type"];
  const keepsTwice = dice.chance(wrong) || (type !== "set" && type !== "map");
  if (keepsTwice) return values;
  const keys = node["x-kubernetes-list-map-keys"];
  return distinct(values, (value) => idOf(value, keys, items));
}

function distinct(values: readonly JsonValue[], id: (value: JsonValue) => string): JsonValue[] {
  const seen = new Set<string>();
  return values.filter((value) => {
    const own = id(value);
    const isNew = !seen.has(own);
    seen.add(own);
    return isNew;
  });
}

/** What tells an item of a list from others. */
function idOf(value: JsonValue, keys: readonly string[] | undefined, items: SchemaNode): string {
  if (keys === undefined || typeof value !== "object" || value === null) return JSON.stringify(value);
  const fields = value as { readonly [key: string]: JsonValue };
  return JSON.stringify(keys.map((key) => fields[key] ?? items.properties?.[key]?.default));
}
