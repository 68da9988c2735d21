import type { JsonValue } from "@weir/core";
import type { FreshNamespaces } from "../apiserver/replay-target.ts";

const UID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const ADDRESS = /^10\.0\.0\.\d{1,3}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const MICRO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;
const TOKEN_VOLUME = /kube-api-access-([bcdfghjklmnpqrstvwxz2456789]{5})/g;
/** Times before this one are part of a transcript, not of its recording. */
const OLDEST_CURRENT = Date.UTC(2026, 0, 1);

/** Gives what a server made up the placeholders of transcripts, and puts it back where a request names one. */
export class Names {
  readonly #namespaces: FreshNamespaces;
  readonly #names = new Map<string, string>();
  readonly #counts = new Map<string, number>();

  constructor(namespaces: FreshNamespaces) {
    this.#namespaces = namespaces;
  }

  /** A text with the values of its placeholders. */
  fill(text: string): string {
    let filled = text.replaceAll("$NS2", this.#namespaces.second).replaceAll("$NS", this.#namespaces.first);
    for (const [value, name] of this.#names) filled = filled.replaceAll(name, value);
    return filled;
  }

  /** A text with placeholders for what is the server's own. */
  name(text: string): string {
    return text
      .replaceAll(this.#namespaces.first, "$NS")
      .replaceAll(this.#namespaces.second, "$NS2")
      .replaceAll(UID, (uid) => this.#placeholder("UID", uid))
      .replaceAll(
        TOKEN_VOLUME,
        (_whole, suffix: string) => `kube-api-access-${this.#placeholder("RAND", suffix)}`,
      );
  }

  /** The same in every string and key of a value. */
  nameIn(value: JsonValue, key: string): JsonValue {
    if (typeof value === "string") return this.#nameText(value, key);
    if (key === "nodePort" && typeof value === "number") return this.#placeholder("NODEPORT", String(value));
    if (Array.isArray(value)) return value.map((item: JsonValue) => this.nameIn(item, key));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [this.name(name), this.nameIn(item as JsonValue, name)]),
    );
  }

  #nameText(text: string, key: string): string {
    if (key === "resourceVersion" && /^\d+$/.test(text)) return this.#placeholder("RV", text);
    if (TIME.test(text) && Date.parse(text) > OLDEST_CURRENT) return "$TIME";
    if (MICRO_TIME.test(text) && Date.parse(text) > OLDEST_CURRENT) return "$MICROTIME";
    if (ADDRESS.test(text)) return this.#placeholder("CLUSTERIP", text);
    return this.name(text);
  }

  #placeholder(kind: string, value: string): string {
    const known = this.#names.get(value);
    if (known !== undefined) return known;
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    const name = `$${kind}${count}`;
    this.#names.set(value, name);
    return name;
  }
}
