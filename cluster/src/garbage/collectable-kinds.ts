import { CustomResourceDefinition } from "@weir/builtin/apiextensions-v1";
import { type Kind, metadataOnly, type MetadataObject, type ResolvedKind } from "@weir/client";
import { describeError } from "@weir/core";
import type { Change, InformerLease, SourceContext } from "@weir/sdk";

/** Kinds come and go with their definitions; a definition is served a moment after it is written. */
const SETTLE_MS = 20;
const RETRY_MS = 1_000;

/**
 * Watches the metadata of every kind that can be collected, and follows discovery as definitions come and go, until
 * the context's signal aborts.
 */
export async function watchCollectable(
  ctx: SourceContext,
  handler: (change: Change<MetadataObject>) => void,
  onSynced: () => void,
): Promise<void> {
  const leases = new Map<string, InformerLease>();
  const wake = new Wake();
  const definitions = ctx.watch(metadataOnly(CustomResourceDefinition), {}, () => wake.call());
  ctx.signal.addEventListener("abort", () => wake.call(), { once: true });
  try {
    while (!ctx.signal.aborted) {
      wake.reset();
      const isKnown = await follow(ctx, leases, handler);
      if (isKnown) onSynced();
      else
        void ctx.clock.sleep(RETRY_MS, ctx.signal).then(
          () => wake.call(),
          () => undefined,
        );
      await wake.called;
      await ctx.clock.sleep(SETTLE_MS, ctx.signal).catch(() => undefined);
    }
  } finally {
    await Promise.all([definitions, ...leases.values()].map((lease) => lease[Symbol.asyncDispose]()));
  }
}

/** Adds watches of kinds that are new and ends those of kinds that are gone; says whether all are up. */
async function follow(
  ctx: SourceContext,
  leases: Map<string, InformerLease>,
  handler: (change: Change<MetadataObject>) => void,
): Promise<boolean> {
  try {
    const served = new Map(
      collectable(await ctx.client.discover({ refresh: true })).map((kind) => [nameOf(kind), kind]),
    );
    for (const [name, lease] of leases) {
      if (served.has(name)) continue;
      leases.delete(name);
      await lease[Symbol.asyncDispose]();
    }
    for (const [name, kind] of served) {
      if (!leases.has(name)) leases.set(name, ctx.watch(metadataOnly(kind), {}, handler));
    }
    await Promise.all([...leases.values()].map((lease) => lease.synced()));
    return true;
  } catch (error) {
    if (!ctx.signal.aborted) ctx.log.warn("cannot discover what to collect", { error: describeError(error) });
    return false;
  }
}

/** Kinds of objects that are stored, each by one version. Events own nothing, and nothing owns them. */
function collectable(kinds: readonly ResolvedKind[]): readonly ResolvedKind[] {
  const seen = new Set<string>();
  return kinds.filter((kind) => {
    const name = `${kind.group}/${kind.kind}`;
    const isStored = ["list", "watch", "delete"].every((verb) => kind.verbs.includes(verb));
    if (!isStored || kind.plural === "events" || seen.has(name)) return false;
    seen.add(name);
    return true;
  });
}

function nameOf(kind: Kind<unknown, unknown>): string {
  return `${kind.group}/${kind.version}/${kind.kind}`;
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
