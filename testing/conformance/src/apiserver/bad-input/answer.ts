import { createHash } from "node:crypto";
import type { RawAnswer } from "./raw-http.ts";

/** An answer in the form in which it is kept and compared. */
export interface KeptAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** JSON. */
  readonly body?: unknown;
  /** What is no JSON; beyond a length, its beginning and its digest. */
  readonly text?: string;
}

const kept = new Set([
  "content-type",
  "warning",
  "allow",
  "location",
  "www-authenticate",
  "retry-after",
  "x-content-type-options",
  "accept-patch",
]);

const MAX_TEXT = 1_500;
/** Longer ones are documents and metrics, which are compared elsewhere. */
const MAX_BODY = 60_000;

const changing: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "$UID"],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, "$TIME"],
  [/("?resourceVersion"?:\s*")\d+(")/g, "$1$$RV$2"],
  [/"(kid|n)":\s*"[\w-]{40,}"/g, '"$1":"$$KEY"'],
  [/"(gitCommit|gitTreeState|buildDate|goVersion)":\s*"[^"]*"/g, '"$1":"$$BUILD"'],
  [/"serverAddress":\s*"[^"]*"/g, '"serverAddress":"$ADDRESS"'],
  [/precondition \(x\) does not match the ResourceVersion in record \(\d+\)/g, "precondition (x) … ($$RV)"],
  [/"token":\s*"[^"]{60,}"/g, '"token":"$$JWT"'],
  [/"continue":\s*"[\w-]+"/g, '"continue":"$$CONTINUE"'],
  [/"remainingItemCount":\s*\d+/g, '"remainingItemCount":"$$N"'],
  [/\?hash=[0-9A-F]{128}/g, "?hash=$$HASH"],
  [/\beyJ[\w-]+\.eyJ[\w-]+(\.[\w-]*)*/g, "$JWT"],
  // A merged object is quoted in the order in which Go writes it: what the patch touched is sorted.
  [/(Invalid value: )\\"\{(?:[^"\\]|\\.)*\}\\": /g, "$1$$OBJECT: "],
  [/\bA_[a-z0-9]{5}\b/g, "A_$$RANDOM"],
  // One unknown field is found in each object, by chance.
  [
    /(typed patch object \([^)]*\): )[^"]*field not declared in schema(?:[^"\\]|\\.)*/g,
    "$1 … field not declared in schema",
  ],
  [/(requested: |current: |\()\d{1,9}(, current: )\d+/g, "$1$$RV$2$$RV"],
  [/Too large resource version: (\d+), current: \d+/g, "Too large resource version: $1, current: $$RV"],
  [/https?:\/\/127\.0\.0\.1:\d+/g, "$URL"],
  [/(\\"resourceVersion\\":\\")\d+/g, "$1$$RV"],
];

/** Brings an answer into the form in which two servers can be compared. */
export function keepAnswer({ status, headers, body }: RawAnswer): KeptAnswer {
  const named = new Map<string, string[]>();
  for (const [name, value] of headers) {
    if (!kept.has(name)) continue;
    named.set(name, [...(named.get(name) ?? []), settle(value)]);
  }
  const shown = Object.fromEntries(
    [...named].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, values]) => [name, shortened(name, values)]),
  );
  return { status, ...(Object.keys(shown).length === 0 ? {} : { headers: shown }), ...keepBody(body) };
}

function shortened(name: string, values: readonly string[]): string | readonly string[] {
  const sorted = name === "warning" ? values : [...values];
  const list = sorted.map((value) => brief(value));
  return list.length === 1 ? (list[0] ?? "") : list;
}

function keepBody(body: Uint8Array): { readonly body?: unknown; readonly text?: string } {
  if (body.length === 0) return {};
  const isBinary = body[0] === 0x6b && body[1] === 0x38;
  const text = isBinary ? "(protobuf)" : settle(Buffer.from(body).toString("utf8"));
  try {
    const value: unknown = JSON.parse(text);
    const canonical = sorted(value);
    const written = JSON.stringify(canonical);
    return written.length > MAX_BODY ? { text: "(long)" } : { body: shortTexts(canonical) };
  } catch {
    return { text: text.length > MAX_BODY ? "(long)" : brief(text) };
  }
}

function settle(text: string): string {
  return changing.reduce((rest, [pattern, replacement]) => rest.replaceAll(pattern, replacement), text);
}

function brief(text: string): string {
  if (text.length <= MAX_TEXT) return text;
  const digest = createHash("sha256").update(text).digest("hex").slice(0, 16);
  return `${text.slice(0, 300)}… (${text.length} characters, ${digest})`;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, unordered.has(key) ? inOrder(sorted(item)) : sorted(item)]),
  );
}

/** Lists that come in the order in which a map is walked. */
const unordered = new Set(["resourceRules", "nonResourceRules"]);

function inOrder(list: unknown): unknown {
  return Array.isArray(list)
    ? [...list].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
    : list;
}

function shortTexts(value: unknown): unknown {
  if (typeof value === "string") return brief(value);
  if (Array.isArray(value)) return value.map(shortTexts);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shortTexts(item)]));
}
