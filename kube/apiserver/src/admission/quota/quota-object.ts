import type { JsonObject } from "@weir/core";
import {
  addQuantities,
  compareQuantities,
  formatQuantity,
  parseQuantity,
  subtractQuantities,
} from "@weir/text";
import { child, children, strings, text } from "../../resources/draft-access.ts";
import { type Amounts, amountsOf } from "../plugins/pod-resources.ts";
import type { QuotaScope, UsageKind } from "./quota-usage.ts";

/** A quota as admission reads it. */
export interface Quota {
  readonly name: string;
  /** Limits and use as somebody counted them last. */
  readonly hard: Amounts;
  readonly used: Amounts;
  readonly scopes: readonly QuotaScope[];
}

const ZERO = parseQuantity("0");

export function readQuota(object: JsonObject): Quota {
  const status = child(object, "status");
  return {
    name: text(child(object, "metadata"), "name"),
    hard: amountsOf(child(status, "hard")),
    used: amountsOf(child(status, "used")),
    scopes: scopesOf(child(object, "spec") ?? {}),
  };
}

/** The scopes of a quota's spec. */
export function scopesOf(spec: JsonObject): readonly QuotaScope[] {
  const plain = strings(spec, "scopes").map((scopeName) => ({ scopeName, operator: "Exists", values: [] }));
  const selected = children(child(spec, "scopeSelector"), "matchExpressions").map((expression) => ({
    scopeName: text(expression, "scopeName"),
    operator: text(expression, "operator"),
    values: strings(expression, "values"),
  }));
  return [...plain, ...selected];
}

/** Whether an object counts against a quota. */
export function isCovered(quota: Quota, kind: UsageKind, object: JsonObject): boolean {
  if (![...quota.hard.keys()].some(kind.counts)) return false;
  return quota.scopes.every((scope) => kind.isInScope(object, scope));
}

/** What is used more than before; nothing is ever used less. */
export function addedUsage(after: Amounts, before: Amounts | undefined): Amounts {
  const added = [...after].map(([name, amount]) => {
    const known = before?.get(name);
    const more = known === undefined ? amount : subtractQuantities(amount, known);
    return [name, more] as const;
  });
  return new Map(added.filter(([, amount]) => compareQuantities(amount, ZERO) > 0));
}

/** What comes of more use: the new use, or the limits that it exceeds. */
export type Charged =
  | { readonly kind: "fits"; readonly used: Amounts }
  | { readonly kind: "exceeded"; readonly problem: string };

/** Adds to the use of a quota as far as it limits that. */
export function charge(quota: Quota, added: Amounts, isUnlimited: boolean): Charged {
  const requested = new Map([...added].filter(([name]) => quota.hard.has(name)));
  const used = new Map(quota.used);
  const exceeded: string[] = [];
  for (const [name, amount] of requested) {
    const known = used.get(name);
    const total = known === undefined ? amount : addQuantities(known, amount);
    used.set(name, total);
    const limit = quota.hard.get(name);
    if (!isUnlimited && limit !== undefined && compareQuantities(total, limit) > 0) exceeded.push(name);
  }
  if (exceeded.length === 0) return { kind: "fits", used };
  exceeded.sort();
  const shown = (amounts: Amounts): string =>
    exceeded
      .flatMap((name) => {
        const amount = amounts.get(name);
        return amount === undefined ? [] : [`${name}=${formatQuantity(amount)}`];
      })
      .join(",");
  const problem = `exceeded quota: ${quota.name}, requested: ${shown(requested)}, used: ${shown(quota.used)}, limited: ${shown(quota.hard)}`;
  return { kind: "exceeded", problem };
}

/** A list of resources as an object holds it. */
export function writeAmounts(amounts: Amounts): JsonObject {
  const sorted = [...amounts].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([name, amount]) => [name, formatQuantity(amount)]));
}
