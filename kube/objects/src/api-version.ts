import type { JsonObject } from "@weir/core";
import type { GroupVersionKind, KubeObject, ObjectKey, ObjectMeta } from "./object.ts";

/** Splits `apps/v1` or `v1`. Gives `undefined` for a text with more than one slash. */
export function parseApiVersion(
  apiVersion: string,
): { readonly group: string; readonly version: string } | undefined {
  const parts = apiVersion.split("/");
  if (parts.length > 2) return undefined;
  const [first = "", second] = parts;
  return second === undefined ? { group: "", version: first } : { group: first, version: second };
}

/** Joins a group and a version; the core group adds nothing: `apps/v1`, `v1`. */
export function formatApiVersion({
  group,
  version,
}: {
  readonly group: string;
  readonly version: string;
}): string {
  return group === "" ? version : `${group}/${version}`;
}

/** The group, version and kind of an object; a malformed apiVersion gives no group and version, as in apimachinery. */
export function gvkOf(object: { readonly apiVersion?: unknown; readonly kind?: unknown }): GroupVersionKind {
  const apiVersion = typeof object.apiVersion === "string" ? object.apiVersion : "";
  const kind = typeof object.kind === "string" ? object.kind : "";
  const parsed = parseApiVersion(apiVersion);
  return parsed === undefined ? { group: "", version: "", kind: "" } : { ...parsed, kind };
}

/** Writes a kind as Go prints it in errors: `apps/v1, Kind=Deployment`, `/v1, Kind=Pod`. */
export function formatGvk({ group, version, kind }: GroupVersionKind): string {
  return `${group}/${version}, Kind=${kind}`;
}

/** Tells whether two kinds are the same, version included. */
export function sameGvk(left: GroupVersionKind, right: GroupVersionKind): boolean {
  return left.group === right.group && left.version === right.version && left.kind === right.kind;
}

/** Where an object is; the namespace is left out where it has none. */
export function keyOf(object: { readonly metadata?: ObjectMeta }): ObjectKey {
  const { namespace, name = "" } = object.metadata ?? {};
  return namespace === undefined || namespace === "" ? { name } : { namespace, name };
}

/** Writes a key as logs and events show it: `default/web`, or the name alone. */
export function formatKey({ namespace, name }: ObjectKey): string {
  return namespace === undefined || namespace === "" ? name : `${namespace}/${name}`;
}

/** Reads what `formatKey` wrote. */
export function parseKey(text: string): ObjectKey {
  const slash = text.indexOf("/");
  return slash === -1 ? { name: text } : { namespace: text.slice(0, slash), name: text.slice(slash + 1) };
}

/** The object as plain JSON data, for code that walks fields whose names it does not know. */
export function asJson(object: KubeObject): JsonObject {
  return object as unknown as JsonObject;
}
