import { goText } from "./go-text.ts";

/** What a request is about, read from its method and path alone. */
export type RequestInfo =
  | ResourceRequestInfo
  | { readonly kind: "path"; readonly path: string }
  /** A prefix that has to be followed by a resource is not. */
  | { readonly kind: "cut"; readonly path: string };

/** A request to a resource, as authorization and dispatch name it. */
export interface ResourceRequestInfo {
  readonly kind: "resource";
  readonly path: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  /** What follows the subresource, for proxies and logs. */
  readonly rest: readonly string[];
  /** `""` for the cluster scope and for lists across namespaces. */
  readonly namespace: string;
  /** `""` for collections. */
  readonly name: string;
  /**
   * Lower-case verb of authorization: get, list, watch, create, update, patch, delete, deletecollection; proxy of paths with the
   * old prefix, which nothing serves.
   */
  readonly verb: string;
}

/** What follows a namespace's name and is about the namespace itself. */
const namespaceSubresources = new Set(["status", "finalize"]);

const verbs: Readonly<Record<string, string>> = {
  POST: "create",
  GET: "get",
  HEAD: "get",
  PUT: "update",
  PATCH: "patch",
  DELETE: "delete",
};

/** Reads the resource, name and verb out of a request; `path` is decoded. Other paths come back as they are. */
export function parseRequestInfo(method: string, path: string, query: URLSearchParams): RequestInfo {
  const parts = splitPath(path);
  const depth = parts[0] === "api" ? 2 : parts[0] === "apis" ? 3 : Number.POSITIVE_INFINITY;
  if (parts.length <= depth) return { kind: "path", path };
  const [, second = "", third = ""] = parts;
  const [group, version] = depth === 2 ? ["", second] : [second, third];
  const below = parts.slice(depth);
  const prefix = below[0] ?? "";
  if (prefix === "watch" || prefix === "proxy")
    return below.length === 1 ? { kind: "cut", path } : { path, group, version, ...prefixed(prefix, below) };
  const target = readTarget(below);
  // One object is watched by the old prefix or by a field selector; on its own path the option means nothing.
  const isWatch = target.name === "" && isTrue(query.get("watch"));
  return { kind: "resource", path, group, version, ...target, verb: verbOf(method, target.name, isWatch) };
}

/** What follows a prefix that is the verb, whatever the method. */
function prefixed(
  verb: "watch" | "proxy",
  parts: readonly string[],
): Target & Pick<ResourceRequestInfo, "kind" | "verb"> {
  const target = readTarget(parts.slice(1));
  return { kind: "resource", ...target, subresource: verb === "proxy" ? "" : target.subresource, verb };
}

type Target = Pick<ResourceRequestInfo, "resource" | "name" | "subresource" | "rest" | "namespace">;

/** `namespaces/ns/pods/a/log` → pods, a, log in ns; a Namespace is in itself. */
function readTarget(parts: readonly string[]): Target {
  const [first = "", second = "", third = ""] = parts;
  const isInside = first === "namespaces" && parts.length > 2 && !namespaceSubresources.has(third);
  const [resource = "", name = "", subresource = "", ...rest] = isInside ? parts.slice(2) : parts;
  const namespace = isInside ? second : resource === "namespaces" ? name : "";
  return { resource, name, subresource, rest, namespace };
}

function verbOf(method: string, name: string, isWatch: boolean): string {
  // Methods that no verb stands for have an empty one.
  const verb = Object.hasOwn(verbs, method) ? (verbs[method] ?? "") : "";
  if (verb === "get") return isWatch ? "watch" : name === "" ? "list" : "get";
  return verb === "delete" && name === "" ? "deletecollection" : verb;
}

/** Kubernetes reads a boolean option as true unless it is absent, false or 0. */
export function isTrue(value: string | null): boolean {
  return value !== null && value.toLowerCase() !== "false" && value !== "0";
}

/** Slashes around a path count for nothing. */
function splitPath(path: string): readonly string[] {
  let start = 0;
  let end = path.length;
  while (start < end && path.charCodeAt(start) === SLASH) start += 1;
  while (end > start && path.charCodeAt(end - 1) === SLASH) end -= 1;
  return path.slice(start, end).split("/");
}

const SLASH = 0x2f;

/** A path without its percent-encoding, as Go's URLs have it; `undefined` where the encoding is wrong. */
export function decodePath(path: string): string | undefined {
  if (!path.includes("%")) return path;
  if (/%(?![0-9a-fA-F]{2})/.test(path)) return undefined;
  try {
    return decodeURIComponent(path);
  } catch {
    // What is no UTF-8 stays out of place: no name has it.
    return goText(Buffer.from(unescapeBytes(path), "latin1"));
  }
}

function unescapeBytes(path: string): string {
  return path.replaceAll(/%([0-9a-fA-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
