import type { PodTemplateSpec } from "@weir/builtin/core-v1";
import { type JsonValue, writeJson } from "@weir/core";
import { jsonEqual } from "@weir/objects";

/** The label by which a ReplicaSet's pods are told from those of its Deployment's other ReplicaSets. */
export const TEMPLATE_HASH_LABEL = "pod-template-hash";

/** The alphabet of Kubernetes' generated names: no vowels and nothing that looks like one. */
const SAFE_ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/**
 * A short name for a pod template, in the letters that Kubernetes uses.
 *
 * Equal templates have equal hashes whatever the order of their fields. The value differs from Kubernetes' own, which
 * covers a dump of Go's structs; there, too, it is not comparable between versions. Counting `collisions` up gives
 * another name where two templates meet in one.
 */
export function templateHash(template: unknown, collisions = 0): string {
  let hash = FNV_OFFSET;
  const text = `${writeJson(sorted(template as JsonValue))}${collisions === 0 ? "" : collisions}`;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), FNV_PRIME);
  }
  const digits = String(hash >>> 0);
  return Array.from(digits, (digit) => SAFE_ALPHABET[digit.charCodeAt(0) % SAFE_ALPHABET.length]).join("");
}

/** Says whether two templates make the same pods; the hash label is not part of a template. */
export function sameTemplate(left: PodTemplateSpec | undefined, right: PodTemplateSpec | undefined): boolean {
  return jsonEqual(withoutHash(left) as JsonValue, withoutHash(right) as JsonValue);
}

function withoutHash(template: PodTemplateSpec | undefined): unknown {
  const { [TEMPLATE_HASH_LABEL]: _, ...labels } = template?.metadata?.labels ?? {};
  const { creationTimestamp: __, ...metadata } = template?.metadata ?? {};
  return { ...template, metadata: { ...metadata, labels } };
}

function sorted(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value as Readonly<Record<string, JsonValue>>);
  entries.sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]));
}
