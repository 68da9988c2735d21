import { formatApiVersion } from "@weir/objects";
import type { Kind } from "./kind.ts";
import { ObjectAddressError } from "./api-error.ts";
import type { ResolvedKind } from "./client.ts";

/** What a request path is built from: the parts of a kind that discovery knows. */
export type ServedKind = Pick<ResolvedKind, "group" | "version" | "kind" | "plural" | "scope">;

/** Which object, collection or subresource a path names. */
export interface PathTarget {
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly subresource?: string | undefined;
}

/** The path of a collection, an object or a subresource, without a query; refuses what would leave its segment. */
export function objectPath(kind: ServedKind, target: PathTarget): string {
  const root = kind.group === "" ? "/api" : "/apis";
  const parts = [root, "/", formatApiVersion(kind)];
  if (kind.scope === "Namespaced" && target.namespace !== undefined && target.namespace !== "") {
    parts.push("/namespaces/", segment(target.namespace, "namespace"));
  }
  parts.push("/", kind.plural);
  if (target.name !== undefined) parts.push("/", segment(target.name, "name"));
  if (target.subresource !== undefined) parts.push("/", subresourcePath(target.subresource));
  return parts.join("");
}

/** Refuses an object of a namespaced kind that names no namespace; the server would read its name as one. */
export function requireNamespace(kind: ServedKind, namespace: string | undefined): void {
  if (kind.scope === "Namespaced" && (namespace === undefined || namespace === "")) {
    throw new ObjectAddressError(`an object of kind ${kind.kind} needs a namespace`);
  }
}

/** A served kind where the value itself says enough; the rest needs discovery. */
export function servedByDeclaration(kind: Kind<unknown, unknown>): ServedKind | undefined {
  const { group, version, plural, scope } = kind;
  if (plural === undefined || scope === undefined || version === "") return undefined;
  return { group, version, kind: kind.kind, plural, scope };
}

/** A query string with its `?`; parameters that are undefined are left out. */
export function queryOf(parameters: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) search.set(name, String(value));
  }
  return search.size === 0 ? "" : `?${search.toString()}`;
}

function segment(value: string, what: string): string {
  if (value === "" || value === "." || value === ".." || /[/%]/.test(value)) {
    throw new ObjectAddressError(`${JSON.stringify(value)} is not a ${what} that a path can hold`);
  }
  return encodeURIComponent(value);
}

/** Proxy subresources hold a path of their own, so slashes stay. */
function subresourcePath(subresource: string): string {
  return subresource
    .split("/")
    .map((part) => segment(part, "subresource"))
    .join("/");
}
