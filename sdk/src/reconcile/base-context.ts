import type { Clock, JsonObject, JsonValue, Logger, Random } from "@weir/core";
import { type ApplyOptions, isApiError, type Kind, type KubeClient } from "@weir/client";
import { formatApiVersion, formatKey, jsonEqual, type KubeObject, type ObjectKey } from "@weir/objects";
import { type CacheQuery, UndeclaredReadError } from "../cache/cache-reader.ts";
import type { Informers } from "../cache/informers.ts";
import { writtenKey } from "../cache/informers.ts";
import { fieldSelectorText, selectorText } from "../cache/selector.ts";
import type { AppliedIntents } from "./applied-intents.ts";
import type { Applied, ApplyIntentOptions, BaseContext } from "./context.ts";
import { InvalidUpdateError, OwnerReferenceError } from "./reconcile-errors.ts";

/** A cluster as one run sees it. */
export interface ClusterSite {
  /** The run's own client. */
  readonly client: KubeClient;
  readonly informers: Informers;
  readonly watch: BaseContext["watch"];
}

/** What belongs to one run; what is costly to make is made when it is asked for. */
export interface RunHandle {
  readonly key: string;
  readonly signal: AbortSignal;
  readonly superseded: AbortSignal;
  readonly log: Logger;
  readonly clusterOf: (name: string) => ClusterSite;
}

/** What the contexts of a controller's runs share. */
export interface ContextDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly applied: AppliedIntents;
  readonly fieldManager: string;
  /** Whether a kind is read from the server although it is not in the cache. */
  readonly isLive: (kind: Kind<unknown, unknown>) => boolean;
}

/** What the context of a run is made of. */
export interface ContextParts {
  readonly deps: ContextDeps;
  readonly run: RunHandle;
  readonly site: ClusterSite;
  /** The other cluster that this is of. */
  readonly cluster?: string;
  /** Names the reconciled object as controller of an intent of a kind; the intent itself where there is none. */
  readonly own: (
    kind: Kind<unknown, unknown>,
    intent: JsonObject,
    isOwned: boolean | undefined,
  ) => JsonObject;
}

const MAX_UPDATE_TRIES = 5;

/**
 * The part of a context that needs no object.
 *
 * What is read through a getter has it on the class: one on an object literal would give each run a hidden class of its
 * own, which V8 keeps, and all of the run with it, until a full collection. Functions are properties, so that a
 * reconcile may take them out of its context.
 */
export class RunContext implements BaseContext {
  readonly #parts: ContextParts;
  readonly key: string;
  readonly clock: Clock;
  readonly client: KubeClient;
  readonly cache: Informers;
  readonly watch: BaseContext["watch"];

  constructor(parts: ContextParts) {
    this.#parts = parts;
    this.key = parts.run.key;
    this.clock = parts.deps.clock;
    this.client = parts.site.client;
    this.cache = parts.site.informers;
    this.watch = parts.site.watch;
  }

  get signal(): AbortSignal {
    return this.#parts.run.signal;
  }

  get superseded(): AbortSignal {
    return this.#parts.run.superseded;
  }

  get log(): Logger {
    return this.#parts.run.log;
  }

  readonly live: BaseContext["live"] = {
    get: (kind, at, options) => this.client.get(kind, at, options),
    list: (kind, options) => this.client.list(kind, options),
  };

  readonly cluster: BaseContext["cluster"] = (name) => {
    const { deps, run } = this.#parts;
    return new RunContext({ deps, run, site: run.clusterOf(name), cluster: name, own: ownerless });
  };

