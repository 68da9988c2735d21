import type { JsonValue } from "@weir/core";
import type { Dice } from "../dice.ts";
import type { SchemaNode, SchemaRule } from "./schema-node.ts";
import { someValue } from "./schema-values.ts";

/** The names of all properties: few, so that patches and managers meet. */
export const PROPERTY_NAMES = ["a", "b", "c", "name", "value", "port", "items", "replicas", "on", "x-y"];

const FORMATS = [
  "date-time",
  "date",
  "duration",
  "byte",
  "uri",
  "email",
  "ipv4",
  "ipv6",
  "cidr",
  "mac",
  "uuid",
  "uuid4",
  "password",
  "hostname",
  "int64",
  "unknown-format",
  "k8s-short-name",
  "k8s-long-name",
  "isbn",
  "hexcolor",
  "creditcard",
  "ssn",
];
const PATTERNS = ["^[a-z]+$", "^a|b$", "\\d{2,3}", "^(?:x|y)*$", "^\\S+$", "[^/]*"];

/** A node for an object's whole: with a spec, mostly a status, sometimes more. */
export function someRoot(dice: Dice): SchemaNode {
  const spec = someObject(dice, 3);
  const rules = dice.maybe(0.08, () => [dice.pick(ROOT_RULES)]);
  return {
    type: "object",
    properties: {
      ...(dice.chance(0.05)
        ? { apiVersion: { type: "string" }, kind: { type: "string" }, metadata: { type: "object" } }
        : {}),
      spec: withDefault(dice, spec, 0.05),
      ...(dice.chance(0.7) ? { status: someObject(dice, 2) } : {}),
      ...(dice.chance(0.2) ? { extra: someNode(dice, 2) } : {}),
    },
    ...(dice.chance(0.1) ? { required: ["spec"] } : {}),
    ...(dice.chance(0.05) ? { "x-kubernetes-preserve-unknown-fields": true } : {}),
    ...(rules === undefined ? {} : { "x-kubernetes-validations": rules }),
  };
}

const ROOT_RULES: readonly SchemaRule[] = [
  { rule: "self.metadata.name != 'b'", message: "b is no name" },
  { rule: "has(self.spec) || has(self.status)" },
  { rule: "self.metadata.name.size() < 40 && self.kind != ''" },
  { rule: "!has(self.spec) || has(oldSelf.spec)" },
];

/** Any node of at most so many levels. */
export function someNode(dice: Dice, depth: number): SchemaNode {
  const simple = [someString, someString, someInteger, someNumber, someBoolean, someIntOrString];
  const nested = [
    someObject,
    someObject,
    someList,
    someList,
    someList,
    someMap,
    someMap,
    someUnknown,
    someEmbedded,
  ];
  const make = dice.pick(depth > 0 ? [...simple, ...nested] : simple);
  return finished(dice, make(dice, depth - 1));
}

function finished(dice: Dice, node: SchemaNode): SchemaNode {
  const rules = dice.maybe(0.1, () => someRules(dice, node));
  const ruled = {
    ...node,
    ...(dice.chance(0.1) ? { nullable: true } : {}),
    ...(dice.chance(0.05) ? { description: "what this is for" } : {}),
    ...(rules === undefined || rules.length === 0 ? {} : { "x-kubernetes-validations": rules }),
  };
  return withDefault(dice, ruled, 0.12);
}

function withDefault(dice: Dice, node: SchemaNode, chance: number): SchemaNode {
  if (!dice.chance(chance) || node["x-kubernetes-embedded-resource"] === true) return node;
  const isNull = node.nullable === true && dice.chance(0.2);
  return { ...node, default: isNull ? null : someValue(dice, node, dice.risks(0.05) ? 0.3 : 0) };
}

function someString(dice: Dice): SchemaNode {
  const node: SchemaNode = { type: "string" };
  if (dice.chance(0.2))
    return { ...node, enum: dice.shuffled(["x", "y", "z", "", "on"]).slice(0, dice.int(1, 3)) };
  if (dice.chance(0.15)) return { ...node, pattern: dice.pick(PATTERNS) };
  if (dice.chance(0.15)) return { ...node, format: dice.pick(FORMATS) };
  return {
    ...node,
    ...(dice.chance(0.12) ? { minLength: dice.int(0, 3) } : {}),
    ...(dice.chance(0.15) ? { maxLength: dice.int(1, 8) } : {}),
    ...junctors(dice, [
      { pattern: "^a" },
      { maxLength: 2 },
      { enum: ["x", "y"] },
      { minLength: 1 },
      { format: "date" },
    ]),
  };
}

