import type { JsonObject, JsonValue } from "@weir/core";
import {
  type Change,
  type Content,
  type DeleteRequest,
  type Freshness,
  type GetRequest,
  type KindName,
  type ListRequest,
  type MarkedWrite,
  parseKey,
  type Scope,
  type WatchRequest,
  type WriteRequest,
} from "../history/history.ts";
import { selectorNamed } from "../model/selectors.ts";
import { apiVersionOf, KINDS } from "./kinds.ts";

/** A request as it goes over the wire. */
export interface HttpRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly contentType?: string;
  readonly body?: JsonValue;
}

const PATCH_TYPES = {
  json: "application/json-patch+json",
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
} as const;

/** How a write or a get is asked for; updates are put down to the manager. */
export function httpRequest(request: WriteRequest | GetRequest, manager: string): HttpRequest {
  const fieldManager = `fieldManager=${manager}`;
  switch (request.verb) {
    case "get":
      return { method: "GET", target: `${objectPath(request.key)}${freshnessQuery("?", request.freshness)}` };
    case "create": {
      const target = `${collectionPath(request.of, request.namespace)}?${fieldManager}`;
      return { method: "POST", target, contentType: "application/json", body: writtenObject(request) };
    }
    case "replace": {
      const target = `${objectPath(request.key)}${request.finalizes ? "/finalize" : ""}?${fieldManager}`;
      return { method: "PUT", target, contentType: "application/json", body: writtenObject(request) };
    }
    case "patch": {
      const target = `${objectPath(request.key)}?${fieldManager}`;
      return { method: "PATCH", target, contentType: PATCH_TYPES[request.how], body: patchBody(request) };
    }
    case "apply": {
      const target = `${objectPath(request.key)}?fieldManager=${request.manager}&force=${request.force}`;
      return {
        method: "PATCH",
        target,
        contentType: "application/apply-patch+yaml",
        body: writtenObject(request),
      };
    }
    case "status": {
      const target = `${objectPath(request.key)}/status?${fieldManager}`;
      const isPut = request.how === "replace";
      const contentType = isPut ? "application/json" : PATCH_TYPES.merge;
      return { method: isPut ? "PUT" : "PATCH", target, contentType, body: statusBody(request) };
    }
    case "delete":
      return { method: "DELETE", target: objectPath(request.key), ...deleteBody(request) };
    case "deletecollection":
      return {
        method: "DELETE",
        target: collectionPath(request.of, request.namespace) + scopeQuery(request),
      };
  }
}

/** How a page of a list is asked for. */
export function listTarget(request: ListRequest, token: string): string {
  const query = scopeQuery(request);
  const limit = request.limit > 0 ? `&limit=${request.limit}` : "";
  const more =
    token === "" ? freshnessQuery("&", request.freshness) : `&continue=${encodeURIComponent(token)}`;
  return `${collectionPath(request.of, request.namespace)}${query}${limit}${more}`;
}

/** How a watch is asked for. */
export function watchTarget(request: WatchRequest): string {
  const { start } = request;
  const begin = {
    now: start.kind === "now" && start.isAny ? "&resourceVersion=0" : "",
    after: start.kind === "after" ? `&resourceVersion=${start.revision}` : "",
    initial: "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan",
  }[start.kind];
  const bookmarks = request.bookmarks ? "&allowWatchBookmarks=true" : "";
  return `${collectionPath(request.of, request.namespace)}${scopeQuery(request)}&watch=true${begin}${bookmarks}`;
}

/** The parameters of a freshness, by their names. */
export function freshnessParameters(freshness: Freshness): Readonly<Record<string, string>> {
  switch (freshness.kind) {
    case "newest":
      return {};
    case "any":
      return { resourceVersion: "0" };
    case "notOlderThan":
      return { resourceVersion: String(freshness.revision), resourceVersionMatch: "NotOlderThan" };
    case "exact":
      return { resourceVersion: String(freshness.revision), resourceVersionMatch: "Exact" };
  }
}

function freshnessQuery(sign: string, freshness: Freshness): string {
  const text = new URLSearchParams(freshnessParameters(freshness)).toString();
  return text === "" ? "" : `${sign}${text}`;
}

function scopeQuery({ selector }: Pick<Scope, "selector">): string {
  const { labels, fields } = selectorNamed(selector);
  const query = new URLSearchParams({
    ...(labels === undefined ? {} : { labelSelector: labels }),
    ...(fields === undefined ? {} : { fieldSelector: fields }),
  });
  return `?${query.toString()}`;
}

