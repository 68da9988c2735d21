import {
  anySignal,
  type Clock,
  type JsonObject,
  type JsonValue,
  type Logger,
  type Random,
  silentLogger,
  systemClock,
  systemRandom,
} from "@weir/core";
import { formatApiVersion, type KubeList, type KubeObject, type ObjectKey } from "@weir/objects";
import { type AnsweredRequest, ApiCaller, type ApiRequest } from "./api-caller.ts";
import { ApiProtocolError, isApiError, isObject, KindNotServedError, KubeApiError } from "./api-error.ts";
import type {
  ApplyOptions,
  DeleteOptions,
  ImpersonatedUser,
  KubeClient,
  ListOptions,
  Patch,
  ReadOptions,
  ResolvedKind,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from "./client.ts";
import { Discovery } from "./discovery.ts";
import { dryRunClient } from "./dry-run-client.ts";
import type { Kind } from "./kind.ts";
import {
  objectPath,
  queryOf,
  requireNamespace,
  type ServedKind,
  servedByDeclaration,
} from "./object-path.ts";
import { type RawAnswer, rawAnswer, type RawOptions } from "./raw-answer.ts";
import type { Transport } from "./transport/transport.ts";
import { readWatchEvents } from "./watch-stream.ts";

/** What a client is made of. */
export interface ClientOptions {
  readonly transport: Transport;
  /** Base URL of the API, path prefix included; `http://localhost` by default, for transports in process. */
  readonly server?: string;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly logger?: Logger;
  /** The user agent, whose first part names the field manager of writes that name none; `weir` by default. */
  readonly userAgent?: string;
  /** Told each text of a Warning header once. */
  readonly onWarning?: (text: string) => void;
  /** Told of every answer, for metrics. */
  readonly onAnswer?: (answer: AnsweredRequest) => void;
}

/** Makes a client of the API behind a transport; opens nothing and reads nothing until it is called. */
export function createClient(options: ClientOptions): KubeClient {
  const caller = new ApiCaller({
    transport: options.transport,
    server: options.server ?? "http://localhost",
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
    logger: options.logger ?? silentLogger,
    userAgent: options.userAgent ?? "weir",
    onWarning: options.onWarning,
    onAnswer: options.onAnswer,
  });
  return new HttpKubeClient(caller, new Discovery(caller));
}

const PAGE_SIZE = 500;
/** A page token that has expired restarts the list; a server on which it always does is reported, not looped on. */
const MAX_LIST_RESTARTS = 3;

const PATCH_TYPES = {
  json: "application/json-patch+json",
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
} as const;

const AS_METADATA = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json";
const AS_METADATA_LIST = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";

class HttpKubeClient implements KubeClient {
  readonly #caller: ApiCaller;
  readonly #discovery: Discovery;

  constructor(caller: ApiCaller, discovery: Discovery) {
    this.#caller = caller;
    this.#discovery = discovery;
  }

  async get<R>(kind: Kind<R, unknown>, key: ObjectKey, options: ReadOptions = {}): Promise<R | undefined> {
    const served = await this.#served(kind);
    requireNamespace(served, key.namespace);
    const query = queryOf({ resourceVersion: options.resourceVersion });
    const path = objectPath(served, { ...key, subresource: options.subresource }) + query;
    const accept = kind.metadataOnly === true ? { accept: AS_METADATA } : {};
    return this.#orAbsent(served, async () => {
      const object = await this.#caller.json({ method: "GET", path, signal: options.signal, ...accept });
      return readObject<R>(kind, served, object);
    });
  }

  async list<R>(kind: Kind<R, unknown>, options: ListOptions = {}): Promise<KubeList<R>> {
    const served = await this.#served(kind);
    if (options.limit !== undefined || options.continue !== undefined) {
      return this.#page(kind, served, options);
    }
    for (let restarts = 0; ; restarts++) {
      try {
        return await this.#allPages(kind, served, options);
      } catch (error) {
        const isExpired = isApiError(error, "Expired", "Gone") && options.resourceVersion === undefined;
        if (!isExpired || restarts >= MAX_LIST_RESTARTS) throw error;
      }
    }
  }

  async *watch<R>(kind: Kind<R, unknown>, options: WatchOptions = {}): AsyncGenerator<WatchEvent<R>> {
    const served = await this.#served(kind);
    const { signal, onActivity } = options;
    using held = anySignal(signal);
    try {
      const response = await this.#caller.stream({
        method: "GET",
        path: objectPath(served, { namespace: options.namespace }) + watchQuery(options),
        signal: held.signal,
        ...(kind.metadataOnly === true ? { accept: AS_METADATA } : {}),
      });
      onActivity?.();
      for await (const event of readWatchEvents(response.body, { onActivity, signal: held.signal })) {
        yield typedEvent<R>(kind, served, event);
      }
    } catch (error) {
      if (signal?.aborted) return;
      throw this.#asMissingKind(served, error);
    }
  }

  async create<R, W>(kind: Kind<R, W>, object: W, options: WriteOptions = {}): Promise<R> {
    const served = await this.#served(kind);
    const body = writtenObject(served, object, options.subresource);
    const { namespace, name } = metadataOf(body);
    requireNamespace(served, namespace);
    const target =
      options.subresource === undefined
        ? { namespace }
        : { namespace, name, subresource: options.subresource };
    const path = objectPath(served, target) + writeQuery(options);
    return this.#write<R>(
      served,
      { method: "POST", path, body, signal: options.signal },
      options.subresource,
    );
  }

  async replace<R, W>(kind: Kind<R, W>, object: W, options: WriteOptions = {}): Promise<R> {
    const served = await this.#served(kind);
    const body = writtenObject(served, object, options.subresource);
    const { namespace, name } = metadataOf(body);
    requireNamespace(served, namespace);
    const path =
      objectPath(served, { namespace, name, subresource: options.subresource }) + writeQuery(options);
    return this.#write<R>(served, { method: "PUT", path, body, signal: options.signal }, options.subresource);
  }

  async patch<R>(
    kind: Kind<R, unknown>,
    key: ObjectKey,
    patch: Patch,
    options: WriteOptions = {},
  ): Promise<R> {
    const served = await this.#served(kind);
    requireNamespace(served, key.namespace);
    const path = objectPath(served, { ...key, subresource: options.subresource }) + writeQuery(options);
    const body = patch.type === "json" ? patch.operations : patch.patch;
    const contentType = PATCH_TYPES[patch.type];
    const request: ApiRequest = { method: "PATCH", path, body, contentType, signal: options.signal };
    return this.#write<R>(served, request, options.subresource);
  }

  async apply<R, W>(kind: Kind<R, W>, object: W, options: ApplyOptions): Promise<R> {
    const served = await this.#served(kind);
    const body = writtenObject(served, object, options.subresource);
    const { namespace, name } = metadataOf(body);
    requireNamespace(served, namespace);
    const path =
      objectPath(served, { namespace, name, subresource: options.subresource }) +
      writeQuery(options, options.force === true ? { force: true } : {});
    const contentType = "application/apply-patch+yaml";
    const request: ApiRequest = { method: "PATCH", path, body, contentType, signal: options.signal };
    return this.#write<R>(served, request, options.subresource);
  }

  async delete<R>(
    kind: Kind<R, unknown>,
    key: ObjectKey,
    options: DeleteOptions = {},
  ): Promise<R | undefined> {
    const served = await this.#served(kind);
    requireNamespace(served, key.namespace);
    const { propagationPolicy, gracePeriodSeconds, preconditions } = options;
    const body: JsonObject = {
      apiVersion: "v1",
      kind: "DeleteOptions",
      ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
      ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
      ...(preconditions === undefined ? {} : { preconditions: { ...preconditions } }),
      ...(options.dryRun === true ? { dryRun: ["All"] } : {}),
    };
    const path = objectPath(served, key);
    return this.#orAbsent(served, async () => {
      const answer = await this.#caller.json({ method: "DELETE", path, body, signal: options.signal });
      if (isObject(answer) && answer["kind"] === "Status" && answer["apiVersion"] === "v1") return undefined;
      return readObject<R>(kind, served, answer);
    });
  }

  resolve(kind: Kind<unknown, unknown>): Promise<ResolvedKind | undefined> {
    return this.#discovery.resolve(kind.group, kind.version, kind.kind);
  }

  discover(options: { readonly refresh?: boolean } = {}): Promise<readonly ResolvedKind[]> {
    return this.#discovery.all(options.refresh === true);
  }

  async raw(path: string, options: RawOptions = {}): Promise<RawAnswer> {
    return rawAnswer(await this.#caller.raw(path, options));
  }

  impersonate(user: ImpersonatedUser): KubeClient {
    // What is served does not depend on who asks, and the account may lack the right to ask.
    return new HttpKubeClient(this.#caller.as(user), this.#discovery);
  }

  dryRun(): KubeClient {
    return dryRunClient(this);
  }

  async #served(kind: Kind<unknown, unknown>): Promise<ServedKind> {
    const served = servedByDeclaration(kind) ?? (await this.resolve(kind));
    if (served === undefined) throw new KindNotServedError(formatApiVersion(kind), kind.kind);
    return served;
  }

  async #allPages<R>(kind: Kind<R, unknown>, served: ServedKind, options: ListOptions): Promise<KubeList<R>> {
    const pageSize = options.pageSize ?? PAGE_SIZE;
    const sized = pageSize > 0 ? { ...options, limit: pageSize } : options;
    let page = await this.#page(kind, served, sized);
    if (!page.metadata.continue) return page;
    const items = [...page.items];
    while (page.metadata.continue) {
      // All pages are one snapshot, which the token names: a resource version beside it is refused.
      const { resourceVersion: _, resourceVersionMatch: __, ...following } = sized;
      page = await this.#page(kind, served, { ...following, continue: page.metadata.continue });
      for (const item of page.items) items.push(item);
    }
    const { resourceVersion } = page.metadata;
    return { ...page, metadata: resourceVersion === undefined ? {} : { resourceVersion }, items };
  }

  async #page<R>(kind: Kind<R, unknown>, served: ServedKind, options: ListOptions): Promise<KubeList<R>> {
    const query = queryOf({
      labelSelector: options.labelSelector,
      fieldSelector: options.fieldSelector,
      resourceVersion: options.resourceVersion,
      resourceVersionMatch: options.resourceVersionMatch,
      limit: options.limit,
      continue: options.continue,
    });
    const path = objectPath(served, { namespace: options.namespace }) + query;
    const accept = kind.metadataOnly === true ? { accept: AS_METADATA_LIST } : {};
    try {
      const answer = await this.#caller.json({ method: "GET", path, signal: options.signal, ...accept });
      return typedList<R>(kind, served, answer);
    } catch (error) {
      throw this.#asMissingKind(served, error);
    }
  }

  async #write<R>(served: ServedKind, request: ApiRequest, subresource: string | undefined): Promise<R> {
    try {
      return (await this.#caller.json(request)) as R;
    } catch (error) {
      throw this.#asMissingKind(served, error, subresource);
    }
  }

  async #orAbsent<Value>(
    served: ServedKind,
    read: () => Promise<Value | undefined>,
  ): Promise<Value | undefined> {
    try {
      return await read();
    } catch (error) {
      const translated = this.#asMissingKind(served, error);
      if (isApiError(translated, "NotFound")) return undefined;
      throw translated;
    }
  }

  /** A 404 that names no object speaks of the path: the kind is not served (yet, or any more). */
  #asMissingKind(served: ServedKind, error: unknown, subresource?: string): unknown {
    // A missing subresource says nothing of the kind.
    if (!(error instanceof KubeApiError) || error.code !== 404 || subresource !== undefined) return error;
    const details = error.status["details"];
    const name = isObject(details) ? details["name"] : undefined;
    if (typeof name === "string" && name !== "") return error;
    this.#discovery.forget();
    return new KindNotServedError(formatApiVersion(served), served.kind);
  }
}

