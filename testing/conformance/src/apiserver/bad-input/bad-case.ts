import type { RawRequest } from "./raw-http.ts";

/** Who asks: users that both servers know by a token, nobody, or somebody by a header of their own. */
export type Asker = "admin" | "alice" | "nobody";

/** One request of a case. */
export interface BadAsk {
  readonly method: string;
  readonly target: string;
  readonly headers?: RawRequest["headers"];
  /** The administrator by default. */
  readonly user?: Asker;
  /** A text, bytes, or what makes a long one. */
  readonly body?: string | Uint8Array | (() => Uint8Array);
  readonly isChunked?: boolean;
  /** Makes what the Authorization header says of a good token of a ServiceAccount. */
  readonly authorization?: (good: string) => string;
}

/** A conversation with a server in which something is wrong. */
export interface BadCase {
  readonly name: string;
  readonly asks: readonly BadAsk[];
}

/** The namespace in which cases do what they do. */
export const NAMESPACE = "bad";

export const CONFIG_MAPS = `/api/v1/namespaces/${NAMESPACE}/configmaps`;
export const DEPLOYMENTS = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments`;
export const WIDGETS = `/apis/example.com/v1/namespaces/${NAMESPACE}/widgets`;
export const PODS = `/api/v1/namespaces/${NAMESPACE}/pods`;

export const JSON_TYPE: RawRequest["headers"] = [["Content-Type", "application/json"]];

/** A case of one request. */
export function one(name: string, ask: BadAsk): BadCase {
  return { name, asks: [ask] };
}

/** A POST of JSON that stores nothing. */
export function posted(name: string, target: string, body: NonNullable<BadAsk["body"]>): BadCase {
  const dry = `${target}${target.includes("?") ? "&" : "?"}dryRun=All`;
  return one(name, { method: "POST", target: dry, headers: JSON_TYPE, body });
}

export function got(name: string, target: string, headers: RawRequest["headers"] = []): BadCase {
  return one(name, { method: "GET", target, headers });
}

/** Bytes of parts, texts in UTF-8. */
export function bytes(...parts: readonly (string | readonly number[])[]): Uint8Array {
  return Buffer.concat(
    parts.map((part) => (typeof part === "string" ? Buffer.from(part) : Buffer.from(part))),
  );
}

const TYPES: Readonly<Record<string, string>> = {
  ConfigMap: "v1",
  Pod: "v1",
  Deployment: "apps/v1",
  Widget: "example.com/v1",
};

/** An object as JSON text; `rest` follows the name, `meta` is more of the metadata. */
export function object(kind: string, rest = "", meta = ""): string {
  return `{"apiVersion":"${TYPES[kind]}","kind":"${kind}","metadata":{"name":"x"${meta}}${rest}}`;
}