function collectionPath(of: KindName, namespace: string): string {
  const { group, version, plural } = KINDS[of];
  const root = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
  return namespace === "" ? `${root}/${plural}` : `${root}/namespaces/${namespace}/${plural}`;
}

function objectPath(key: string): string {
  const { of, namespace, name } = parseKey(key);
  return `${collectionPath(of, namespace)}/${name}`;
}

type WrittenWhole = MarkedWrite & { readonly verb: "create" | "replace" | "apply" };

/** The object that a create, a replacement or an apply sends. */
export function writtenObject(request: WrittenWhole): JsonObject {
  const address = request.verb === "create" ? { ...request, name: request.name } : parseKey(request.key);
  const { of, namespace, name } = address;
  const facts = KINDS[of];
  const { labels, annotations, fields, finalizers } = request.content;
  const metadata = {
    ...(namespace === "" ? {} : { namespace }),
    ...(name === undefined ? { generateName: "generated-" } : { name }),
    labels,
    annotations,
    ...(request.verb === "apply" ? {} : { finalizers }),
    ...("uid" in request ? { uid: request.uid } : {}),
    ...("revision" in request ? { resourceVersion: String(request.revision) } : {}),
  };
  const spec = request.verb === "replace" && request.finalizes ? { spec: { finalizers: [] } } : {};
  return {
    apiVersion: apiVersionOf(facts),
    kind: of,
    metadata,
    ...nested(facts.fields, fields),
    ...spec,
  } as JsonObject;
}

function nested(path: readonly string[], value: JsonValue): JsonObject {
  if (path.length === 0) return {};
  return path.reduceRight<JsonValue>((inner, name) => ({ [name]: inner }), value) as JsonObject;
}

type PatchRequest = MarkedWrite & { readonly verb: "patch" };

/** The body of a patch of its type. */
export function patchBody(request: PatchRequest): JsonValue {
  const { change, how, revision, key } = request;
  const { fields } = KINDS[parseKey(key).of];
  if (how === "json") return jsonPatch(change, revision, `/${fields.join("/")}`) as unknown as JsonValue;
  const { labels, annotations, finalizers, withoutFinalizer } = change;
  return {
    metadata: {
      ...(revision === undefined ? {} : { resourceVersion: String(revision) }),
      labels,
      annotations,
      ...(finalizers === undefined ? {} : { finalizers }),
      ...(withoutFinalizer === undefined
        ? {}
        : { "$deleteFromPrimitiveList/finalizers": [withoutFinalizer] }),
    },
    ...(Object.keys(change.fields).length === 0 ? {} : nested(fields, change.fields)),
  } as JsonValue;
}

function jsonPatch(change: Change, revision: number | undefined, fieldsAt: string): readonly JsonObject[] {
  const under = (path: string, texts: Readonly<Record<string, string | null>>): readonly JsonObject[] =>
    Object.entries(texts).map(([name, value]) => ({ op: "add", path: `${path}/${name}`, value }));
  const test = { op: "test", path: "/metadata/resourceVersion", value: String(revision) };
  const { finalizers } = change;
  return [
    ...(revision === undefined ? [] : [test]),
    ...under("/metadata/labels", change.labels),
    ...under("/metadata/annotations", change.annotations),
    ...under(fieldsAt, change.fields),
    ...(finalizers === undefined ? [] : [{ op: "add", path: "/metadata/finalizers", value: finalizers }]),
  ];
}

/** What is sent to a status. */
export function statusBody({
  key,
  mark,
  how,
  revision,
}: MarkedWrite & { readonly verb: "status" }): JsonObject {
  const { of, namespace, name } = parseKey(key);
  const version = revision === undefined ? {} : { resourceVersion: String(revision) };
  const status = { stamp: mark.id };
  if (how === "merge") return { metadata: version, status };
  return { apiVersion: apiVersionOf(KINDS[of]), kind: of, metadata: { namespace, name, ...version }, status };
}

function deleteBody({ uid, revision }: DeleteRequest): Partial<HttpRequest> {
  if (uid === undefined && revision === undefined) return {};
  const preconditions = {
    ...(uid === undefined ? {} : { uid }),
    ...(revision === undefined ? {} : { resourceVersion: String(revision) }),
  };
  return {
    contentType: "application/json",
    body: { apiVersion: "v1", kind: "DeleteOptions", preconditions } as JsonObject,
  };
}

/** Content of an object that is there, to be sent back with changes. */
export function contentOf({ labels, annotations, fields, finalizers }: Content): Content {
  return { labels, annotations, fields, finalizers };
}
