import type { JsonObject, JsonValue } from "@weir/core";
import { isDraft } from "../resources/draft-access.ts";
import type { Draft } from "../resources/resource.ts";

/** The field names of a plain path: `.spec.replicas`. */
function parts(path: string): readonly string[] {
  return path.split(".").filter((part) => part !== "");
}

/** The value at a plain path; `undefined` where something on the way is missing. */
export function readPath(object: JsonObject, path: string): JsonValue | undefined {
  let value: JsonValue | undefined = object;
  for (const part of parts(path)) {
    if (!isDraft(value) || !Object.hasOwn(value, part)) return undefined;
    value = value[part];
  }
  return value;
}

/** A copy of the object with a value at a plain path; objects on the way are made. */
export function withPath(object: JsonObject, path: string, value: JsonValue): Draft {
  const [first, ...rest] = parts(path);
  if (first === undefined) return { ...object };
  if (rest.length === 0) return { ...object, [first]: value };
  const inner = object[first];
  return { ...object, [first]: withPath(isDraft(inner) ? inner : {}, rest.join("."), value) };
}
