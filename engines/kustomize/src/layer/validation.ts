import { KustomizeError } from "../error.ts";
import { isList, isMap, isQuoted, isScalar, type Node, Scalar, textOf, type YamlMap } from "../node/node.ts";
import { isYaml11NonString } from "../node/resolve-scalar.ts";
import type { Resource } from "../resource/resource.ts";
import { describeId, idKey } from "../resource/resource-id.ts";
import type { ResourceMap } from "../resource/resource-map.ts";
import { showResourceLine } from "../resource/show-resource.ts";
import type { Transformer } from "../transform/transformer.ts";

const LABEL = "validated-by";

/** A resource before a validator ran. */
interface Snapshot {
  readonly copy: Resource;
  /** What a JSON patch replaces, and everything else changes in place. */
  readonly root: YamlMap;
}

/** Runs a validator, which may change nothing but the label that says that it ran; that one stays. */
export function validate(resources: ResourceMap, transform: Transformer): void {
  const before = resources.resources.map((resource) => ({ copy: resource.copy(), root: resource.root }));
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

function refuseChange(before: readonly Snapshot[], after: readonly Resource[]): void {
  if (before.length !== after.length) throw new KustomizeError("lists have different number of entries");
  const byId = new Map<string, Resource[]>();
  for (const resource of after) {
    const key = idKey(resource.id);
    const same = byId.get(key);
    if (same === undefined) byId.set(key, [resource]);
    else same.push(resource);
  }
  for (const snapshot of before) {
    const { id } = snapshot.copy;
    const [other, ...more] = byId.get(idKey(id)) ?? [];
    if (other === undefined) {
      throw new KustomizeError(`id in self missing from other; id: ${describeId(id)}`);
    }
    if (more.length > 0) {
      throw new KustomizeError(`id in self matches ${more.length + 1} in other; id: ${describeId(id)}`);
    }
    refuseUnequal(snapshot, other);
  }
}

function refuseUnequal({ copy: before, root }: Snapshot, validated: Resource): void {
  const isLabelled = validated.labels().has(LABEL);
  const after = isLabelled ? withoutLabel(validated) : validated;
  const [old, now] = [showResourceLine(before), showResourceLine(after)];
  const isSame = old === now && !(root === validated.root && isSetAnew(before.root, root));
  if (isSame && !(isLabelled && isMovedByLabel(before))) return;
  throw new KustomizeError(`nodes unequal: \n -- ${old},\n -- ${now}\n`);
}

/**
 * Whether something was set to what it is already: upstream compares where nodes stand in the source, and what is set
 * stands nowhere.
 */
function isSetAnew(before: Node, after: Node | undefined): boolean {
  if (isList(before)) return isList(after) && before.some((item, at) => isSetAnew(item, after[at]));
  if (isScalar(before)) return isScalar(after) && isOtherScalar(before, after);
  if (!isMap(after)) return false;
  for (const key of after.setKeys ?? []) {
    if (before.fields.has(key) && before.setKeys?.has(key) !== true) return true;
  }
  return [...before.fields].some(([key, value]) => isSetAnew(value, after.get(key)));
}

function isOtherScalar(before: string | Scalar, after: string | Scalar): boolean {
  if (before === after) return false;
  return tagOf(before) !== tagOf(after) || isRead(before) !== isRead(after);
}

function isRead(scalar: string | Scalar): boolean {
  return scalar instanceof Scalar && scalar.isRead;
}

function tagOf(scalar: string | Scalar): string {
  return scalar instanceof Scalar ? scalar.tag : "!!str";
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
  return !isSorted || fields.at(-1) !== "labels" || [...labels.fields.values()].some(isStyledAnew);
}

/** Whether a label would be written in another style: it shares that of a field that was quoted, or is in lines. */
function isStyledAnew(label: Node): boolean {
  const text = textOf(label);
  return text.includes("\n") || isQuoted(label) !== isYaml11NonString(text);
}
