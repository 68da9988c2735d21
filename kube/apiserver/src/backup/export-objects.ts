import { type JsonObject, parseJson } from "@weir/core";
import { emitYamlInOwnOrder } from "@weir/yaml";
import type { Storage, StoredValue } from "../storage/storage.ts";
import { asObject, DEFINITIONS, type StoredKind, StoredKinds, textOf } from "./stored-kinds.ts";

/**
 * All objects of a storage as YAML, one document each, as they lie there: with uid, generation, times, managed fields,
 * finalizers, owner references and status, so that `importObjects` makes the same of them; without resourceVersion, which is
 * the storage's.
 *
 * It is one moment's state, however long reading it takes. The order is one in which the documents can be applied: CRDs,
 * namespaces, what others refer to, workloads, custom resources, and last what would interfere. The texts begin with
 * `---`, so that together they are one stream. What is no object is left out: the key that signs tokens of service
 * accounts, and custom objects whose CRD is gone.
 */
export async function* exportObjects(storage: Storage): AsyncGenerator<string> {
  const { entries } = await storage.range("");
  const kinds = new StoredKinds();
  for (const { key, value } of entries) {
    if (key.startsWith(DEFINITIONS)) kinds.addDefinition(parse(value));
  }
  const found = entries.flatMap((entry) => {
    const kind = kinds.byKey(entry.key);
    return kind === undefined ? [] : [{ entry, kind, rank: exportRank(kind) }];
  });
  found.sort((left, right) => left.rank - right.rank || (left.entry.key < right.entry.key ? -1 : 1));
  for (const { entry, kind } of found) yield document(entry, kind);
}

function document({ value }: StoredValue, kind: StoredKind): string {
  const { apiVersion, ...rest } = parse(value);
  const written = kind.isCustom && typeof apiVersion === "string" ? apiVersion : (kind.apiVersions[0] ?? "");
  return `---\n${emitYamlInOwnOrder({ apiVersion: written, kind: kind.kind, ...rest })}`;
}

function parse(value: Uint8Array): JsonObject {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return asObject(parseJson(bytes.toString("utf8"))) ?? {};
}

/** Kinds that others need to be there first; the rest of the built-in ones follow. */
const EARLY: readonly string[] = [
  "CustomResourceDefinition",
  "Namespace",
  "PriorityClass",
  "StorageClass",
  "ClusterRole",
  "Role",
  "ServiceAccount",
  "Secret",
  "ConfigMap",
  "PersistentVolume",
  "PersistentVolumeClaim",
  "Service",
];

const RANK_CUSTOM = EARLY.length + 1;
const RANK_ADMISSION = EARLY.length + 2;

/** A kind as far as the order of an export goes. */
export interface ExportedKind {
  readonly group: string;
  readonly kind: string;
  /** A CRD makes it. */
  readonly isCustom: boolean;
}

/** Where a kind stands in an export: those with a lower rank come first, so that documents can be applied in order. */
export function exportRank({ group, kind, isCustom }: ExportedKind): number {
  if (isCustom) return RANK_CUSTOM;
  if (group === "admissionregistration.k8s.io") return RANK_ADMISSION;
  const early = EARLY.indexOf(kind);
  return early < 0 ? EARLY.length : early;
}

/** The name of an object for a message. */
export function describeObject(object: JsonObject): string {
  const metadata = asObject(object["metadata"]);
  const namespace = textOf(metadata, "namespace");
  const name = textOf(metadata, "name") ?? "";
  return `${textOf(object, "kind") ?? ""} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}