  readonly get: BaseContext["get"] = async (kind, at) => {
    if (this.cache.canRead(kind, at.namespace)) return this.cache.get(kind, at);
    if (this.#parts.deps.isLive(kind)) return this.client.get(kind, at);
    throw new UndeclaredReadError(kind, at.namespace);
  };

  readonly list: BaseContext["list"] = (kind, query = {}) => listObjects(this.#parts, kind, query);

  readonly create: BaseContext["create"] = (kind, object, options = {}) => {
    const { owner, ...writeOptions } = options;
    const owned = this.#parts.own(kind, object as JsonObject, owner) as typeof object;
    return this.client.create(kind, owned, writeOptions);
  };

  readonly update: BaseContext["update"] = (kind, at, change, options) =>
    updateObject(this.#parts, { kind, at, change, options });

  readonly patch: BaseContext["patch"] = (kind, at, patch, options) =>
    this.client.patch(kind, at, patch, options);

  readonly apply: BaseContext["apply"] = (kind, intent, options = {}) =>
    applyIntent(this.#parts, kind, intent, options);

  readonly delete: BaseContext["delete"] = (kind, at, options) => this.client.delete(kind, at, options);
}

async function listObjects<R>(
  { site: { client, informers }, deps }: ContextParts,
  kind: Kind<R, unknown>,
  query: CacheQuery,
): Promise<readonly R[]> {
  if (informers.canRead(kind, query.namespace)) return informers.list(kind, query);
  if (!deps.isLive(kind) || query.index !== undefined) throw new UndeclaredReadError(kind, query.namespace);
  const { namespace, labels, fields, limit } = query;
  const list = await client.list(kind, {
    ...(namespace === undefined ? {} : { namespace }),
    ...(labels === undefined ? {} : { labelSelector: selectorText(labels) }),
    ...(fields === undefined ? {} : { fieldSelector: fieldSelectorText(fields) }),
    ...(limit === undefined ? {} : { limit }),
  });
  return list.items;
}

/** No object of another cluster can own one here: the garbage collector would delete it. */
const ownerless: ContextParts["own"] = (kind, intent, isOwned) => {
  if (isOwned !== true) return intent;
  throw new OwnerReferenceError(`${kind.kind} in another cluster cannot be owned`);
};

interface Update<R, W> {
  readonly kind: Kind<R, W>;
  readonly at: ObjectKey;
  readonly change: (current: R) => W;
  readonly options: Parameters<BaseContext["update"]>[3];
}

async function updateObject<R, W>(parts: ContextParts, update: Update<R, W>): Promise<R | undefined> {
  const { kind, at, change, options } = update;
  const { client } = parts.site;
  const { clock, random } = parts.deps;
  let current = cached<R>(parts, kind, at) ?? (await client.get(kind, at));
  for (let tries = 1; current !== undefined; tries++) {
    const wanted = change(current);
    assertSameObject(kind, at, wanted);
    if (jsonEqual(wanted as JsonValue, current as JsonValue)) return current;
    try {
      return await client.replace(kind, boundTo(current, wanted), options);
    } catch (error) {
      if (isApiError(error, "NotFound")) return undefined;
      if (!isApiError(error, "Conflict") || tries >= MAX_UPDATE_TRIES) throw error;
    }
    // Never the stale object again: the intent is made anew from what is there.
    await clock.sleep(10 + 90 * random.next(), parts.run.signal);
    current = await client.get(kind, at);
  }
  return undefined;
}

function assertSameObject(kind: Kind<unknown, unknown>, at: ObjectKey, wanted: unknown): void {
  const { name, namespace } = (wanted as Partial<KubeObject> | undefined)?.metadata ?? {};
  if (name === at.name && (kind.scope === "Cluster" || namespace === at.namespace)) return;
  throw new InvalidUpdateError(kind.kind, formatKey(at));
}

/** The wanted object bound to the state it was made from, so that another writer's change is not lost. */
function boundTo<R, W>(current: R, wanted: W): W {
  const { resourceVersion } = (current as KubeObject).metadata;
  const object = wanted as unknown as KubeObject;
  return { ...object, metadata: { ...object.metadata, resourceVersion } } as unknown as W;
}

async function applyIntent<R, W>(
  parts: ContextParts,
  kind: Kind<R, W>,
  intent: W,
  options: ApplyIntentOptions,
): Promise<Applied<R>> {
  const body = parts.own(kind, intent as JsonObject, options.owner);
  const at = writtenKey(body);
  const before = at === undefined ? undefined : cached<R>(parts, kind, at);
  const fieldManager = options.fieldManager ?? parts.deps.fieldManager;
  const name = `${parts.cluster ?? ""} ${fieldManager} ${formatApiVersion(kind)}/${kind.kind} ${at === undefined ? "" : formatKey(at)}`;
  const isDryRun = options.dryRun === true;
  if (before !== undefined && parts.deps.applied.isApplied(name, body, before as KubeObject)) {
    return { object: before, changed: false };
  }
  const applyOptions: ApplyOptions = { fieldManager, force: options.force ?? true, dryRun: isDryRun };
  const object = await parts.site.client.apply(kind, body as W, applyOptions);
  if (!isDryRun) parts.deps.applied.remember(name, body, object as KubeObject);
  return { object, changed: versionOf(before) !== versionOf(object) };
}

function cached<R>(parts: ContextParts, kind: Kind<R, unknown>, at: ObjectKey): R | undefined {
  const { informers } = parts.site;
  return informers.canRead(kind, at.namespace) ? informers.get(kind, at) : undefined;
}

function versionOf(object: unknown): string | undefined {
  return (object as KubeObject | undefined)?.metadata.resourceVersion;
}
