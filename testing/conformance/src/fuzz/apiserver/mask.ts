import type { JsonValue } from "@weir/core";

type Fields = { readonly [key: string]: JsonValue };

const UID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{6})?Z/g;
const CLUSTER_IP = /\b10\.0\.0\.\d{1,3}\b/g;
const AGE = /^(?:\d+[smhd]){1,2}$|^<invalid>$/;
/** Where a message names a version of an object. */
const VERSIONS =
  /(?<=(?:in precondition|object meta|resource version|Current): |in record \(|"resourceVersion\\?":\\?")\d+/g;
const RECENT_MS = 3_600_000;

/**
 * Puts the placeholders of recorded transcripts in place of what each server makes up: uids, versions, times, addresses,
 * ports. The same thing gets the same placeholder; they are numbered as they first come.
 */
export class Mask {
  readonly #namespace: string;
  /** All that the case itself says: it is nothing made up. */
  readonly #given: string;
  readonly #names = new Map<string, string>();
  readonly #values = new Map<string, string>();
  readonly #counts = new Map<string, number>();

  constructor(namespace: string, given: string) {
    this.#namespace = namespace;
    this.#given = given;
  }

  /** A text of the case with what its placeholders stand for. */
  fill(text: string): string {
    if (!text.includes("$")) return text;
    return text
      .replaceAll(/\$(?:UID|RV|CLUSTERIP|CONTINUE|RAND)\d+/g, (name) => this.#values.get(name) ?? name)
      .replaceAll("$NS", this.#namespace);
  }

  fillValue(value: JsonValue): JsonValue {
    if (typeof value === "string") return this.#fillPort(value);
    if (Array.isArray(value)) return value.map((item: JsonValue) => this.fillValue(item));
    if (value === null || typeof value !== "object") return value;
    const entries = Object.entries(value as Fields);
    return Object.fromEntries(entries.map(([key, item]) => [this.fill(key), this.fillValue(item)]));
  }

  #fillPort(text: string): JsonValue {
    if (!text.startsWith("$NODEPORT")) return this.fill(text);
    return Number(this.#values.get(text) ?? 0);
  }

  /** The value of an answer, or of a request made of one, with placeholders. */
  value(value: JsonValue, path: readonly string[] = []): JsonValue {
    if (typeof value === "string") return this.#string(value, path);
    if (typeof value === "number") return this.#number(value, path);
    if (Array.isArray(value)) return value.map((item: JsonValue) => this.value(item, [...path, "[]"]));
    if (value === null || typeof value !== "object") return value;
    return this.#fields(value as Fields, path);
  }

  #fields(fields: Fields, path: readonly string[]): JsonValue {
    const masked: Record<string, JsonValue> = {};
    // One order for both servers: the placeholders are numbered in it.
    for (const key of Object.keys(fields).sort()) {
      const item = fields[key] as JsonValue;
      const isManaged = key === "managedFields" && Array.isArray(item);
      const own = this.value(item, [...path, key]);
      masked[this.text(key)] = isManaged ? sortedEntries(own as readonly JsonValue[]) : own;
    }
    return masked;
  }

  #string(text: string, path: readonly string[]): JsonValue {
    const key = path.at(-1);
    if (key === "resourceVersion" && path.at(-2) === "metadata") return this.#version(text, path);
    if (key === "continue" && text !== "") return this.#name("CONTINUE", text);
    if (key === "description" && path.includes("columnDefinitions")) return "$TEXT";
    if (path.includes("cells") && AGE.test(text)) return "$AGE";
    return this.text(text);
  }

  /** A collection's version is any later one. */
  #version(text: string, path: readonly string[]): string {
    if (text === "" || this.#given.includes(`"resourceVersion":"${text}"`)) return text;
    return path.length === 2 && this.isCollection ? this.#name("RV", `list ${text}`) : this.#name("RV", text);
  }

  /** Whether what is masked is a list or a Table. */
  isCollection = false;

  #number(value: number, path: readonly string[]): JsonValue {
    const isPort = path.at(-1) === "nodePort" || path.at(-1) === "healthCheckNodePort";
    return isPort && value >= 30000 && value <= 32767 ? this.#name("NODEPORT", String(value)) : value;
  }

  text(text: string): string {
    return text
      .replaceAll(TIME, recentTime)
      .replaceAll(/\bselfType\d+/g, "selfType0")
      .replaceAll(this.#namespace, "$NS")
      .replaceAll(UID, (uid) => (this.#given.includes(uid) ? uid : this.#name("UID", uid)))
      .replaceAll(CLUSTER_IP, (ip) => (this.#given.includes(ip) ? ip : this.#name("CLUSTERIP", ip)))
      .replaceAll(/(?<=:)3[0-2]\d{3}(?=\/(?:TCP|UDP)\b)/g, (port) => this.#name("NODEPORT", port))
      .replaceAll(/(?<=nodePort: \{[A-Z]+ )3[0-2]\d{3}(?=\})/g, (port) => this.#name("NODEPORT", port))
      .replaceAll(/(?<=Duplicate value: )3[0-2]\d{3}\b/g, (port) => this.#name("NODEPORT", port))
      .replaceAll(VERSIONS, (version) => this.#names.get(`RV ${version}`) ?? version)
      .replaceAll(/(?<=\bgen-\d+-)[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, (end) => this.#name("RAND", end));
  }

  #name(kind: string, value: string): string {
    const known = this.#names.get(`${kind} ${value}`);
    if (known !== undefined) return known;
    const count = (this.#counts.get(kind) ?? 0) + 1;
    const name = `$${kind}${count}`;
    this.#counts.set(kind, count);
    if (!value.startsWith("list ")) this.#names.set(`${kind} ${value}`, name);
    this.#values.set(name, value.replace("list ", ""));
    return name;
  }
}

function recentTime(text: string): string {
  if (Math.abs(Date.parse(text) - Date.now()) > RECENT_MS) return text;
  return text.includes(".") ? "$MICROTIME" : "$TIME";
}

/** Their order hangs on the second in which each was written. */
function sortedEntries(entries: readonly JsonValue[]): readonly JsonValue[] {
  return entries
    .map((entry) => [JSON.stringify(entry), entry] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, entry]) => entry);
}
