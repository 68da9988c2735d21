import type { JsonValue } from "@weir/core";
import { FieldSet } from "../fields/field-set.ts";
import { type FieldPath, fieldElement } from "../fields/path-element.ts";
import type { ManagedFieldsEntry } from "../object.ts";
import { type Manager, readManagers, writeManagers } from "./managers.ts";

/** Where each version of a kind keeps the replicas that its scale subresource shows; `undefined` where it shows none. */
export type ReplicasPaths = ReadonlyMap<string, readonly string[] | undefined>;

const scaleApiVersion = "autoscaling/v1";
const replicasInScale = FieldSet.ofPaths([["spec", "replicas"].map(fieldElement)]);

/**
 * The managedFields of a Scale: who manages the replicas of the object that it stands for.
 *
 * Throws `ManagedFieldsError` when the object's entries cannot be read.
 */
export function managedFieldsOfScale(
  entries: readonly ManagedFieldsEntry[] | undefined,
  paths: ReplicasPaths,
): readonly ManagedFieldsEntry[] | undefined {
  const ofScale = new Map<string, Manager>();
  for (const [id, manager] of readManagers(asJson(entries))) {
    const path = pathAt(paths, manager.apiVersion);
    if (path === undefined || !manager.fields.has(path)) continue;
    ofScale.set(id, { ...manager, apiVersion: scaleApiVersion, fields: replicasInScale });
  }
  return writeManagers(ofScale);
}

/**
 * The managedFields of an object after a write to its scale: replicas that the write took are taken from their
 * managers, and those who manage the Scale's replicas manage the object's.
 *
 * As in apimachinery a manager that comes by way of the scale carries no time.
 */
export function managedFieldsFromScale(
  entries: readonly ManagedFieldsEntry[] | undefined,
  scaleEntries: readonly ManagedFieldsEntry[] | undefined,
  apiVersion: string,
  paths: ReplicasPaths,
): readonly ManagedFieldsEntry[] | undefined {
  const parent = readManagers(asJson(entries));
  const scale = new Map(readManagers(asJson(scaleEntries)));
  const merged = new Map<string, Manager>();
  for (const [id, manager] of parent) {
    // A version that is not served any more has no place for replicas, and is dropped.
    if (!paths.has(manager.apiVersion)) continue;
    const path = pathAt(paths, manager.apiVersion);
    const isKept = path === undefined || !manager.fields.has(path) || scale.delete(id);
    const fields = isKept ? manager.fields : manager.fields.difference(FieldSet.ofPaths([path]));
    if (!fields.isEmpty) merged.set(id, { ...manager, fields });
  }
  const path = pathAt(paths, apiVersion);
  if (path === undefined) return writeManagers(merged);
  for (const [id, manager] of scale) {
    if (manager.fields.intersection(replicasInScale).isEmpty) continue;
    const time = parent.get(id)?.time;
    merged.set(id, { ...manager, apiVersion, time, fields: FieldSet.ofPaths([path]) });
  }
  return writeManagers(merged);
}

function pathAt(paths: ReplicasPaths, apiVersion: string): FieldPath | undefined {
  return paths.get(apiVersion)?.map(fieldElement);
}

function asJson(entries: readonly ManagedFieldsEntry[] | undefined): JsonValue | undefined {
  return entries as unknown as JsonValue | undefined;
}
