import { compareUtf8, type JsonObject, type JsonValue, writeJson } from "@weir/core";

/** A field that differs; a value that is absent is not there. */
export interface FieldChange {
  /** `spec.template.spec.containers[web].image`. */
  readonly path: string;
  readonly before: JsonValue | undefined;
  readonly after: JsonValue | undefined;
}

/** The fields in which two values differ. Lists of named things are compared by the names, others by their places. */
export function changedFields(before: JsonValue, after: JsonValue, path = ""): readonly FieldChange[] {
  if (isObject(before) && isObject(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort(compareUtf8);
    return keys.flatMap((key) => changesAt(before[key], after[key], joined(path, key)));
  }
  if (Array.isArray(before) && Array.isArray(after)) return changedItems(before, after, path);
  return writeJson(before) === writeJson(after) ? [] : [{ path, before, after }];
}

function changesAt(
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  path: string,
): readonly FieldChange[] {
  if (before === undefined || after === undefined) {
    return before === after ? [] : [{ path, before, after }];
  }
  return changedFields(before, after, path);
}

function changedItems(
  before: readonly JsonValue[],
  after: readonly JsonValue[],
  path: string,
): readonly FieldChange[] {
  const left = namedItems(before);
  const right = namedItems(after);
  if (left === undefined || right === undefined) {
    const length = Math.max(before.length, after.length);
    return Array.from({ length }, (_, at) => at).flatMap((at) =>
      changesAt(before[at], after[at], `${path}[${at}]`),
    );
  }
  const names = [...new Set([...left.keys(), ...right.keys()])];
  return names.flatMap((name) => changesAt(left.get(name), right.get(name), `${path}[${name}]`));
}

/** The items by their names, where each has one of its own. */
function namedItems(items: readonly JsonValue[]): ReadonlyMap<string, JsonValue> | undefined {
  const named = new Map<string, JsonValue>();
  for (const item of items) {
    const name = isObject(item) ? item["name"] : undefined;
    if (typeof name !== "string" || named.has(name)) return undefined;
    named.set(name, item);
  }
  return named;
}

function joined(path: string, key: string): string {
  const shown = /^[A-Za-z0-9_$-]+$/.test(key) ? key : JSON.stringify(key);
  return path === "" ? shown : `${path}.${shown}`;
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
