import { quoteGo } from "@weir/text";
import { SchemaError } from "./schema-error.ts";

/** A reference split at its `#`, the fragment decoded. */
export interface SplitReference {
  readonly url: string;
  readonly fragment: string;
}

/** Splits a reference. Throws `SchemaError` for a broken percent escape. */
export function splitReference(reference: string): SplitReference {
  const hash = reference.indexOf("#");
  if (hash === -1) return { url: reference, fragment: "" };
  const encoded = reference.slice(hash + 1);
  const broken = /%(?![0-9a-fA-F]{2}).{0,2}/s.exec(encoded)?.[0];
  if (broken !== undefined) {
    throw new SchemaError(`error in parsing ${quoteGo(reference)}: invalid URL escape ${quoteGo(broken)}`);
  }
  return { url: reference.slice(0, hash), fragment: decoded(encoded) };
}

/** Percent escapes become bytes, and those text. */
function decoded(encoded: string): string {
  if (!encoded.includes("%")) return encoded;
  const parts = encoded.split(/%([0-9a-fA-F]{2})/);
  const bytes = parts.map((part, index) => (index % 2 === 0 ? Buffer.from(part) : Buffer.from(part, "hex")));
  return Buffer.concat(bytes).toString("utf8");
}

interface UrlParts {
  readonly scheme: string;
  readonly authority: string | undefined;
  readonly path: string;
  readonly query: string | undefined;
}

const PARTS = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/([^/?]*))?([^?]*)(?:\?(.*))?$/s;

function partsOf(url: string): UrlParts {
  const [, scheme = "", authority, path = "", query] = PARTS.exec(url) ?? [];
  return { scheme: scheme.toLowerCase(), authority, path, query };
}

/** The scheme of a URL, in lower case; empty for a relative one. */
export function schemeOf(url: string): string {
  return partsOf(url).scheme;
}

/** Resolves a reference without a fragment against a base, by the rules of RFC 3986. */
export function resolveUrl(base: string, reference: string): string {
  const target = partsOf(reference);
  if (target.scheme !== "") return reference;
  const from = partsOf(base);
  // A base without slashes (`urn:x`) has nothing to resolve against.
  if (from.authority === undefined && !from.path.startsWith("/")) return base;
  if (target.authority !== undefined) return textOf({ ...target, scheme: from.scheme });
  if (target.path === "") return textOf({ ...from, query: target.query ?? from.query });
  const folder = from.path.slice(0, from.path.lastIndexOf("/") + 1);
  const path = target.path.startsWith("/") ? target.path : `${folder === "" ? "/" : folder}${target.path}`;
  return textOf({ ...from, path: withoutDots(path), query: target.query });
}

function textOf({ scheme, authority, path, query }: UrlParts): string {
  const host = authority === undefined ? "" : `//${authority}`;
  return `${scheme}:${host}${path}${query === undefined ? "" : `?${query}`}`;
}

function withoutDots(path: string): string {
  const kept: string[] = [];
  const parts = path.split("/").slice(1);
  for (const [index, part] of parts.entries()) {
    const isLast = index === parts.length - 1;
    if (part === "..") kept.pop();
    if (part === "." || part === "..") {
      if (isLast) kept.push("");
    } else kept.push(part);
  }
  return `/${kept.join("/")}`;
}