function watchQuery(options: WatchOptions): string {
  const initial = options.sendInitialEvents === true;
  return queryOf({
    watch: 1,
    allowWatchBookmarks: true,
    labelSelector: options.labelSelector,
    fieldSelector: options.fieldSelector,
    resourceVersion: options.resourceVersion,
    timeoutSeconds: options.timeoutSeconds,
    ...(initial ? { sendInitialEvents: true, resourceVersionMatch: "NotOlderThan" } : {}),
  });
}

function writeQuery(options: WriteOptions, more: Readonly<Record<string, boolean>> = {}): string {
  return queryOf({
    fieldManager: options.fieldManager,
    fieldValidation: options.fieldValidation,
    dryRun: options.dryRun === true ? "All" : undefined,
    ...more,
  });
}

/** What is sent: a subresource's body may be of a kind of its own (TokenRequest, Eviction), others are of the kind. */
function writtenObject(served: ServedKind, object: unknown, subresource: string | undefined): JsonObject {
  const given = object as JsonObject;
  if (subresource !== undefined && given["kind"] !== undefined) return given;
  return { ...given, apiVersion: formatApiVersion(served), kind: served.kind };
}

function metadataOf(object: JsonObject): { readonly namespace?: string; readonly name?: string } {
  const metadata = object["metadata"];
  return isObject(metadata) ? metadata : {};
}

