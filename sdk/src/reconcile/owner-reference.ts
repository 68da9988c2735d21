import type { JsonObject } from "@weir/core";
import type { Kind } from "@weir/client";
import { formatApiVersion, type KubeObject, type ObjectMeta, ownerReferenceTo } from "@weir/objects";
import { OwnerReferenceError } from "./reconcile-errors.ts";

/** An intent that names its controller; refuses what the garbage collector would not honour. */
export function withController(
  intent: JsonObject,
  owner: KubeObject,
  ownerKind: Kind<unknown, unknown>,
): JsonObject {
  const metadata = (intent["metadata"] ?? {}) as ObjectMeta;
  const ownerNamespace = owner.metadata.namespace ?? "";
  if (ownerNamespace !== "" && ownerNamespace !== (metadata.namespace ?? "")) {
    throw new OwnerReferenceError(
      `${ownerKind.kind} ${ownerNamespace}/${owner.metadata.name ?? ""} cannot own an object outside of its namespace`,
    );
  }
  const others = (metadata.ownerReferences ?? []).filter(({ uid }) => uid !== owner.metadata.uid);
  const controller = others.find((reference) => reference.controller === true);
  if (controller !== undefined) {
    throw new OwnerReferenceError(
      `the object is already controlled by ${controller.kind} ${controller.name}`,
    );
  }
  const reference = ownerReferenceTo(
    { ...owner, apiVersion: formatApiVersion(ownerKind), kind: ownerKind.kind },
    { controller: true, blockOwnerDeletion: true },
  );
  return {
    ...intent,
    metadata: { ...metadata, ownerReferences: [...others, reference] },
  } as unknown as JsonObject;
}
