import type { Kind } from "@weir/client";
import type { JsonValue } from "@weir/core";
import { jsonEqual, type ObjectMeta } from "@weir/objects";
import { type BaseContext, keyOf } from "@weir/sdk";

/** Writes a status where it differs from the present one; an object that is gone is left so. */
export async function writeStatus<R extends { readonly metadata: ObjectMeta; readonly status?: object }>(
  ctx: BaseContext,
  kind: Kind<R, unknown>,
  object: R,
  status: NonNullable<R["status"]>,
): Promise<void> {
  if (sameStatus(object.status, status)) return;
  await ctx.update(kind, keyOf(object), (current) => ({ ...current, status }), { subresource: "status" });
}

/**
 * Says whether two statuses mean the same. The API writes some fields that were not given as null or empty, so what is
 * null, an empty object or an empty list counts as absent.
 */
export function sameStatus(left: object | undefined, right: object): boolean {
  return left !== undefined && jsonEqual(withoutEmpty(left as JsonValue), withoutEmpty(right as JsonValue));
}

function withoutEmpty(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value as Readonly<Record<string, JsonValue>>);
  const kept = entries
    .map(([key, item]) => [key, withoutEmpty(item)] as const)
    .filter(([, item]) => !isEmpty(item));
  return Object.fromEntries(kept);
}

function isEmpty(value: JsonValue): boolean {
  if (typeof value !== "object" || value === null) return value === null || value === undefined;
  return Object.keys(value).length === 0;
}
