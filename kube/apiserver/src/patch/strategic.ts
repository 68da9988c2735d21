import type { JsonObject } from "@weir/core";
import {
  applyStrategicMergePatch,
  badRequestError,
  StrategicMergePatchError,
  unknownError,
} from "@weir/objects";
import type { Draft, Resource } from "../resources/resource.ts";

/** Merges a strategic patch by the kind's patch strategies; one that cannot be merged is a 500, as in Kubernetes. */
export function applyStrategic(resource: Resource, object: JsonObject, patch: JsonObject): Draft {
  try {
    return applyStrategicMergePatch(object, patch, resource.schema) as Draft;
  } catch (error) {
    if (error instanceof StrategicMergePatchError) {
      if (error.message.startsWith("invalid patch format")) throw badRequestError(error.message);
      throw unknownError(error.message);
    }
    throw error;
  }
}
