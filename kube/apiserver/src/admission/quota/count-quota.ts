import type { JsonObject } from "@weir/core";
import { addQuantities, parseQuantity, type Quantity } from "@weir/text";
import { amountsOf } from "../plugins/pod-resources.ts";
import { scopesOf, writeAmounts } from "./quota-object.ts";
import { usageKindOf } from "./quota-usage.ts";

/** A kind that a quota limits. */
export interface CountedKind {
  readonly group: string;
  readonly plural: string;
}

const ZERO = parseQuantity("0");
const CORE = [
  "configmaps",
  "persistentvolumeclaims",
  "pods",
  "replicationcontrollers",
  "resourcequotas",
  "secrets",
  "services",
];

/** The kinds whose objects count against the limits of a quota. */
export function countedKinds(limits: Iterable<string>): readonly CountedKind[] {
  const names = [...limits];
  const core = CORE.filter((plural) => names.some(usageKindOf("", plural).counts));
  const counted = names.flatMap((name) => {
    const [, plural = "", group = ""] = /^count\/([^.]+)(?:\.(.+))?$/.exec(name) ?? [];
    const isCore = group === "" && CORE.includes(plural);
    return plural === "" || isCore ? [] : [{ group, plural }];
  });
  return [...core.map((plural) => ({ group: "", plural })), ...counted];
}

/** What the objects of a namespace use of a quota, as its status says it. */
export function countQuota(
  spec: JsonObject,
  objects: Iterable<readonly [CountedKind, readonly JsonObject[]]>,
  now: number,
): { readonly hard: JsonObject; readonly used: JsonObject } {
  const hard = amountsOf(spec["hard"] as JsonObject | undefined);
  const scopes = scopesOf(spec);
  const used = new Map<string, Quantity>();
  for (const name of hard.keys()) used.set(name, ZERO);
  for (const [{ group, plural }, items] of objects) {
    const kind = usageKindOf(group, plural);
    const covered = items.filter((item) => scopes.every((scope) => kind.isInScope(item, scope)));
    for (const [name, amount] of covered.flatMap((item) => [...kind.usage(item, now)])) {
      const known = used.get(name);
      if (known !== undefined) used.set(name, addQuantities(known, amount));
    }
  }
  return { hard: writeAmounts(hard), used: writeAmounts(used) };
}
