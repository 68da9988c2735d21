import type { Freshness, Operation, Outcome, WatchRequest, WriteRequest } from "../history/history.ts";
import type { Seen } from "../history/seen-object.ts";

type Request = Operation["request"];

/** A request in words. */
export function describeRequest(request: Request): string {
  switch (request.verb) {
    case "get":
      return `get ${request.key}${freshness(request.freshness)}`;
    case "list": {
      const pages = request.limit > 0 ? `, ${request.limit} a page` : "";
      const what = `list ${request.of} of ${place(request.namespace)} chosen by "${request.selector}"`;
      return `${what}${freshness(request.freshness)}${pages}`;
    }
    default:
      return describeWrite(request);
  }
}

function describeWrite(request: WriteRequest): string {
  switch (request.verb) {
    case "create": {
      const { of, namespace, name = "generated-*", content } = request;
      return `create ${of} ${namespace}/${name}${finalizers(content.finalizers)}`;
    }
    case "replace": {
      const verb = request.finalizes ? "finalize" : "replace";
      return `${verb} ${request.key}${guards(request)}${finalizers(request.content.finalizers)}`;
    }
    case "patch":
      return `${request.how} patch of ${request.key}${guards(request)} ${JSON.stringify(request.change)}`;
    case "apply": {
      const texts = JSON.stringify({ ...request.content.labels, ...request.content.fields });
      const force = request.force ? " by force" : "";
      return `apply ${request.key} as ${request.manager}${force}${guards(request)} ${texts}`;
    }
    case "status":
      return `${request.how} of the status of ${request.key}${guards(request)}`;
    case "delete":
      return `delete ${request.key}${guards(request)}`;
    case "deletecollection":
      return `delete all ${request.of} of ${request.namespace} chosen by "${request.selector}"`;
  }
}

/** A watch in words. */
export function describeWatch({ of, namespace, selector, start, bookmarks }: WatchRequest): string {
  const begin = {
    now: start.kind === "now" && start.isAny ? 'from resourceVersion "0"' : "from now",
    after: start.kind === "after" ? `after revision ${start.revision}` : "",
    initial: "with what is there first",
  }[start.kind];
  const marks = bookmarks ? ", with bookmarks" : "";
  return `${of} of ${place(namespace)} chosen by "${selector}", ${begin}${marks}`;
}

/** An object in words: where it is in its life, and who left a mark. */
export function describeSeen(seen: Seen): string {
  const marks = {
    ...seen.annotations,
    ...(seen.status["stamp"] === undefined ? {} : { status: seen.status["stamp"] }),
  };
  const state = [
    `uid ${seen.uid.slice(0, 8)}`,
    ...(seen.generation > 0 ? [`generation ${seen.generation}`] : []),
    ...(seen.isTerminating ? ["being deleted"] : []),
    ...(seen.finalizers.length > 0 ? [`finalizers ${seen.finalizers.join(" ")}`] : []),
    `labels ${JSON.stringify(seen.labels)}`,
    `fields ${JSON.stringify(seen.fields)}`,
    `marks ${JSON.stringify(marks)}`,
  ];
  return state.join(", ");
}

export function describeOutcome(outcome: Outcome): string {
  switch (outcome.kind) {
    case "done":
      return String(outcome.code);
    case "refused":
      return `${outcome.code} ${outcome.reason} (${outcome.message})`;
    case "unknown":
      return outcome.code === undefined ? "no answer" : `${outcome.code}`;
  }
}

function place(namespace: string): string {
  return namespace === "" ? "all namespaces" : namespace;
}

function guards({ revision, uid }: { readonly revision?: number; readonly uid?: string }): string {
  const only = [
    ...(revision === undefined ? [] : [`revision ${revision}`]),
    ...(uid === undefined ? [] : [`uid ${uid.slice(0, 8)}`]),
  ];
  return only.length === 0 ? "" : ` if at ${only.join(" and ")}`;
}

function finalizers(names: readonly string[]): string {
  return names.length === 0 ? "" : ` with finalizers ${names.join(" ")}`;
}

function freshness(wanted: Freshness): string {
  switch (wanted.kind) {
    case "newest":
      return "";
    case "any":
      return ' at resourceVersion "0"';
    case "notOlderThan":
      return ` not older than revision ${wanted.revision}`;
    case "exact":
      return ` exactly at revision ${wanted.revision}`;
  }
}
