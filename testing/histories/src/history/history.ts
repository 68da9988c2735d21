import type { Seen } from "./seen-object.ts";

/** Texts by name, as ConfigMaps hold them. */
export type Fields = Readonly<Record<string, string>>;

/** The kinds that clients write. */
export type KindName = "ConfigMap" | "Gauge" | "Namespace";

/** What an object is to say when it is written whole. */
export interface Content {
  readonly labels: Fields;
  readonly annotations: Fields;
  readonly fields: Fields;
  readonly finalizers: readonly string[];
}

/** What a patch changes; `null` takes away. */
export interface Change {
  readonly labels: Readonly<Record<string, string | null>>;
  readonly fields: Readonly<Record<string, string | null>>;
  readonly annotations: Fields;
  /** The whole list; absent where it stays. */
  readonly finalizers?: readonly string[];
  /** Strategic patches alone. */
  readonly withoutFinalizer?: string;
}

/** Which object: `KIND/NAMESPACE/NAME`, the namespace empty where there is none. */
export type KeyText = string;

/**
 * A write that leaves its mark: the value of `mark.slot` among the annotations (or of the status) names the request, and no
 * other request writes the same.
 */
export interface Mark {
  readonly slot: string;
  readonly id: string;
}

interface ToObject {
  readonly key: KeyText;
  /** Only if the object is at this revision. */
  readonly revision?: number;
}

export type MarkedWrite =
  | {
      readonly verb: "create";
      readonly of: KindName;
      readonly namespace: string;
      /** Absent where the server is to draw a name. */
      readonly name?: string;
      readonly content: Content;
      readonly mark: Mark;
    }
  | (ToObject & {
      readonly verb: "replace";
      readonly content: Content;
      readonly uid?: string;
      readonly mark: Mark;
      /** Of Namespaces: lets go of the finalizer of the spec, too. */
      readonly finalizes: boolean;
    })
  | (ToObject & {
      readonly verb: "patch";
      readonly how: "json" | "merge" | "strategic";
      readonly change: Change;
      readonly mark: Mark;
    })
  | (ToObject & {
      readonly verb: "apply";
      readonly manager: string;
      readonly force: boolean;
      readonly content: Content;
      readonly mark: Mark;
    })
  | (ToObject & { readonly verb: "status"; readonly how: "replace" | "merge"; readonly mark: Mark });

export type DeleteRequest = ToObject & { readonly verb: "delete"; readonly uid?: string };

export interface DeleteCollectionRequest {
  readonly verb: "deletecollection";
  readonly of: KindName;
  readonly namespace: string;
  readonly selector: string;
}

export type WriteRequest = MarkedWrite | DeleteRequest | DeleteCollectionRequest;

/** How new a read has to be. */
export type Freshness =
  | { readonly kind: "newest" }
  | { readonly kind: "any" }
  | { readonly kind: "notOlderThan"; readonly revision: number }
  | { readonly kind: "exact"; readonly revision: number };

export interface GetRequest {
  readonly verb: "get";
  readonly key: KeyText;
  readonly freshness: Freshness;
}

/** Which objects a list or a watch is about: all of a kind, or those of a namespace, that a selector of the table chooses. */
export interface Scope {
  readonly of: KindName;
  /** Empty for all namespaces. */
  readonly namespace: string;
  readonly selector: string;
}

export interface ListRequest extends Scope {
  readonly verb: "list";
  /** 0 for everything at once. */
  readonly limit: number;
  readonly freshness: Freshness;
}

/** How a request ended, as far as its client knows. */
export type Outcome =
  | { readonly kind: "done"; readonly code: number }
  | { readonly kind: "refused"; readonly code: number; readonly reason: string; readonly message: string }
  /** No answer came: it may have happened, and may still happen until `until`. */
  | { readonly kind: "unknown"; readonly until: number; readonly code?: number };

interface Performed {
  readonly id: string;
  /** Who sent it, and by what. */
  readonly client: string;
  /** Moments of one clock that only grows: two things never happen at the same. */
  readonly start: number;
  readonly end: number;
  readonly outcome: Outcome;
}

/** The reason of a refusal that somebody put in the way: the server was never asked. */
export const INJECTED = "Injected";

