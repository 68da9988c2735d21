import type { ObjectMeta, OwnerReference } from "@weir/objects";

/** Says of a dependent that this owner, and no other, manages it; it goes when the owner goes. */
export function controllerReference(apiVersion: string, kind: string, owner: ObjectMeta): OwnerReference {
  return {
    apiVersion,
    kind,
    name: owner.name ?? "",
    uid: owner.uid ?? "",
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** The uid of the owner that manages an object. */
export function controllerUid(metadata: ObjectMeta): string | undefined {
  return metadata.ownerReferences?.find((reference) => reference.controller === true)?.uid;
}
