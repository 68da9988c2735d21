import {
  areEqual,
  CelDuration,
  CelMap,
  CelTimestamp,
  type CelValue,
  type ListRules,
  withListRules,
} from "@weir/cel";

type List = readonly CelValue[];

/** One text for elements that are equal: those of sets are scalars. */
function scalarText(item: CelValue): string {
  if (item instanceof CelTimestamp || item instanceof CelDuration) return `t${item.nanoseconds}`;
  if (item instanceof Uint8Array) return `b${Buffer.from(item).toString("base64")}`;
  return typeof item === "string" ? `s${item}` : String(item);
}

/** Lists that are sets: equal in any order, and a sum has each element once, in the order of the first list. */
export const setRules: ListRules = {
  isEqual: (left, right) => {
    if (left.length !== right.length) return false;
    const known = new Set(left.map(scalarText));
    return right.every((item) => known.has(scalarText(item)));
  },
  add: (left, right) => {
    const known = new Set(left.map(scalarText));
    return withListRules([...left, ...right.filter((item) => !known.has(scalarText(item)))], setRules);
  },
};

/** Lists whose elements are told apart by keys: equal in any order, and in a sum the elements of the second list replace those of the first. */
export function keyedRules(keys: readonly string[]): ListRules {
  const keyOf = (item: CelValue): string =>
    JSON.stringify(keys.map((key) => String(item instanceof CelMap ? (item.get(key) ?? "") : "")));
  const byKey = (list: List): Map<string, CelValue> => new Map(list.map((item) => [keyOf(item), item]));
  const rules: ListRules = {
    isEqual: (left, right) => {
      if (left.length !== right.length) return false;
      const known = byKey(left);
      return right.every((item) => {
        const own = known.get(keyOf(item));
        return own !== undefined && areEqual(own, item);
      });
    },
    add: (left, right) => {
      const sum = byKey(left);
      for (const item of right) sum.set(keyOf(item), item);
      return withListRules([...sum.values()], rules);
    },
  };
  return rules;
}
