import { tmpdir } from "node:os";
import type { JsonObject, JsonValue } from "@weir/core";
import { isObject } from "./json-difference.ts";

/** What stands for what in one run. */
export interface Substitutions {
  /** Text of this run to the placeholder of the recording, longest first. */
  readonly placeholders: readonly (readonly [text: string, placeholder: string])[];
}

const TIME = /^(?!2024-)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const DURATION = String.raw`(?:\d+(?:\.\d+)?(?:h|ms|m|s|µs|ns))+`;
const TEXTS: readonly (readonly [RegExp, string])[] = [
  [new RegExp(String.raw`\b(finished|passed) in ${DURATION}`, "g"), "$1 in <duration>"],
  [new RegExp(String.raw`\bfailed after ${DURATION}`, "g"), "failed after <duration>"],
  // The words of the git transport are another program's.
  [/(unable to clone '[^']*': )[\s\S]*$/, "$1<text>"],
  [/\b(kustomization|flux-include)-\d+\b/g, "$1-<rand>"],
  // Builds happen in memory: what Flux unpacks into a temporary folder has no other name than this.
  [/\$ROOT\b/g, "$${TMP}/kustomization-<rand>"],
];

/** Brings a value of either side into the form that both are compared in. */
export function normalize(value: JsonValue, substitutions: Substitutions): JsonValue {
  if (typeof value === "string") return normalizeText(value, substitutions);
  if (Array.isArray(value)) return value.map((item: JsonValue) => normalize(item, substitutions));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      volatile(key, value) ?? normalize(item as JsonValue, substitutions),
    ]),
  );
}

/** What is never the same twice, or is said not to be compared: the digest and size of archives that we pack. */
function volatile(key: string, owner: JsonObject): JsonValue | undefined {
  switch (key) {
    case "lastReconciledDuration":
      return "<duration>";
    case "totalReconciliations":
      return "<number>";
    case "uid":
      return "<uid>";
    case "clusterIP":
      return "<address>";
    case "clusterIPs":
      return ["<address>"];
    case "source.toolkit.fluxcd.io/digest":
      return "<digest>";
    case "digest":
    case "size":
      return Object.hasOwn(owner, "path") && Object.hasOwn(owner, "url") ? `<${key}>` : undefined;
    default:
      return undefined;
  }
}

function normalizeText(text: string, { placeholders }: Substitutions): string {
  if (TIME.test(text)) return "<time>";
  let normalized = text;
  for (const [own, placeholder] of placeholders) normalized = normalized.replaceAll(own, placeholder);
  normalized = normalized.replaceAll(tmpdir(), "${TMP}");
  for (const [pattern, replacement] of TEXTS) normalized = normalized.replace(pattern, replacement);
  return normalized;
}

/** Puts the addresses of this run into a value of the recording. */
export function fillPlaceholders<Value>(value: Value, { placeholders }: Substitutions): Value {
  const fill = (item: unknown): unknown => {
    if (typeof item === "string") {
      return placeholders.reduce((text, [own, placeholder]) => text.replaceAll(placeholder, own), item);
    }
    if (Array.isArray(item)) return item.map(fill);
    if (typeof item !== "object" || item === null) return item;
    return Object.fromEntries(Object.entries(item).map(([key, inner]) => [key, fill(inner)]));
  };
  return fill(value) as Value;
}
