import type { JsonObject, JsonValue } from "@weir/core";
import type { KubeObject } from "@weir/objects";
import type { Draft } from "./resource.ts";

/** The object under a key; `undefined` where there is none. */
export function child(parent: JsonObject | undefined, key: string): Draft | undefined {
  const value = parent !== undefined && Object.hasOwn(parent, key) ? parent[key] : undefined;
  return isDraft(value) ? value : undefined;
}

/** The object under a key, made where there is none. */
export function ensureChild(parent: Draft, key: string): Draft {
  const value = child(parent, key);
  if (value !== undefined) return value;
  const made: Draft = {};
  parent[key] = made;
  return made;
}

/** The objects of a list under a key. */
export function children(parent: JsonObject | undefined, key: string): readonly Draft[] {
  return list(parent, key).filter(isDraft);
}

/** A list under a key; empty where there is none. */
export function list(parent: JsonObject | undefined, key: string): readonly JsonValue[] {
  const value = parent?.[key];
  return Array.isArray(value) ? value : [];
}

/** A string under a key; `""` where there is none. */
export function text(parent: JsonObject | undefined, key: string): string {
  const value = parent !== undefined && Object.hasOwn(parent, key) ? parent[key] : undefined;
  return typeof value === "string" ? value : "";
}

/** A number under a key. */
export function number(parent: JsonObject | undefined, key: string): number | undefined {
  const value = parent?.[key];
  return typeof value === "number" ? value : undefined;
}

/** An integer under a key, however large it is. */
export function integer(parent: JsonObject | undefined, key: string): number | bigint | undefined {
  const value = parent?.[key];
  return typeof value === "number" || typeof value === "bigint" ? value : undefined;
}

/** The strings of a list under a key. */
export function strings(parent: JsonObject | undefined, key: string): readonly string[] {
  return list(parent, key).filter((item) => typeof item === "string");
}

export function isDraft(value: JsonValue | undefined): value is Draft {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/** An object as JSON to read fields of. */
export function asJson(object: KubeObject): JsonObject {
  return object as unknown as JsonObject;
}

/** A finished draft as an object. */
export function asObject(draft: Draft): KubeObject {
  return draft as unknown as KubeObject;
}

/** The metadata of a draft, made where there is none. */
export function metaOf(draft: Draft): Draft {
  return ensureChild(draft, "metadata");
}

/** A copy down to the metadata, so that writing metadata leaves the original as it is. */
export function copyForMeta(object: JsonObject): Draft {
  const metadata = child(object, "metadata");
  return { ...object, metadata: { ...metadata } };
}

/** Splits an apiVersion. */
export function parseVersion(apiVersion: string): { readonly group: string; readonly version: string } {
  const at = apiVersion.indexOf("/");
  return at < 0
    ? { group: "", version: apiVersion }
    : { group: apiVersion.slice(0, at), version: apiVersion.slice(at + 1) };
}
