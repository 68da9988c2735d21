import { fluxResources } from "@weir/api";
import type { Kind, KubeClient } from "@weir/client";
import { compareUtf8, type JsonObject, type JsonValue } from "@weir/core";
import { jsonDifference } from "./json-difference.ts";
import { normalize, type Substitutions } from "./normalize.ts";
import type { ObjectReferences } from "./object-reference.ts";
import type { ObservedObjects, Recording } from "./recording.ts";

/** What reading a snapshot needs. */
export interface SnapshotParts {
  readonly client: KubeClient;
  readonly references: ObjectReferences;
  readonly substitutions: Substitutions;
}

/** Compares all Flux objects and the managed objects of the recording with what is there now. */
export async function compareSnapshot(
  recording: Recording,
  step: number,
  parts: SnapshotParts,
): Promise<string | undefined> {
  return (await compareObserved(recording, step, parts)) ?? (await compareManaged(recording, step, parts));
}

async function compareObserved(
  recording: Recording,
  step: number,
  { client, substitutions }: SnapshotParts,
): Promise<string | undefined> {
  const recorded = recording.observed.find((observed) => observed.step === step);
  if (recorded === undefined) return undefined;
  const namespaces = namespacesOf(recording);
  const present = new Map<string, JsonObject>();
  for (const kind of fluxResources as unknown as readonly Kind[]) {
    for (const namespace of namespaces) {
      const { items } = await client.list(kind, { namespace });
      for (const item of items) {
        const object = observedPart(item as unknown as JsonObject);
        present.set(nameOf(object), object);
      }
    }
  }
  const wanted = new Map(recorded.objects.map((object) => [nameOf(object), withoutNullStatus(object)]));
  for (const name of new Set([...wanted.keys(), ...present.keys()])) {
    const difference = jsonDifference(
      normalize(wanted.get(name) ?? null, substitutions),
      normalize(asObserved(present.get(name), wanted.get(name)), substitutions),
      name,
    );
    if (difference !== undefined) return difference;
  }
  return compareReleases(recorded, recordNamespacesOf(recorded, namespaces), { client, substitutions });
}

/** The recordings hold the records of the last HelmRelease that has any. */
function recordNamespacesOf({ objects }: ObservedObjects, namespaces: readonly string[]): readonly string[] {
  const last = objects
    .filter(({ kind }) => kind === "HelmRelease")
    .map(({ status }) => (status as JsonObject | null)?.["storageNamespace"])
    .findLast((namespace) => typeof namespace === "string");
  return last === undefined ? namespaces : [String(last)];
}

/** The recordings of objects of which no controller speaks say `null`. */
function withoutNullStatus({ status, ...rest }: JsonObject): JsonObject {
  return status === null || status === undefined ? rest : { ...rest, status };
}

/** Of objects that controllers make the recordings hold the spec, too. */
function asObserved(present: JsonObject | undefined, wanted: JsonObject | undefined): JsonValue {
  if (present === undefined || wanted === undefined || Object.hasOwn(wanted, "spec")) return present ?? null;
  const { spec: _spec, ...rest } = present;
  return rest;
}

const Secret: Kind = { group: "", version: "v1", kind: "Secret", plural: "secrets", scope: "Namespaced" };
const RELEASE_TYPE = "helm.sh/release.v1";

/** Compares the records of releases in the namespaces of the recording. */
async function compareReleases(
  { releaseSecrets }: ObservedObjects,
  namespaces: readonly string[],
  { client, substitutions }: Pick<SnapshotParts, "client" | "substitutions">,
): Promise<string | undefined> {
  if (releaseSecrets === undefined) return undefined;
  const lists = await Promise.all(namespaces.map((namespace) => client.list(Secret, { namespace })));
  const present = lists
    .flatMap(({ items }) => items as unknown as readonly JsonObject[])
    .filter(({ type }) => type === RELEASE_TYPE)
    .map(releaseSecret);
  return jsonDifference(
    normalize(sortedByName(releaseSecrets), substitutions),
    normalize(sortedByName(present), substitutions),
    "releaseSecrets",
  );
}

