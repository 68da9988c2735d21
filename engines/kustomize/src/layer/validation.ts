import { KustomizeError } from "../error.ts";
import { isMap } from "../node/node.ts";
import type { Resource } from "../resource/resource.ts";
import { describeId, idKey } from "../resource/resource-id.ts";
import type { ResourceMap } from "../resource/resource-map.ts";
import { showResourceLine } from "../resource/show-resource.ts";
import type { Transformer } from "../transform/transformer.ts";

const LABEL = "validated-by";

/** Runs a validator, which may change nothing but the label that says that it ran; that one stays. */
export function validate(resources: ResourceMap, transform: Transformer): void {
  const before = resources.resources.map((resource) => resource.copy());
  transform(resources);
  try {
    refuseChange(before, resources.resources);
  } catch (error) {
    if (!(error instanceof KustomizeError)) throw error;
    throw new KustomizeError(`validator shouldn't modify the resource map: ${error.message}`, {
      cause: error,
    });
  }
}

function refuseChange(before: readonly Resource[], after: readonly Resource[]): void {
  if (before.length !== after.length) throw new KustomizeError("lists have different number of entries");
  const byId = new Map<string, Resource[]>();
  for (const resource of after) {
    const key = idKey(resource.id);
    const same = byId.get(key);
    if (same === undefined) byId.set(key, [resource]);
    else same.push(resource);
  }
  for (const resource of before) {
    const { id } = resource;
    const [other, ...more] = byId.get(idKey(id)) ?? [];
    if (other === undefined) {
      throw new KustomizeError(`id in self missing from other; id: ${describeId(id)}`);
    }
    if (more.length > 0) {
      throw new KustomizeError(`id in self matches ${more.length + 1} in other; id: ${describeId(id)}`);
    }
    refuseUnequal(resource, other);
  }
}

function refuseUnequal(before: Resource, validated: Resource): void {
  const isLabelled = validated.labels().has(LABEL);
  const after = isLabelled ? withoutLabel(validated) : validated;
  const [old, now] = [shown(before), shown(after)];
  if (old === now && !(isLabelled && isMovedByLabel(before))) return;
  throw new KustomizeError(`nodes unequal: \n -- ${old},\n -- ${now}\n`);
}

/** What cannot be written is left out of the message, and is no error here. */
function shown(resource: Resource): string {
  try {
    return showResourceLine(resource);
  } catch (error) {
    if (error instanceof KustomizeError) return "";
    throw error;
  }
}

function withoutLabel(resource: Resource): Resource {
  const copy = resource.copy();
  const labels = copy.labels();
  labels.delete(LABEL);
  copy.setLabels(labels);
  return copy;
}

/**
 * Whether taking the label away makes other nodes of the rest of the labels: upstream writes them anew, at the end of the
 * metadata, and compares where nodes stand in the source as well.
 */
function isMovedByLabel({ root, hasBuildFacts }: Resource): boolean {
  const metadata = root.get("metadata");
  const labels = isMap(metadata) ? metadata.get("labels") : undefined;
  if (!isMap(metadata) || labels === undefined) return false;
  if (!isMap(labels) || labels.isRead) return true;
  const keys = [...labels.fields.keys()];
  const isSorted = keys.every((key, at) => at === 0 || (keys[at - 1] ?? "") < key);
  // Annotations that hold what upstream notes were there before labels that a transformer made.
  const fields = [...metadata.fields.keys()].filter((key) => key !== "annotations" || !hasBuildFacts);
  return !isSorted || fields.at(-1) !== "labels";
}
