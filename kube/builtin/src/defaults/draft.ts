import { copyJson, type JsonObject, type JsonValue } from "@weir/core";
import { roundUpToMilli } from "../codec/go-quantity.ts";

/** An object while its defaults are written into it. */
export type Draft = Record<string, JsonValue>;

/** The object under a key; `undefined` where there is none. */
export function child(parent: Draft | undefined, key: string): Draft | undefined {
  const value = parent?.[key];
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
export function children(parent: Draft | undefined, key: string): readonly Draft[] {
  const value = parent?.[key];
  return Array.isArray(value) ? (value as readonly JsonValue[]).filter(isDraft) : [];
}

/** Sets a field that is absent, or that Go holds empty. */
export function setDefault(draft: Draft | undefined, key: string, value: JsonValue): void {
  if (draft === undefined) return;
  const current = draft[key];
  if (current === undefined || current === null || current === "") draft[key] = value;
}

/** Sets a field that Go holds by a pointer: an empty text is a value of its own. */
export function setMissing(draft: Draft | undefined, key: string, value: JsonValue): void {
  if (draft === undefined) return;
  const current = draft[key];
  if (current === undefined || current === null) draft[key] = value;
}

/** Sets an integer that Go holds without a pointer: zero is absent. */
export function setDefaultNumber(draft: Draft | undefined, key: string, value: number): void {
  if (draft === undefined) return;
  const current = draft[key];
  if (current === undefined || current === null || current === 0) draft[key] = value;
}

/** Rounds the quantities of the named resource lists up to thousandths, as Kubernetes keeps them. */
export function roundUpResources(parent: Draft | undefined, ...fields: readonly string[]): void {
  for (const field of fields) {
    const list = child(parent, field);
    for (const [name, quantity] of Object.entries(list ?? {})) {
      if (list !== undefined && typeof quantity === "string") list[name] = roundUpToMilli(quantity);
    }
  }
}

export function isDraft(value: JsonValue | undefined): value is Draft {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/** A copy that shares nothing with the original; JSON only. */
export function cloneDraft(value: JsonObject): Draft {
  return copyJson(value) as Draft;
}
