import type { JsonObject, JsonValue } from "@weir/core";
import type { KubeList, KubeObject, ObjectKey } from "@weir/objects";
import type { Kind } from "./kind.ts";
import type { RawAnswer, RawOptions } from "./raw-answer.ts";

/** Options that every call takes. */
export interface CallOptions {
  readonly signal?: AbortSignal;
}

/** Options of a get or a list. */
export interface ReadOptions extends CallOptions {
  readonly resourceVersion?: string;
  /** `status`, `scale` …; gets only. */
  readonly subresource?: string;
}

/** Options of a list. A list without `limit` reads all pages. */
export interface ListOptions extends CallOptions {
  readonly resourceVersion?: string;
  readonly resourceVersionMatch?: "Exact" | "NotOlderThan";
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Page size used on the way; 500 by default, 0 asks for everything in one answer. */
  readonly pageSize?: number;
  /** Reads one page of at most so many; the answer's `continue` leads to the next. */
  readonly limit?: number;
  readonly continue?: string;
}

/** Options of any write. */
export interface WriteOptions extends CallOptions {
  readonly fieldManager?: string;
  readonly dryRun?: boolean;
  readonly fieldValidation?: "Strict" | "Warn" | "Ignore";
  /** `status`, `scale` … */
  readonly subresource?: string;
}

/** Options of a server-side apply. */
export interface ApplyOptions extends WriteOptions {
  readonly fieldManager: string;
  /** Takes fields from other managers; false by default. */
  readonly force?: boolean;
}

/** Options of a delete. */
export interface DeleteOptions extends CallOptions {
  readonly propagationPolicy?: "Foreground" | "Background" | "Orphan";
  readonly gracePeriodSeconds?: number;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly dryRun?: boolean;
}

/** A patch of one of the types that Kubernetes knows; apply has a call of its own. */
export type Patch =
  | { readonly type: "json"; readonly operations: readonly JsonValue[] }
  | { readonly type: "merge"; readonly patch: JsonObject }
  | { readonly type: "strategic"; readonly patch: JsonObject };

/** Options of a watch. */
export interface WatchOptions extends CallOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly resourceVersion?: string;
  /** Begins with the present objects as ADDED events, ended by a bookmark. */
  readonly sendInitialEvents?: boolean;
  readonly timeoutSeconds?: number;
  /** Called for the headers and for every chunk of bytes, so that a reader can tell a quiet stream from a dead one. */
  readonly onActivity?: () => void;
}

/** One event of a watch as the server sends it. */
export type WatchEvent<Item = KubeObject> =
  | { readonly type: "ADDED" | "MODIFIED" | "DELETED"; readonly object: Item }
  | { readonly type: "BOOKMARK"; readonly resourceVersion: string; readonly initialEventsEnd: boolean }
  | { readonly type: "ERROR"; readonly status: JsonObject };

/** Who a request is made for, by impersonation headers. */
export interface ImpersonatedUser {
  readonly name: string;
  readonly groups?: readonly string[];
  readonly uid?: string;
  /** What an authenticator knows besides: `{"example.com/team": ["a"]}`. */
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/**
 * A client of one Kubernetes API. Reads go to the server; caches live in the SDK.
 *
 * Not found is an answer: `get` gives `undefined`, `delete` gives `undefined`. Every other refusal is a
 * `KubeApiError` that carries the server's Status; a kind that the server does not serve is a `KindNotServedError`.
 * 429 and 5xx with Retry-After are retried. What is written may leave out `apiVersion` and `kind`; what is read
 * always has them, items of a list too.
 */
export interface KubeClient {
  get<R>(kind: Kind<R, unknown>, key: ObjectKey, options?: ReadOptions): Promise<R | undefined>;
  list<R>(kind: Kind<R, unknown>, options?: ListOptions): Promise<KubeList<R>>;
  /** Yields events until the server or the signal ends the stream; does not reconnect (the SDK's reflector does). */
  watch<R>(kind: Kind<R, unknown>, options?: WatchOptions): AsyncIterable<WatchEvent<R>>;
  create<R, W>(kind: Kind<R, W>, object: W, options?: WriteOptions): Promise<R>;
  replace<R, W>(kind: Kind<R, W>, object: W, options?: WriteOptions): Promise<R>;
  patch<R>(kind: Kind<R, unknown>, key: ObjectKey, patch: Patch, options?: WriteOptions): Promise<R>;
  apply<R, W>(kind: Kind<R, W>, object: W, options: ApplyOptions): Promise<R>;
  /** Gives the object as the server left it where it answers with one (it may still be there, held by finalizers). */
  delete<R>(kind: Kind<R, unknown>, key: ObjectKey, options?: DeleteOptions): Promise<R | undefined>;
  /**
   * What the server says about a kind; refreshed once on a miss. `undefined` where it serves none. An empty version
   * stands for the version that the server prefers.
   */
  resolve(kind: Kind<unknown, unknown>): Promise<ResolvedKind | undefined>;
  /** Every kind that the server serves, in its order; read once and kept unless asked to refresh. */
  discover(options?: { readonly refresh?: boolean }): Promise<readonly ResolvedKind[]>;
  /** Sends any request, with the client's credentials and retries. `path` begins with `/`. */
  raw(path: string, options?: RawOptions): Promise<RawAnswer>;
  /** The same API seen as another user, by impersonation headers. */
  impersonate(user: ImpersonatedUser): KubeClient;
  /** The same API without lasting effect: each write is admitted, validated and answered, and not kept. */
  dryRun(): KubeClient;
}

/** A kind with what discovery says of it. */
export interface ResolvedKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly scope: "Namespaced" | "Cluster";
  readonly verbs: readonly string[];
  readonly subresources: readonly string[];
}
