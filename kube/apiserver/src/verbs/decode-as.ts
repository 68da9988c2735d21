import { decodeObject, findKind, GoDecodeError, goStruct } from "@weir/builtin";
import type { JsonObject } from "@weir/core";
import { badRequestError, formatApiVersion, type GroupVersionKind } from "@weir/objects";
import { quoteGo } from "@weir/text";
import { readObject } from "../http/read-body.ts";
import type { WriteOptions } from "../http/write-options.ts";
import type { Call } from "../resources/call.ts";
import { parseVersion, text } from "../resources/draft-access.ts";
import type { Draft } from "../resources/resource.ts";
import { reportStrict, strictProblems } from "./decode-body.ts";

/** Reads a body as a kind that is not the resource's own, such as a Scale; throws a 400. */
export function decodeAs(definition: string, gvk: GroupVersionKind, body: JsonObject): Draft {
  return decode(definition, gvk, body).object;
}

/** Reads the body of a request as such a kind; repeated and unknown fields become an error or warnings. */
export async function readAs(
  call: Call,
  [definition, gvk]: readonly [definition: string, gvk: GroupVersionKind],
  options: WriteOptions,
): Promise<Draft> {
  const isStrict = options.fieldValidation !== "Ignore";
  const body = await readObject(call.request, { kind: gvk.kind, isStrict });
  const { object, unknownFields } = decode(definition, gvk, body.value);
  if (isStrict) reportStrict(call, strictProblems({ isCustom: false }, body, unknownFields), options, gvk);
  return object;
}

function decode(
  definition: string,
  gvk: GroupVersionKind,
  body: JsonObject,
): { readonly object: Draft; readonly unknownFields: readonly string[] } {
  const struct = goStruct(definition);
  const apiVersion = formatApiVersion(gvk);
  checkKnown(gvk, body);
  if (struct === undefined) throw badRequestError(`no kind ${gvk.kind} is known`);
  try {
    const { value, unknownFields } = decodeObject(struct, body);
    return { object: { ...value, kind: gvk.kind, apiVersion }, unknownFields };
  } catch (error) {
    if (!(error instanceof GoDecodeError)) throw error;
    throw badRequestError(
      `${gvk.kind} in version "${gvk.version}" cannot be handled as a ${gvk.kind}: ${error.message}`,
    );
  }
}

/** A body that names another kind has to name one that there is. */
function checkKnown(gvk: GroupVersionKind, body: JsonObject): void {
  const kind = text(body, "kind") || gvk.kind;
  const apiVersion = text(body, "apiVersion") || formatApiVersion(gvk);
  const { group, version } = parseVersion(apiVersion);
  if (
    findKind({ group, version, kind }) !== undefined ||
    (apiVersion === formatApiVersion(gvk) && kind === gvk.kind)
  )
    return;
  throw badRequestError(
    `${kind} in version "${version}" cannot be handled as a ${gvk.kind}: no kind ${quoteGo(kind)} is registered for version ${quoteGo(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`,
  );
}
