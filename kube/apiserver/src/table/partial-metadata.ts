import type { JsonObject } from "@weir/core";
import type { KubeObject } from "@weir/objects";

/** An object's metadata alone, for clients that look at nothing else. */
export function partialMetadata(object: KubeObject, isItem = false): JsonObject {
  const metadata = object.metadata as unknown as JsonObject;
  void isItem;
  return { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata };
}
