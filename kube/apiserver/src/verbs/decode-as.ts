import { decodeObject, GoDecodeError, goStruct } from "@weir/builtin";
import type { JsonObject } from "@weir/core";
import { badRequestError, formatApiVersion, type GroupVersionKind } from "@weir/objects";
import type { Draft } from "../resources/resource.ts";

/** Reads a body as a kind that is not the resource's own, such as a Scale; throws a 400. */
export function decodeAs(definition: string, gvk: GroupVersionKind, body: JsonObject): Draft {
  const struct = goStruct(definition);
  const apiVersion = formatApiVersion(gvk);
  if (struct === undefined) throw badRequestError(`no kind ${gvk.kind} is known`);
  try {
    return { ...decodeObject(struct, body).value, kind: gvk.kind, apiVersion };
  } catch (error) {
    if (!(error instanceof GoDecodeError)) throw error;
    throw badRequestError(
      `${gvk.kind} in version "${gvk.version}" cannot be handled as a ${gvk.kind}: ${error.message}`,
    );
  }
}
