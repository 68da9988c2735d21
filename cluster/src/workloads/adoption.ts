import type { Kind } from "@weir/client";
import type { JsonObject, JsonValue } from "@weir/core";
import { jsonEqual, type ObjectKey, type ObjectMeta, type OwnerReference } from "@weir/objects";
import { type BaseContext, type Enqueue, type EventHandler, formatKey, keyOf } from "@weir/sdk";
import { labelSelectorFrom, type LabelSelectorSpec } from "@weir/text";
import { controllerReference, controllerUid } from "./controller-reference.ts";

interface Controllable {
  readonly metadata: ObjectMeta;
}

/** Something that controls what its selector chooses. */
export interface Adopter extends Controllable {
  readonly spec?: { readonly selector?: object };
}

/**
 * Objects that nobody controls, and owners of which an object got other labels: both are rare, so that they are looked for as
 * they come and not at each reconcile.
 */
export class Strays<Owner extends Adopter> {
  readonly #kind: Kind<Owner, unknown>;
  readonly #orphans = new Map<string, Map<string, ObjectKey>>();
  readonly #relabelled = new Set<string>();

  /** `kind` is that of the owners. */
  constructor(kind: Kind<Owner, unknown>) {
    this.#kind = kind;
  }

  /** Watches the dependents, and wakes the owners whose selector chooses an orphan. */
  handler<Dependent extends Controllable>(): EventHandler<Dependent> {
    return {
      create: (object, enqueue) => this.#note(object, enqueue),
      update: (previous, object, enqueue) => {
        const uid = controllerUid(object.metadata);
        if (uid !== undefined && !sameLabels(previous, object)) this.#relabelled.add(uid);
        this.#note(object, enqueue);
      },
      delete: ({ metadata }) => this.#forget(metadata),
    };
  }

  /** The orphans of a namespace. */
  orphans(namespace: string): readonly ObjectKey[] {
    return [...(this.#orphans.get(namespace)?.values() ?? [])];
  }

  /** Whether an object of the owner got other labels since this was last asked. */
  takeRelabelled(uid: string): boolean {
    return this.#relabelled.delete(uid);
  }

  #note({ metadata }: Controllable, enqueue: Enqueue): void {
    if (!isOrphan({ metadata })) return this.#forget(metadata);
    const { namespace = "" } = metadata;
    const key = keyOf({ metadata });
    let orphans = this.#orphans.get(namespace);
    if (orphans === undefined) this.#orphans.set(namespace, (orphans = new Map()));
    orphans.set(formatKey(key), key);
    for (const owner of enqueue.cache.list(this.#kind, { namespace }))
      if (selectorOf(owner)?.matches(metadata.labels ?? {}) === true) enqueue.add(keyOf(owner));
  }

  #forget(metadata: ObjectMeta): void {
    const { namespace = "" } = metadata;
    const orphans = this.#orphans.get(namespace);
    if (orphans?.delete(formatKey(keyOf({ metadata }))) === true && orphans.size === 0)
      this.#orphans.delete(namespace);
  }
}

function sameLabels(left: Controllable, right: Controllable): boolean {
  const [before, after] = [left.metadata.labels, right.metadata.labels];
  return before === after || jsonEqual((before ?? {}) as JsonValue, (after ?? {}) as JsonValue);
}

function selectorOf({ spec }: Adopter): ReturnType<typeof labelSelectorFrom> | undefined {
  const selector = spec?.selector as LabelSelectorSpec | undefined;
  const parsed = selector === undefined ? undefined : labelSelectorFrom(selector);
  return parsed?.isEmpty === true ? undefined : parsed;
}

/** What a claim is about. */
export interface Claim<Owner extends Adopter, Dependent> {
  readonly kind: Kind<Dependent, unknown>;
  readonly owner: Owner & { readonly apiVersion: string; readonly kind: string };
  readonly strays: Strays<Owner>;
}

type OwnerContext<Dependent> = BaseContext & { owned(kind: Kind<Dependent, unknown>): readonly Dependent[] };

/**
 * Takes over what the owner's selector chooses and nobody controls, and lets go of what it no longer chooses, as Kubernetes'
 * controllers do. An owner that is going changes nothing.
 */
export async function claim<Owner extends Adopter, Dependent extends Controllable>(
  ctx: OwnerContext<Dependent>,
  about: Claim<Owner, Dependent>,
): Promise<void> {
  const { owner, strays, kind } = about;
  const isRelabelled = strays.takeRelabelled(owner.metadata.uid ?? "");
  const orphans = strays.orphans(owner.metadata.namespace ?? "");
  if (!isRelabelled && orphans.length === 0) return;
  const selector = owner.metadata.deletionTimestamp === undefined ? selectorOf(owner) : undefined;
  if (selector === undefined) return;
  const chooses = (object: Dependent): boolean => selector.matches(object.metadata.labels ?? {});
  if (isRelabelled) await release(ctx, about, chooses);
  const reference = controllerReference(owner.apiVersion, owner.kind, owner.metadata);
  for (const key of orphans) {
    const object = await ctx.get(kind, key);
    if (object !== undefined && isOrphan(object) && chooses(object))
      await own(ctx, kind, object, [...ownersOf(object), reference]);
  }
}

async function release<Owner extends Adopter, Dependent extends Controllable>(
  ctx: OwnerContext<Dependent>,
  { kind, owner }: Claim<Owner, Dependent>,
  chooses: (object: Dependent) => boolean,
): Promise<void> {
  for (const object of ctx.owned(kind)) {
    if (object.metadata.deletionTimestamp !== undefined || chooses(object)) continue;
    const others = ownersOf(object).filter(({ uid }) => uid !== owner.metadata.uid);
    await own(ctx, kind, object, others);
  }
}

function isOrphan({ metadata }: Controllable): boolean {
  return controllerUid(metadata) === undefined && metadata.deletionTimestamp === undefined;
}

function ownersOf({ metadata }: Controllable): readonly OwnerReference[] {
  return metadata.ownerReferences ?? [];
}

// oxlint-disable-next-line max-params -- an object and its owners
async function own<Dependent extends Controllable>(
  ctx: BaseContext,
  kind: Kind<Dependent, unknown>,
  { metadata }: Dependent,
  ownerReferences: readonly OwnerReference[],
): Promise<void> {
  // The uid keeps a patch from hitting another object of the same name.
  const patch = {
    metadata: { uid: metadata.uid ?? "", ownerReferences: ownerReferences as unknown as JsonValue },
  };
  await ctx.patch(kind, keyOf({ metadata }), { type: "merge", patch: patch as JsonObject });
}
