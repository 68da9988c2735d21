import type { JsonObject } from "@weir/core";
import type { KubeObject } from "@weir/objects";
import { eventFromCore, eventToCore } from "./event-conversion.ts";
import { autoscalerFromV2, autoscalerToV2 } from "./autoscaler-conversion.ts";

/** Two served versions, or groups, of one stored object. */
export interface Conversion {
  readonly storagePrefix: string;
  readonly storageVersion: string;
  readonly isStorageVersion: boolean;
  fromStorage(object: KubeObject): KubeObject;
  toStorage(object: KubeObject): KubeObject;
}

const same = (object: KubeObject): KubeObject => object;

/** How a resource lies in the store, where that is not as it is served. */
export function conversionOf(resource: {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
}): Conversion | undefined {
  if (resource.plural === "events" && resource.group === "events.k8s.io") {
    return {
      storagePrefix: "/core/events/",
      storageVersion: "v1",
      isStorageVersion: false,
      fromStorage: convert("events.k8s.io/v1", eventFromCore),
      toStorage: convert("v1", eventToCore),
    };
  }
  if (resource.plural !== "horizontalpodautoscalers") return undefined;
  const isStorageVersion = resource.version === "v2";
  return {
    storagePrefix: "/autoscaling/horizontalpodautoscalers/",
    storageVersion: "autoscaling/v2",
    isStorageVersion,
    fromStorage: isStorageVersion ? same : convert("autoscaling/v1", autoscalerFromV2),
    toStorage: isStorageVersion ? same : convert("autoscaling/v2", autoscalerToV2),
  };
}

function convert(
  apiVersion: string,
  change: (object: JsonObject) => JsonObject,
): (object: KubeObject) => KubeObject {
  return (object) => ({ ...change(object as unknown as JsonObject), apiVersion }) as unknown as KubeObject;
}
