import type { JsonObject, JsonValue } from "@weir/core";

/** Where two values differ first, in words; `undefined` where they are equal. The order of keys does not count. */
export function jsonDifference(expected: JsonValue, actual: JsonValue, path = ""): string | undefined {
  if (Array.isArray(expected) && Array.isArray(actual)) return arrayDifference(expected, actual, path);
  if (isObject(expected) && isObject(actual)) return objectDifference(expected, actual, path);
  return expected === actual ? undefined : differs(path, expected, actual);
}

function arrayDifference(
  expected: readonly JsonValue[],
  actual: readonly JsonValue[],
  path: string,
): string | undefined {
  const shared = Math.min(expected.length, actual.length);
  for (let index = 0; index < shared; index += 1) {
    const difference = jsonDifference(
      expected[index] as JsonValue,
      actual[index] as JsonValue,
      `${path}[${index}]`,
    );
    if (difference !== undefined) return difference;
  }
  if (expected.length === actual.length) return undefined;
  return differs(`${path}[${shared}]`, expected[shared], actual[shared]);
}

function objectDifference(expected: JsonObject, actual: JsonObject, path: string): string | undefined {
  const keys = new Set([...Object.keys(expected), ...Object.keys(actual)]);
  for (const key of [...keys].sort()) {
    const at = path === "" ? key : `${path}.${key}`;
    const [want, have] = [own(expected, key), own(actual, key)];
    const isMissing = want === undefined || have === undefined;
    const difference = isMissing ? differs(at, want, have) : jsonDifference(want, have, at);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function own(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function differs(path: string, expected: JsonValue | undefined, actual: JsonValue | undefined): string {
  return `${path}: recorded ${text(expected)}, got ${text(actual)}`;
}

function text(value: JsonValue | undefined): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}

/** Whether a value is a JSON object. */
export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