function bounds(dice: Dice): SchemaNode {
  const minimum = dice.maybe(0.25, () => dice.int(-2, 3));
  const maximum = dice.maybe(0.25, () => dice.int(3, 12));
  return {
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
    ...(minimum !== undefined && dice.chance(0.2) ? { exclusiveMinimum: true } : {}),
    ...(maximum !== undefined && dice.chance(0.2) ? { exclusiveMaximum: true } : {}),
    ...(dice.chance(0.06) ? { multipleOf: dice.pick([2, 3, 5]) } : {}),
  };
}

function someInteger(dice: Dice): SchemaNode {
  return {
    type: "integer",
    ...(dice.chance(0.3) ? { format: dice.pick(["int32", "int64"]) } : {}),
    ...(dice.chance(0.08) ? { enum: [1, 2, 5] } : bounds(dice)),
    ...junctors(dice, [{ minimum: 2 }, { maximum: 5 }, { multipleOf: 2 }, { enum: [1, 3] }]),
  };
}

function someNumber(dice: Dice): SchemaNode {
  return {
    type: "number",
    ...(dice.chance(0.2) ? { format: dice.pick(["float", "double", "int32"]) } : {}),
    ...bounds(dice),
  };
}

function someBoolean(): SchemaNode {
  return { type: "boolean" };
}

function someIntOrString(dice: Dice): SchemaNode {
  return {
    "x-kubernetes-int-or-string": true,
    ...(dice.chance(0.4) ? { anyOf: [{ type: "integer" }, { type: "string" }] } : {}),
    ...(dice.chance(0.2) ? { pattern: "^[0-9]+%?$" } : {}),
    ...(dice.chance(0.15) ? { minimum: 1 } : {}),
  };
}

function junctors(dice: Dice, parts: readonly SchemaNode[]): SchemaNode {
  if (!dice.chance(0.08)) return {};
  const some = dice.shuffled(parts).slice(0, dice.int(1, 3));
  const [first = {}] = some;
  return dice.pick<SchemaNode>([{ anyOf: some }, { allOf: some }, { oneOf: some }, { not: first }]);
}

/** An object of named fields. */
export function someObject(dice: Dice, depth: number): SchemaNode {
  const names = dice.shuffled(PROPERTY_NAMES).slice(0, dice.int(1, 4)).sort();
  const properties = Object.fromEntries(names.map((name) => [name, someNode(dice, depth)]));
  const required = dice.chance(0.25) ? dice.some(names, 2) : [];
  return {
    type: "object",
    properties,
    ...(required.length === 0 ? {} : { required }),
    ...(dice.chance(0.08) ? { "x-kubernetes-map-type": dice.pick(["atomic", "atomic", "granular"]) } : {}),
    ...(dice.chance(0.06) ? { "x-kubernetes-preserve-unknown-fields": true } : {}),
    ...(dice.chance(0.04) ? { maxProperties: dice.int(1, 3) } : {}),
    ...(dice.chance(0.04) ? { minProperties: dice.int(1, 2) } : {}),
    ...junctors(
      dice,
      names.map((name) => ({ required: [name] })),
    ),
  };
}

function someMap(dice: Dice, depth: number): SchemaNode {
  return {
    type: "object",
    additionalProperties: dice.chance(0.05) ? true : someNode(dice, depth),
    ...(dice.chance(0.2) ? { "x-kubernetes-map-type": dice.pick(["atomic", "atomic", "granular"]) } : {}),
    ...(dice.chance(0.2) ? { maxProperties: dice.int(1, 4) } : {}),
    ...(dice.chance(0.05) ? { minProperties: 1 } : {}),
  };
}

function someUnknown(dice: Dice): SchemaNode {
  const isTyped = dice.chance(0.7);
  return { ...(isTyped ? { type: "object" } : {}), "x-kubernetes-preserve-unknown-fields": true };
}

function someEmbedded(dice: Dice): SchemaNode {
  return {
    type: "object",
    "x-kubernetes-embedded-resource": true,
    ...(dice.chance(0.6)
      ? { "x-kubernetes-preserve-unknown-fields": true }
      : { properties: { spec: someObject(dice, 0) } }),
  };
}

