import type { CelRule, SchemaNode } from "../schema-node.ts";

/** Keywords to put on a zod type with `.meta(…)`; they win over what the type itself says. */
export type SchemaMetadata = Partial<SchemaNode>;

/** What a CEL rule says besides the rule. */
export type CelRuleOptions = Omit<CelRule, "rule">;

/** A CEL rule with the message that refuses a value; `self` is the value the rule stands on. */
export function celRule(rule: string, message?: string | CelRuleOptions): CelRule {
  if (message === undefined) return { rule };
  return typeof message === "string" ? { rule, message } : { rule, ...message };
}

/** Puts CEL rules on a type: `z.object({…}).meta(celRules(celRule("self.a < self.b", "…")))`. */
export function celRules(...rules: readonly CelRule[]): SchemaMetadata {
  return { "x-kubernetes-validations": rules };
}

/** Refuses every change of a value once it is set. */
export function immutable(message = "Value is immutable"): SchemaMetadata {
  return celRules(celRule("self == oldSelf", message));
}

/** How server-side apply merges a list: as a whole (`atomic`) or item by item, each value once (`set`). */
export function listType(type: "atomic" | "set"): SchemaMetadata {
  return { "x-kubernetes-list-type": type };
}

/** Makes a list of objects merge item by item; the keys tell the items apart and occur once. */
export function listMapKey(...keys: readonly [string, ...string[]]): SchemaMetadata {
  return { "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": keys };
}

/** How server-side apply merges an object: as a whole (`atomic`) or field by field (`granular`, the default). */
export function mapType(type: "atomic" | "granular"): SchemaMetadata {
  return { "x-kubernetes-map-type": type };
}
