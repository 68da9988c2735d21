import type { JsonObject, JsonValue } from "@weir/core";
import { applyMergePatch, jsonEqual } from "@weir/objects";

/** The JSON merge patch that turns one object into another; `undefined` where they are equal. */
export function mergePatchBetween(from: JsonObject, to: JsonObject): JsonObject | undefined {
  const patch: Record<string, JsonValue> = {};
  for (const key of Object.keys(from)) {
    if (valueAt(from, key) !== undefined && valueAt(to, key) === undefined) put(patch, key, null);
  }
  for (const key of Object.keys(to)) {
    const change = changeBetween(valueAt(from, key), valueAt(to, key));
    if (change !== undefined) put(patch, key, change);
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
}

function changeBetween(current: JsonValue | undefined, wanted: JsonValue | undefined): JsonValue | undefined {
  if (isObject(current) && isObject(wanted)) return mergePatchBetween(current, wanted);
  return wanted === undefined || jsonEqual(current, wanted) ? undefined : wanted;
}

function valueAt(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/**
 * What a status becomes that changed under the writer: the writer's changes made to the live one.
 *
 * Conditions are merged by type, so that those of other writers stay; a type that both changed is the writer's, which
 * saw the object last.
 */
export function rebaseStatus(base: JsonObject, wanted: JsonObject, live: JsonObject): JsonObject {
  const { conditions: baseConditions, ...baseRest } = base;
  const { conditions: wantedConditions, ...wantedRest } = wanted;
  const { conditions: liveConditions, ...liveRest } = live;
  const rest = applyMergePatch(liveRest, mergePatchBetween(baseRest, wantedRest) ?? {}) as JsonObject;
  const conditions = rebaseConditions(
    listOf(baseConditions),
    listOf(wantedConditions),
    listOf(liveConditions),
  );
  return conditions.length === 0 && wantedConditions === undefined ? rest : { ...rest, conditions };
}

function rebaseConditions(
  base: readonly JsonObject[],
  wanted: readonly JsonObject[],
  live: readonly JsonObject[],
): readonly JsonObject[] {
  const wantedTypes = new Set(wanted.map(typeOf));
  const baseTypes = new Set(base.map(typeOf));
  const foreign = live.filter((condition) => {
    const type = typeOf(condition);
    return !wantedTypes.has(type) && !baseTypes.has(type);
  });
  const merged = wanted.filter((condition) => {
    // A condition that the writer only carried along and that somebody took away stays away.
    const isCarried = jsonEqual(findType(base, typeOf(condition)), condition);
    return !isCarried || findType(live, typeOf(condition)) !== undefined;
  });
  return [
    ...merged.map((condition) => {
      const isCarried = jsonEqual(findType(base, typeOf(condition)), condition);
      return isCarried ? (findType(live, typeOf(condition)) ?? condition) : condition;
    }),
    ...foreign,
  ];
}

function findType(conditions: readonly JsonObject[], type: JsonValue | undefined): JsonObject | undefined {
  return conditions.find((condition) => typeOf(condition) === type);
}

function typeOf(condition: JsonObject): JsonValue | undefined {
  return condition["type"];
}

function listOf(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Keys come from objects of others, so `__proto__` must stay a key. */
function put(target: Record<string, JsonValue>, key: string, value: JsonValue): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}
