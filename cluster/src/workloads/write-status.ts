import type { Kind } from "@weir/client";
import type { ObjectMeta } from "@weir/objects";
import { type BaseContext, keyOf } from "@weir/sdk";

/** Writes a status where it differs from the present one; an object that is gone is left so. */
export async function writeStatus<R extends { readonly metadata: ObjectMeta; readonly status?: object }>(
  ctx: BaseContext,
  kind: Kind<R, unknown>,
  object: R,
  status: NonNullable<R["status"]>,
): Promise<void> {
  await ctx.update(kind, keyOf(object), (current) => ({ ...current, status }), { subresource: "status" });
}
