import { KustomizeError } from "../error.ts";
import type { Resource } from "./resource.ts";
import { describeId, idKey } from "./resource-id.ts";

/** The resources of one text; two with the same id are an error. */
export function distinct(resources: readonly Resource[]): readonly Resource[] {
  const seen = new Set<string>();
  for (const resource of resources) {
    const key = idKey(resource.id);
    if (seen.has(key)) {
      const id = describeId(resource.id);
      throw new KustomizeError(`may not add resource with an already registered id: ${id}`);
    }
    seen.add(key);
  }
  return resources;
}
