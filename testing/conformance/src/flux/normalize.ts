import { tmpdir } from "node:os";
import type { JsonObject, JsonValue } from "@weir/core";
import { isObject } from "./json-difference.ts";

/** What stands for what in one run. */
export interface Substitutions {
  /** Text of this run to the placeholder of the recording, longest first. */
  readonly placeholders: readonly (readonly [text: string, placeholder: string])[];
  /** Digests of archives that sources pass on as they got them: these are compared, those of what we pack are not. */
  readonly passedOn?: ReadonlySet<string>;
}

const TIME = /^(?!2024-)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const DURATION = String.raw`(?:\d+(?:\.\d+)?(?:h|ms|m|s|µs|ns))+`;
const TEXTS: readonly (readonly [RegExp, string])[] = [
  [new RegExp(String.raw`\b(finished|passed) in ${DURATION}`, "g"), "$1 in <duration>"],
  // Lines of a log that an event quotes.
  [/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z: /gm, "<time>: "],
  [new RegExp(String.raw`\bfailed after ${DURATION}`, "g"), "failed after <duration>"],
  // The words of the git transport are another program's.
  [/(unable to clone '[^']*': )[\s\S]*$/, "$1<text>"],
  [/\b(kustomization|flux-include)-\d+\b/g, "$1-<rand>"],
  // Builds happen in memory: what Flux unpacks into a temporary folder has no other name than this.
  [/\$ROOT\b/g, "$${TMP}/kustomization-<rand>"],
  [/\$\{TMP\}\/helmchart-[\w.-]+-<rand>\/source/g, "$$SOURCE"],
];

/** Brings a value of either side into the form that both are compared in. */
export function normalize(value: JsonValue, substitutions: Substitutions): JsonValue {
  if (typeof value === "string") return normalizeText(value, substitutions);
  if (Array.isArray(value)) return value.map((item: JsonValue) => normalize(item, substitutions));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      volatile(key, value, substitutions) ?? normalize(item as JsonValue, substitutions),
    ]),
  );
}

/** What is never the same twice. */
const VOLATILE: Readonly<Record<string, JsonValue>> = {
  lastReconciledDuration: "<duration>",
  lastAttemptedReleaseActionDuration: "<duration>",
  totalReconciliations: "<number>",
  uid: "<uid>",
  clusterIP: "<address>",
  clusterIPs: ["<address>"],
  modifiedAt: "<time>",
  "batch.kubernetes.io/controller-uid": "<uid>",
  "controller-uid": "<uid>",
};

/** What is not compared: beside the above the digest and size of archives that we pack. */
function volatile(
  key: string,
  owner: JsonObject,
  { passedOn = new Set() }: Substitutions,
): JsonValue | undefined {
  if (Object.hasOwn(VOLATILE, key)) return VOLATILE[key];
  switch (key) {
    case "source.toolkit.fluxcd.io/digest":
      return passedOn.has(String(owner[key])) ? undefined : "<digest>";
    case "digest":
    case "size":
      return isOwnArchive(owner, passedOn) || isSnapshotOfRelease(owner) ? `<${key}>` : undefined;
    default:
      return undefined;
  }
}

/** Whether an object is an artifact whose bytes depend on who packed it. */
function isOwnArchive(object: JsonObject, passedOn: ReadonlySet<string>): boolean {
  const { path, url, digest } = object;
  if (path === undefined || url === undefined) return false;
  return !passedOn.has(String(digest)) && !String(path).startsWith("helmrepository/");
}

/** Whether an object is a release in a history, whose digest covers its times. */
function isSnapshotOfRelease(object: JsonObject): boolean {
  return Object.hasOwn(object, "chartVersion") && Object.hasOwn(object, "configDigest");
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