/** The part of a release's record that the recordings hold. */
function releaseSecret({ type, metadata, data }: JsonObject): JsonObject {
  const { name = "", labels = null, annotations = null } = metadata as JsonObject;
  return { name, type: type ?? null, labels, annotations, dataKeys: Object.keys((data ?? {}) as JsonObject) };
}

function sortedByName(secrets: readonly JsonObject[]): readonly JsonObject[] {
  return secrets.toSorted((left, right) => compareUtf8(String(left["name"]), String(right["name"])));
}

function namespacesOf({ namespace, steps }: Recording): readonly string[] {
  return [namespace, ...steps.flatMap((step) => (step.action === "createNamespace" ? [step.name] : []))];
}

function nameOf({ kind, metadata }: JsonObject): string {
  const { namespace, name } = metadata as JsonObject;
  return `${String(kind)}/${String(namespace)}/${String(name)}`;
}

const OBSERVED_METADATA = [
  "name",
  "namespace",
  "generation",
  "annotations",
  "labels",
  "finalizers",
  "ownerReferences",
];

/** The part of an object that the recordings hold. */
function observedPart({ apiVersion, kind, metadata, spec, status }: JsonObject): JsonObject {
  const kept = Object.entries(metadata as JsonObject).filter(([key]) => OBSERVED_METADATA.includes(key));
  return {
    apiVersion: apiVersion ?? null,
    kind: kind ?? null,
    metadata: Object.fromEntries(kept),
    ...(spec === undefined ? {} : { spec }),
    ...(status === undefined ? {} : { status }),
  };
}

async function compareManaged(
  recording: Recording,
  step: number,
  { client, references, substitutions }: SnapshotParts,
): Promise<string | undefined> {
  for (const { object, found } of recording.managedObjects.find((managed) => managed.step === step)
    ?.objects ?? []) {
    const reference = await references.resolve(object);
    const present = reference === undefined ? undefined : await client.get(reference.kind, reference.key);
    const isStandInStatus = hasStandInStatus(found);
    const difference = jsonDifference(
      normalize(managedPart(found, isStandInStatus), substitutions),
      normalize(managedPart((present ?? null) as JsonValue, isStandInStatus), substitutions),
      object,
    );
    if (difference !== undefined) return difference;
  }
  return undefined;
}

/** Who wrote beside Flux: the requests of the recordings, and the stand-ins for controllers of the cluster, theirs and ours. */
const STAND_INS = ["python-requests", "workload-status"];

/** Whether a stand-in wrote the status of a recorded object: when it did is up to chance, and Flux has no part in it. */
function hasStandInStatus(object: JsonValue): boolean {
  if (object === null) return false;
  const { managedFields = [] } = (object as JsonObject)["metadata"] as JsonObject;
  return (managedFields as readonly JsonObject[]).some(
    ({ manager, subresource }) => subresource === "status" && STAND_INS.includes(String(manager)),
  );
}

/** An object without what no recording holds, and with its managers only. */
function managedPart(object: JsonValue, isStandInStatus: boolean): JsonValue {
  if (object === null) return null;
  const { metadata, status, ...rest } = object as JsonObject;
  const { resourceVersion: _version, managedFields = [], ...kept } = metadata as JsonObject;
  const managers = (managedFields as readonly JsonObject[])
    .filter(({ manager }) => !STAND_INS.includes(String(manager)))
    .map(({ manager, operation, subresource }) => ({
      manager: manager ?? "",
      operation: operation ?? "",
      subresource: subresource ?? "",
    }))
    // The API orders them by the second of their last write, which is up to chance.
    .sort((left, right) => compareUtf8(JSON.stringify(left), JSON.stringify(right)));
  const keptStatus = status === undefined || isStandInStatus ? {} : { status };
  return { ...rest, ...keptStatus, metadata: { ...kept, managedFields: managers } };
}
