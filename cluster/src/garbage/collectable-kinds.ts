import { CustomResourceDefinition } from "@weir/builtin/apiextensions-v1";
import { metadataOnly, type MetadataObject, type ResolvedKind } from "@weir/client";
import { describeError } from "@weir/core";
import type { Change, InformerLease, SourceContext } from "@weir/sdk";

/** Kinds come and go with their definitions; a definition is served a moment after it is written. */
const SETTLE_MS = 20;
const RETRY_MS = 1_000;

/** Told of what the watches show. */
export interface CollectableObserver {
  changed(change: Change<MetadataObject>): void;
  /** Everything there is was shown. */
  synced(): void;
  /** A kind is not served any more, and its objects with it. */
  gone(group: string, kind: string): void;
}

interface WatchedKind {
  readonly kind: ResolvedKind;
  readonly lease: InformerLease;
}

/**
 * Watches the metadata of every kind that can be collected, and follows discovery as definitions come and go, until
 * the context's signal aborts.
 */
export async function watchCollectable(ctx: SourceContext, observer: CollectableObserver): Promise<void> {
  const watched = new Map<string, WatchedKind>();
  const wake = new Wake();
  const definitions = ctx.watch(metadataOnly(CustomResourceDefinition), {}, () => wake.call());
  ctx.signal.addEventListener("abort", () => wake.call(), { once: true });
  try {
    while (!ctx.signal.aborted) {
      wake.reset();
      if (await follow(ctx, watched, observer, wake)) observer.synced();
      else
        void ctx.clock.sleep(RETRY_MS, ctx.signal).then(
          () => wake.call(),
          () => undefined,
        );
      await wake.called;
      await ctx.clock.sleep(SETTLE_MS, ctx.signal).catch(() => undefined);
    }
  } finally {
    const leases = [definitions, ...[...watched.values()].map(({ lease }) => lease)];
    await Promise.all(leases.map((lease) => lease[Symbol.asyncDispose]()));
  }
}

/** Adds watches of kinds that are new and ends those of kinds that are gone; says whether all are up. */
async function follow(
  ctx: SourceContext,
  watched: Map<string, WatchedKind>,
  observer: CollectableObserver,
  wake: Wake,
): Promise<boolean> {
  try {
    const served = collectable(await ctx.client.discover({ refresh: true }));
    const replaced: InformerLease[] = [];
    for (const [name, kind] of served) {
      const present = watched.get(name);
      if (present?.kind.version === kind.version) continue;
      const lease = ctx.watch(metadataOnly(kind), {}, (change) => observer.changed(change));
      watched.set(name, { kind, lease });
      if (present !== undefined) replaced.push(present.lease);
    }
    const isSynced = await allSynced(ctx, [...watched.values()], wake);
    await Promise.all(replaced.map((lease) => lease[Symbol.asyncDispose]()));
    for (const [name, { kind, lease }] of watched) {
      if (served.has(name)) continue;
      watched.delete(name);
      await lease[Symbol.asyncDispose]();
      observer.gone(kind.group, kind.kind);
    }
    return isSynced;
  } catch (error) {
    if (!ctx.signal.aborted) ctx.log.warn("cannot discover what to collect", { error: describeError(error) });
    return false;
  }
}

/** A kind that goes while its first state is read would be waited for in vain, so news and time end the wait. */
function allSynced(ctx: SourceContext, watched: readonly WatchedKind[], wake: Wake): Promise<boolean> {
  const synced = Promise.all(watched.map(({ lease }) => lease.synced())).then(() => true);
  const late = ctx.clock.sleep(RETRY_MS, ctx.signal).then(
    () => false,
    () => false,
  );
  return Promise.race([synced, wake.called.then(() => false), late]);
}

/** Kinds of objects that are stored, each by one version. Events own nothing, and nothing owns them. */
function collectable(kinds: readonly ResolvedKind[]): ReadonlyMap<string, ResolvedKind> {
  const found = new Map<string, ResolvedKind>();
  for (const kind of kinds) {
    const name = `${kind.group}/${kind.kind}`;
    const isStored = ["list", "watch", "delete"].every((verb) => kind.verbs.includes(verb));
    if (isStored && kind.plural !== "events" && !found.has(name)) found.set(name, kind);
  }
  return found;
}

/** A call that is kept until it is waited for. */
class Wake {
  #resolvers = Promise.withResolvers<void>();

  get called(): Promise<void> {
    return this.#resolvers.promise;
  }

  call(): void {
    this.#resolvers.resolve();
  }

  reset(): void {
    this.#resolvers = Promise.withResolvers<void>();
  }
}