/** The API server leaves `apiVersion` and `kind` out of the items of typed lists; readers need them. */
function readObject<R>(kind: Kind<R, unknown>, served: ServedKind, value: JsonValue): R {
  if (!isObject(value)) throw new ApiProtocolError(`an answer about kind ${served.kind} is not an object`);
  const isMetadataOnly = kind.metadataOnly === true;
  if (!isMetadataOnly && typeof value["kind"] === "string" && typeof value["apiVersion"] === "string") {
    return value as R;
  }
  const named = { apiVersion: formatApiVersion(served), kind: served.kind };
  if (isMetadataOnly) return { ...named, metadata: value["metadata"] } as R;
  return { ...named, ...value } as R;
}

function typedList<R>(kind: Kind<R, unknown>, served: ServedKind, answer: JsonValue): KubeList<R> {
  // Go writes a nil slice as null.
  if (!isObject(answer) || !(Array.isArray(answer["items"]) || answer["items"] === null)) {
    throw new ApiProtocolError(`the list of kind ${served.kind} has no items`);
  }
  const list = answer as unknown as KubeList<KubeObject>;
  const items = ((answer["items"] ?? []) as readonly JsonValue[]).map((item) =>
    readObject<R>(kind, served, item),
  );
  return { apiVersion: list.apiVersion, kind: list.kind, metadata: list.metadata ?? {}, items };
}

function typedEvent<R>(
  kind: Kind<R, unknown>,
  served: ServedKind,
  event: WatchEvent<JsonObject>,
): WatchEvent<R> {
  if (event.type === "BOOKMARK" || event.type === "ERROR") return event;
  return { type: event.type, object: readObject<R>(kind, served, event.object) };
}
