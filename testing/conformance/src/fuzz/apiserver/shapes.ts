import type { JsonValue } from "@weir/core";
import type { SchemaNode } from "./schema-node.ts";

/** An object of fields, some of which always come. */
export function obj(properties: Readonly<Record<string, SchemaNode>>, ...required: string[]): SchemaNode {
  return { type: "object", properties, required };
}

/** A list; with keys, of items that differ in them. */
export function list(items: SchemaNode, ...keys: string[]): SchemaNode {
  const map = { "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": keys };
  return { type: "array", items, ...(keys.length === 0 ? {} : map) };
}

/** A list that is never empty. */
export function some(items: SchemaNode, ...keys: string[]): SchemaNode {
  return { ...list(items, ...keys), minItems: 1 };
}

/** One of some values that the server takes. */
export function one(...values: JsonValue[]): SchemaNode {
  return { enum: values };
}

/** The same, with values that it does not take. */
export function oneOf(values: readonly JsonValue[], refused: readonly JsonValue[]): SchemaNode {
  return { enum: values, refused };
}

/** A field that is better left out, with values that the server does not take; the others lack it. */
export function rarely(...refused: JsonValue[]): SchemaNode {
  return { enum: [null], refused };
}

export function map(values: SchemaNode): SchemaNode {
  return { type: "object", additionalProperties: values, maxProperties: 2, minProperties: 1 };
}

export const BOOL = one(true, false);
export const NAME = oneOf(["web", "db", "a"], ["Web", "", "a_b", "x".repeat(64)]);
export const PORT = oneOf([80, 8080, 443], [0, 65536, -1]);
export const PORT_OR_NAME = oneOf([80, "http", 8080], ["", "a b", 0, "NOT-OK", 70000]);
export const COUNT = oneOf([0, 1, 2, 5], [-1]);
export const SECONDS = oneOf([1, 10, 30], [-1, 0]);
export const PERCENT = oneOf([1, "25%", 0, "50%"], ["x", -1, "150%", "25"]);
export const LABELS = one({ app: "web" }, { app: "web", tier: "db" });
export const SELECTOR = {
  ...obj(
    {
      matchLabels: oneOf([{ app: "web" }], [{ "a b": "c" }, {}]),
      matchExpressions: list(
        oneOf(
          [
            { key: "app", operator: "In", values: ["web"] },
            { key: "app", operator: "Exists" },
          ],
          [
            { key: "app", operator: "In" },
            { key: "a", operator: "Nope" },
            { key: "", operator: "Exists" },
            { key: "app", operator: "Exists", values: ["x"] },
          ],
        ),
      ),
    },
    "matchLabels",
  ),
};
export const QUANTITY = oneOf(["1", "500m", "1Gi", "128Mi", "0.5", "1e3", 2], ["x", "-1", "1.5Mix", ""]);
