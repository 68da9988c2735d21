import type {
  Fields,
  GetOperation,
  History,
  ListOperation,
  Page,
  ServerEvent,
  Watch,
  WatchEvent,
  WatchRequest,
  WriteOperation,
} from "../src/history/history.ts";
import type { Seen } from "../src/history/seen-object.ts";

export const KEY = "ConfigMap/a/first";
const EVERYTHING = { of: "ConfigMap", namespace: "", selector: "everything" } as const;

/** A version of the object of these tests. */
export interface PlantedVersion {
  readonly key?: string;
  readonly revision: number;
  readonly stamp: string;
  readonly value?: string;
  readonly tier?: string;
  readonly uid?: string;
  readonly generation?: number;
}

export function aVersion(version: PlantedVersion): Seen {
  const { key = KEY, revision, stamp, value = stamp, tier, uid = "u1", generation = 0 } = version;
  const labels: Fields = tier === undefined ? {} : { tier };
  const content = { labels, annotations: { stamp }, fields: { value }, finalizers: [] };
  const state = {
    isTerminating: false,
    hasGracePeriod: false,
    isHeld: false,
    status: {},
    owners: [],
    generation,
  };
  return {
    key,
    uid,
    revision,
    ...content,
    ...state,
    text: JSON.stringify({ key, uid, ...content, ...state }),
  };
}

/** When something happens; the tests give even numbers. */
export interface When {
  readonly start: number;
  readonly end: number;
}

const done = { kind: "done", code: 200 } as const;

export function aCreate(id: string, seen: Seen, when: When): WriteOperation {
  const { labels, annotations, fields, finalizers, key } = seen;
  const [, namespace = "", name = ""] = key.split("/");
  const content = { labels, annotations, fields, finalizers };
  const mark = { slot: "stamp", id };
  const request = { verb: "create", of: "ConfigMap", namespace, name, content, mark } as const;
  return { id, client: "client", ...when, outcome: done, request, answer: seen };
}

/** A replacement of a version by the next one. */
export function aReplace(id: string, seen: Seen, when: When & { readonly onto?: number }): WriteOperation {
  const { labels, annotations, fields, finalizers, key } = seen;
  const { start, end, onto } = when;
  const guard = onto === undefined ? {} : { revision: onto };
  const content = { labels, annotations, fields, finalizers };
  const mark = { slot: "stamp", id };
  const request = { verb: "replace", key, content, mark, finalizes: false, ...guard } as const;
  return { id, client: "client", start, end, outcome: done, request, answer: seen };
}

export function aDelete(id: string, when: When, uid = "u1"): WriteOperation {
  return {
    id,
    client: "client",
    ...when,
    outcome: done,
    request: { verb: "delete", key: KEY },
    goneUid: uid,
  };
}

export function aGet(id: string, answer: Seen | undefined, when: When): GetOperation {
  const notFound = { kind: "refused", code: 404, reason: "NotFound", message: "not found" } as const;
  return {
    id,
    client: "client",
    ...when,
    request: { verb: "get", key: answer?.key ?? KEY, freshness: { kind: "newest" } },
    ...(answer === undefined ? { outcome: notFound } : { outcome: done, answer }),
  };
}

export function aPage(page: Partial<Page> & Pick<Page, "start" | "end" | "revision" | "items">): Page {
  return { hasMore: false, isFreshStart: false, ...page };
}

export function aList(
  id: string,
  pages: readonly Page[],
  request: Partial<ListOperation["request"]> = {},
): ListOperation {
  const newest = { kind: "newest" } as const;
  return {
    id,
    client: "client",
    start: pages[0]?.start ?? 0,
    end: pages.at(-1)?.end ?? 0,
    outcome: done,
    request: { verb: "list", ...EVERYTHING, limit: 0, freshness: newest, ...request },
    pages,
  };
}

export function anEvent(kind: "ADDED" | "MODIFIED" | "DELETED", at: number, object: Seen): WatchEvent {
  return { kind, at, object };
}

export function aBookmark(at: number, revision: number, isInitialEnd = false): WatchEvent {
  return { kind: "BOOKMARK", at, revision, isInitialEnd };
}

export function aWatch(
  events: readonly WatchEvent[],
  watch: Partial<Omit<Watch, "request">> & { readonly request?: Partial<WatchRequest> } = {},
): Watch {
  const { request, ...more } = watch;
  const start = { kind: "after", revision: 1 } as const;
  return {
    id: "w",
    client: "watcher",
    opened: 1,
    end: { kind: "open" },
    ...more,
    request: { ...EVERYTHING, start, bookmarks: true, ...request },
    events,
  };
}

/** A history that begins with nothing at revision 1. */
export function aHistory(parts: {
  readonly operations?: History["operations"];
  readonly watches?: readonly Watch[];
  readonly server?: readonly ServerEvent[];
  readonly settled?: number;
}): History {
  return {
    baseline: [aPage({ start: 0, end: 0, revision: 1, items: [] })],
    operations: [],
    watches: [],
    server: [],
    settled: 0,
    promises: { watchesBeginFresh: true, expiresOnlyCompacted: true, deletionsSeeFinalizers: true },
    ...parts,
  };
}
