import type { JsonObject, JsonValue } from "@weir/core";
import { jsonEqual } from "@weir/objects";

/** One operation of a JSON patch. */
export type PatchOperation =
  | { readonly op: "add" | "replace"; readonly path: string; readonly value: JsonValue }
  | { readonly op: "remove"; readonly path: string };

/**
 * The JSON patch that makes one value of another: by keys of objects and places of lists, a whole part at once where that is
 * shorter than its changes, as Flux counts them. The object itself is never replaced, since the patch is meant for one that
 * has more fields.
 */
export function jsonDiff(from: JsonObject, to: JsonObject): readonly PatchOperation[] {
  return jsonEqual(from, to) ? [] : objectChanges(from, to, "");
}

function partDiff(from: JsonValue, to: JsonValue, path: string): readonly PatchOperation[] {
  if (jsonEqual(from, to)) return [];
  const whole: PatchOperation = { op: "replace", path, value: to };
  const changes = changesBetween(from, to, path);
  if (changes === undefined) return [whole];
  return lengthOf([whole]) <= lengthOf(changes) ? [whole] : changes;
}

function changesBetween(from: JsonValue, to: JsonValue, path: string): readonly PatchOperation[] | undefined {
  if (Array.isArray(from) && Array.isArray(to)) return listChanges(from, to, path);
  if (isJsonObject(from) && isJsonObject(to)) return objectChanges(from, to, path);
  return undefined;
}

function objectChanges(from: JsonObject, to: JsonObject, path: string): readonly PatchOperation[] {
  const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort();
  return keys.flatMap((key): readonly PatchOperation[] => {
    const place = `${path}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    if (!Object.hasOwn(to, key)) return [{ op: "remove", path: place }];
    const value = to[key] ?? null;
    if (!Object.hasOwn(from, key)) return [{ op: "add", path: place, value }];
    return partDiff(from[key] ?? null, value, place);
  });
}

function listChanges(
  from: readonly JsonValue[],
  to: readonly JsonValue[],
  path: string,
): readonly PatchOperation[] {
  const removed = from
    .slice(to.length)
    .map((): PatchOperation => ({ op: "remove", path: `${path}/${to.length}` }));
  const changed = from
    .slice(0, to.length)
    .flatMap((item, index) => partDiff(item, to[index] ?? null, `${path}/${index}`));
  const added = to
    .slice(from.length)
    .map((value): PatchOperation => ({ op: "add", path: `${path}/-`, value }));
  return [...removed, ...changed, ...added];
}

function lengthOf(operations: readonly PatchOperation[]): number {
  return JSON.stringify(operations, (_key, value: unknown) =>
    typeof value === "bigint" ? Number(value) : value,
  ).length;
}

function isJsonObject(value: JsonValue): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