/** A write, with the object of the answer, if one came. */
export interface WriteOperation extends Performed {
  readonly request: WriteRequest;
  readonly answer?: Seen;
  /** The uid that the Status of a finished deletion names. */
  readonly goneUid?: string;
  /** What a deletion of many answered with. */
  readonly items?: readonly Seen[];
}

export interface GetOperation extends Performed {
  readonly request: GetRequest;
  readonly answer?: Seen;
}

/** One page of a list. */
export interface Page {
  readonly start: number;
  readonly end: number;
  readonly revision: number;
  readonly items: readonly Seen[];
  /** What the server says is left; absent where it says nothing. */
  readonly remaining?: number;
  readonly hasMore: boolean;
  /** It was asked for with the token that an expired one was exchanged for: a list of its own from there on. */
  readonly isFreshStart: boolean;
}

/** A list with its pages; the outcome is that of the last request. */
export interface ListOperation extends Performed {
  readonly request: ListRequest;
  readonly pages: readonly Page[];
}

export type Operation = WriteOperation | GetOperation | ListOperation;

/** Where a watch begins. */
export type WatchStart =
  /** No revision, or "0": what is there comes first. */
  | { readonly kind: "now"; readonly isAny: boolean }
  | { readonly kind: "after"; readonly revision: number }
  /** What is there comes first, and a bookmark ends it. */
  | { readonly kind: "initial" };

export interface WatchRequest extends Scope {
  readonly start: WatchStart;
  readonly bookmarks: boolean;
}

export type WatchEvent =
  | { readonly kind: "ADDED" | "MODIFIED" | "DELETED"; readonly at: number; readonly object: Seen }
  | {
      readonly kind: "BOOKMARK";
      readonly at: number;
      readonly revision: number;
      readonly isInitialEnd: boolean;
    };

/** How a watch ended. */
export type WatchEnd =
  | { readonly kind: "open" }
  /** By its client, its server, or its connection. */
  | { readonly kind: "closed"; readonly at: number }
  | { readonly kind: "expired"; readonly at: number }
  | { readonly kind: "failed"; readonly at: number; readonly message: string };

export interface Watch {
  readonly id: string;
  readonly client: string;
  readonly request: WatchRequest;
  readonly opened: number;
  readonly events: readonly WatchEvent[];
  readonly end: WatchEnd;
}

/** What became of the server meanwhile. */
export type ServerEvent =
  | { readonly kind: "killed" | "stopped" | "started"; readonly at: number }
  /** What was before the revision may be forgotten from now on. */
  | { readonly kind: "compacting"; readonly at: number; readonly before: number };

/** Everything that clients did and saw. */
export interface History {
  /** What was there before the clients began. */
  readonly baseline: readonly Page[];
  readonly operations: readonly Operation[];
  readonly watches: readonly Watch[];
  readonly server: readonly ServerEvent[];
  /** Watches that are still open have seen everything up to here, as long as they were waited for; 0 for nothing. */
  readonly settled: number;
  readonly promises: Promises;
}

/** What the server is held to besides what every Kubernetes API promises. */
export interface Promises {
  /** A watch without a revision begins with the newest state, not with that of some cache. */
  readonly watchesBeginFresh: boolean;
  /** A revision is told to be too old only after it was compacted. */
  readonly expiresOnlyCompacted: boolean;
  /** A deletion removes nothing to which a finalizer was added meanwhile. kube-apiserver looks only once. */
  readonly deletionsSeeFinalizers: boolean;
}

export function isWrite(operation: Operation): operation is WriteOperation {
  const { verb } = operation.request;
  return verb !== "get" && verb !== "list";
}

export function isGet(operation: Operation): operation is GetOperation {
  return operation.request.verb === "get";
}

export function isList(operation: Operation): operation is ListOperation {
  return operation.request.verb === "list";
}

export function isMarked(request: Operation["request"]): request is MarkedWrite {
  return "mark" in request;
}

export function keyText(of: KindName, namespace: string, name: string): KeyText {
  return `${of}/${namespace}/${name}`;
}

export function parseKey(key: KeyText): {
  readonly of: KindName;
  readonly namespace: string;
  readonly name: string;
} {
  const [of = "", namespace = "", name = ""] = key.split("/");
  return { of: of as KindName, namespace, name };
}
