import { Deployment, ReplicaSet, StatefulSet, DaemonSet } from "@weir/builtin/apps-v1";
import { Job } from "@weir/builtin/batch-v1";
import type { Pod } from "@weir/builtin/core-v1";
import type { Kind } from "@weir/client";
import type { KubeObject, ObjectMeta, OwnerReference } from "@weir/objects";
import type { CacheReader } from "@weir/sdk";

const OWNERS: Readonly<Record<string, Kind<{ readonly metadata: ObjectMeta }, unknown>>> = {
  Deployment,
  ReplicaSet,
  StatefulSet,
  DaemonSet,
  Job,
};

/** The metadata of the workload that a pod belongs to in the end: of its ReplicaSet's Deployment, say. */
export function rootOwner(pod: Pod, cache: CacheReader): ObjectMeta | undefined {
  let root: ObjectMeta | undefined;
  let current: ObjectMeta = pod.metadata;
  // A pod, its ReplicaSet, its Deployment: nothing simulated is nested deeper.
  for (let depth = 0; depth < 3; depth++) {
    const owner = controllerOf(current, cache);
    if (owner === undefined) return root;
    root = owner;
    current = owner;
  }
  return root;
}

function controllerOf(metadata: ObjectMeta, cache: CacheReader): ObjectMeta | undefined {
  const reference = metadata.ownerReferences?.find(({ controller }) => controller === true);
  const kind = reference && kindOf(reference);
  if (reference === undefined || kind === undefined || metadata.namespace === undefined) return undefined;
  const owner = cache.get(kind, { namespace: metadata.namespace, name: reference.name });
  return owner?.metadata.uid === reference.uid ? owner.metadata : undefined;
}

function kindOf({ apiVersion, kind }: OwnerReference): (typeof OWNERS)[string] | undefined {
  const known = Object.hasOwn(OWNERS, kind) ? OWNERS[kind] : undefined;
  const isSameGroup = known !== undefined && apiVersion.startsWith(`${known.group}/`);
  return isSameGroup ? known : undefined;
}

/** The uids of the controllers of an object, for an index. */
export function controllerUids({ metadata }: Pick<KubeObject, "metadata">): readonly string[] {
  return (metadata.ownerReferences ?? [])
    .filter(({ controller }) => controller === true)
    .map(({ uid }) => uid);
}
