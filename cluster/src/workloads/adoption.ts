import type { Kind } from "@weir/client";
import type { JsonObject, JsonValue } from "@weir/core";
import type { ObjectMeta, OwnerReference } from "@weir/objects";
import { type BaseContext, type CacheReader, keyOf } from "@weir/sdk";
import { labelSelectorFrom, type LabelSelectorSpec } from "@weir/text";
import { controllerReference, controllerUid } from "./controller-reference.ts";

/** The index by which controllers find objects that nobody controls. */
export const ORPHANS = "orphan-namespace";

/** The namespace of an object that nobody controls, for that index. */
export function orphanNamespace({ metadata }: Controllable): readonly string[] {
  const isOrphan = controllerUid(metadata) === undefined && metadata.deletionTimestamp === undefined;
  return isOrphan ? [metadata.namespace ?? ""] : [];
}

interface Controllable {
  readonly metadata: ObjectMeta;
}

/** Something that controls what its selector chooses. */
export interface Adopter extends Controllable {
  readonly spec?: { readonly selector?: object };
}

/** The owners whose selector chooses an object that nobody controls: each of them would take it. */
export function adoptersOf<Owner extends Adopter>(
  kind: Kind<Owner, unknown>,
): (object: Controllable, cache: CacheReader) => readonly Owner[] {
  return (object, cache) => {
    if (orphanNamespace(object).length === 0) return [];
    const owners = cache.list(kind, { namespace: object.metadata.namespace ?? "" });
    return owners.filter((owner) => selectorOf(owner)?.matches(object.metadata.labels ?? {}) === true);
  };
}

function selectorOf({ spec }: Adopter): ReturnType<typeof labelSelectorFrom> | undefined {
  const selector = spec?.selector as LabelSelectorSpec | undefined;
  const parsed = selector === undefined ? undefined : labelSelectorFrom(selector);
  return parsed?.isEmpty === true ? undefined : parsed;
}

/**
 * Takes over what the owner's selector chooses and nobody controls, and lets go of what it no longer chooses, as Kubernetes'
 * controllers do. An owner that is going changes nothing.
 */
export async function claim<Dependent extends Controllable>(
  ctx: BaseContext & { owned(kind: Kind<Dependent, unknown>): readonly Dependent[] },
  kind: Kind<Dependent, unknown>,
  owner: Adopter & { readonly apiVersion: string; readonly kind: string },
): Promise<void> {
  const { metadata } = owner;
  const selector = selectorOf(owner);
  if (metadata.deletionTimestamp !== undefined || selector === undefined) return;
  const chooses = (object: Dependent): boolean => selector.matches(object.metadata.labels ?? {});
  for (const object of ctx.owned(kind)) {
    if (object.metadata.deletionTimestamp !== undefined || chooses(object)) continue;
    await own(
      ctx,
      kind,
      object,
      ownersOf(object).filter(({ uid }) => uid !== metadata.uid),
    );
  }
  const reference = controllerReference(owner.apiVersion, owner.kind, metadata);
  for (const object of ctx.cache.list(kind, { index: [ORPHANS, metadata.namespace ?? ""] })) {
    if (chooses(object)) await own(ctx, kind, object, [...ownersOf(object), reference]);
  }
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
