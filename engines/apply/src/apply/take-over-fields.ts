import type { JsonObject, JsonValue } from "@weir/core";
import { type KubeObject, type ManagedFieldsEntry, readFieldsV1, writeFieldsV1 } from "@weir/objects";

/** A manager whose fields are taken over: a name, or the beginning of one, and how it wrote. */
export interface ForeignManager {
  readonly name: string;
  readonly operation: "Apply" | "Update";
}

/** What is taken over, and by whom. */
export interface TakeOverOptions {
  readonly fieldManager: string;
  readonly from: readonly ForeignManager[];
  /** Annotations that are removed with it. */
  readonly annotations: readonly string[];
}

/**
 * The JSON patch that gives other managers' fields of a live object to ours, so that what leaves the manifest leaves the
 * object; empty where there is nothing to take. The patch holds only for the revision of the object that was read.
 */
export function takeOverFields(live: KubeObject, options: TakeOverOptions): readonly JsonObject[] {
  const operations = [...fieldOperations(live, options), ...annotationOperations(live, options.annotations)];
  const { resourceVersion } = live.metadata;
  if (operations.length === 0 || resourceVersion === undefined) return operations;
  return [...operations, { op: "replace", path: "/metadata/resourceVersion", value: resourceVersion }];
}

function fieldOperations(live: KubeObject, options: TakeOverOptions): readonly JsonObject[] {
  const entries = live.metadata.managedFields ?? [];
  const taken = entries.filter((entry) => isForeign(entry, options.from));
  if (taken.length === 0) return [];
  const own = entries.find((entry) => isOwn(entry, options.fieldManager));
  const [base = taken[0], ...rest] = own === undefined ? taken : [own, ...taken];
  if (base === undefined) return [];
  const merged = rest.reduce(mergeFields, {
    ...base,
    manager: options.fieldManager,
    operation: "Apply" as const,
  });
  const kept = entries.filter((entry) => entry !== own && !taken.includes(entry));
  const value = [...kept, merged] as unknown as JsonValue;
  return [{ op: "replace", path: "/metadata/managedFields", value }];
}

function isForeign(entry: ManagedFieldsEntry, from: readonly ForeignManager[]): boolean {
  if ((entry.subresource ?? "") !== "") return false;
  return from.some(
    ({ name, operation }) => entry.operation === operation && (entry.manager ?? "").startsWith(name),
  );
}

function isOwn(entry: ManagedFieldsEntry, fieldManager: string): boolean {
  return entry.manager === fieldManager && entry.operation === "Apply" && (entry.subresource ?? "") === "";
}

function mergeFields(into: ManagedFieldsEntry, from: ManagedFieldsEntry): ManagedFieldsEntry {
  const union = readFieldsV1(into.fieldsV1 ?? {}).union(readFieldsV1(from.fieldsV1 ?? {}));
  return { ...into, fieldsV1: writeFieldsV1(union) };
}

function annotationOperations(live: KubeObject, names: readonly string[]): readonly JsonObject[] {
  const { annotations = {} } = live.metadata;
  return names
    .filter((name) => Object.hasOwn(annotations, name))
    .map((name) => ({
      op: "remove",
      path: `/metadata/annotations/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`,
    }));
}
