import { parseApiVersion } from "./api-version.ts";
import type { KubeObject, OwnerReference } from "./object.ts";

/** The reference by which a dependent names this object as its owner; the object must have been created. */
export function ownerReferenceTo(
  owner: KubeObject,
  options: { readonly controller?: boolean; readonly blockOwnerDeletion?: boolean } = {},
): OwnerReference {
  const { name = "", uid = "" } = owner.metadata;
  return { apiVersion: owner.apiVersion, kind: owner.kind, name, uid, ...options };
}

/** The owner that controls an object; there is at most one. */
export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((reference) => reference.controller === true);
}

/** Tells whether one of an object's owners is this one, whichever version the reference names. */
export function isOwnedBy(object: KubeObject, owner: KubeObject): boolean {
  return object.metadata.ownerReferences?.some((reference) => refersTo(reference, owner)) ?? false;
}

/** Tells whether this object controls the other one. */
export function isControlledBy(object: KubeObject, owner: KubeObject): boolean {
  const controller = controllerOf(object);
  return controller !== undefined && refersTo(controller, owner);
}

/** The uid decides; group, kind and name keep a forged or recycled one from matching. */
function refersTo(reference: OwnerReference, owner: KubeObject): boolean {
  return (
    reference.uid === owner.metadata.uid &&
    reference.kind === owner.kind &&
    reference.name === owner.metadata.name &&
    parseApiVersion(reference.apiVersion)?.group === parseApiVersion(owner.apiVersion)?.group
  );
}