function someList(dice: Dice, depth: number): SchemaNode {
  const most = dice.maybe(0.3, () => dice.int(1, 5));
  const sizes = {
    ...(most === undefined ? {} : { maxItems: most }),
    ...(dice.chance(0.08) ? { minItems: 1 } : {}),
  };
  const kind = dice.pick(["plain", "plain", "atomic", "set", "set", "map", "map", "map"]);
  if (kind === "map") return { ...mapList(dice, depth), ...sizes };
  if (kind === "set")
    return { type: "array", "x-kubernetes-list-type": "set", items: setItems(dice), ...sizes };
  return {
    type: "array",
    ...(kind === "atomic" ? { "x-kubernetes-list-type": "atomic" } : {}),
    items: someNode(dice, depth),
    ...sizes,
  };
}

function setItems(dice: Dice): SchemaNode {
  if (dice.chance(0.1))
    return { type: "object", "x-kubernetes-map-type": "atomic", properties: { a: { type: "string" } } };
  if (dice.chance(0.07)) {
    return { type: "array", "x-kubernetes-list-type": "atomic", items: { type: "string" } };
  }
  const items = dice.pick([someString, someInteger, someBoolean, someIntOrString])(dice);
  return items;
}

const KEY_TYPES: Readonly<Record<string, readonly [type: string, usual: JsonValue]>> = {
  port: ["integer", 80],
  on: ["boolean", true],
};

function mapList(dice: Dice, depth: number): SchemaNode {
  const keys = dice.chance(0.7)
    ? ["name"]
    : dice.pick([["name", "port"], ["port"], ["port", "value"], ["on"]]);
  const properties: Record<string, SchemaNode> = {};
  for (const name of dice.shuffled(["a", "b", "value", "c"]).slice(0, dice.int(0, 2)))
    properties[name] = someNode(dice, depth);
  const required: string[] = [];
  for (const key of keys) {
    const [type, usual] = KEY_TYPES[key] ?? ["string", "x"];
    const isDefaulted = key === keys[0] ? dice.chance(0.08) : dice.chance(0.7);
    properties[key] = { type, ...(isDefaulted ? { default: usual } : {}) };
    if (!isDefaulted) required.push(key);
  }
  if (dice.risks(0.04)) required.pop();
  return {
    type: "array",
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": keys,
    items: { type: "object", properties, ...(required.length === 0 ? {} : { required }) },
  };
}

function someRules(dice: Dice, node: SchemaNode): readonly SchemaRule[] {
  const rules = RULES.filter(([applies]) => applies(node)).flatMap(([, texts]) => texts);
  if (rules.length === 0) return [];
  return dice.many(1, 2, () => ({
    rule: dice.pick(rules),
    ...(dice.chance(0.3) ? { message: "must be otherwise" } : {}),
    ...(dice.chance(0.1) ? { messageExpression: "'got ' + string(self)" } : {}),
    ...(dice.chance(0.15)
      ? {
          reason: dice.pick([
            "FieldValueInvalid",
            "FieldValueForbidden",
            "FieldValueRequired",
            "FieldValueDuplicate",
          ]),
        }
      : {}),
  }));
}

const RULES: readonly (readonly [applies: (node: SchemaNode) => boolean, rules: readonly string[]])[] = [
  [
    ({ type, enum: e, format }) => type === "string" && e === undefined && format === undefined,
    [
      "self != 'bad'",
      "self.startsWith('a')",
      "self == oldSelf",
      "self.size() < 4",
      "self.matches('^[a-x]*$')",
    ],
  ],
  [({ type }) => type === "integer", ["self > 2", "self % 2 == 0", "self >= oldSelf", "self != 7"]],
  [({ type }) => type === "number", ["self > 1.5", "self < oldSelf + 3.0"]],
  [({ type }) => type === "boolean", ["self", "self == oldSelf"]],
  [
    ({ type, properties }) => type === "object" && properties?.["a"] !== undefined,
    ["has(self.a)", "!has(self.a) || has(oldSelf.a)"],
  ],
  [
    ({ type, maxItems }) => type === "array" && maxItems !== undefined,
    ["self.size() < 3", "self.all(x, x == x)", "self == oldSelf"],
  ],
  [
    ({ type, additionalProperties, maxProperties }) =>
      type === "object" &&
      additionalProperties !== undefined &&
      additionalProperties !== true &&
      maxProperties !== undefined,
    ["self.all(k, k != 'z')", "!('z' in self)", "self.size() > 0"],
  ],
];
