import type { StoredObject } from "./object-store.ts";
import { apiVersionOf, type Resource } from "./resource.ts";

/** Every stored text begins so; what follows comes behind kind, apiVersion and resourceVersion. */
export const STORED_PREFIX = '{"metadata":{';
/** Digits of the largest revision, and what follows them. */
const VERSION_BYTES = 18;
const QUOTE = 0x22;
const COMMA = 0x2c;

/**
 * What is written before the digits of an object's resourceVersion; the rest of its text is what is stored. Items of
 * lists of built-in kinds have neither kind nor apiVersion.
 */
export function headOfText(resource: Resource, isItem: boolean): string {
  const types =
    !isItem || resource.isCustom
      ? `"kind":${JSON.stringify(resource.kind)},"apiVersion":"${apiVersionOf(resource)}",`
      : "";
  return `{${types}"metadata":{"resourceVersion":"`;
}

/** At most this many bytes are written for an object. */
export function splicedSize(head: Uint8Array, stored: StoredObject): number {
  return head.length + VERSION_BYTES + stored.size - STORED_PREFIX.length;
}

/**
 * Writes a stored object as JSON text without decoding it: its bytes are copied behind the head and its revision.
 * Gives where it ends.
 */
export function spliceText(target: Buffer, start: number, head: Uint8Array, stored: StoredObject): number {
  let at = start;
  target.set(head, at);
  at += head.length;
  at += target.write(String(stored.revision), at, "latin1");
  target[at++] = QUOTE;
  target[at++] = COMMA;
  const rest = stored.bytes.subarray(STORED_PREFIX.length);
  target.set(rest, at);
  return at + rest.length;
}
