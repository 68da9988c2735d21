import type { Pod } from "@weir/builtin/core-v1";
import type { ObjectKey } from "@weir/sdk";
import type { MyApp } from "./my-app.ts";

/** Says of a Pod which MyApp it belongs to. */
export const NAME_LABEL = "app.example.com/name";

/** What has to be done so that a MyApp has the Pods that it should. */
export interface PodPlan {
  /** Names of the Pods that are missing. */
  readonly create: readonly string[];
  /** Names of the Pods that run another image. */
  readonly update: readonly string[];
  /** Names of the Pods that are too many, or that ended. */
  readonly remove: readonly string[];
}

/**
 * Decides from what is there alone. The names of the Pods are numbered, so that a create whose answer was lost makes no
 * second Pod. A Pod that is going blocks its name; the next run, after its deletion, makes the new one.
 */
export function decidePods(app: MyApp, pods: readonly Pod[]): PodPlan {
  const wanted = Array.from({ length: app.spec.replicas }, (_, index) => `${app.metadata.name}-${index}`);
  const taken = new Set(pods.map(nameOf));
  const staying = pods.filter((pod) => pod.metadata?.deletionTimestamp === undefined);
  const [kept, surplus] = partition(staying, (pod) => wanted.includes(nameOf(pod)) && !isFinished(pod));
  return {
    create: wanted.filter((name) => !taken.has(name)),
    update: kept.filter((pod) => imageOf(pod) !== app.spec.image).map(nameOf),
    remove: surplus.map(nameOf),
  };
}

/** How many Pods are ready to serve. */
export function countReady(pods: readonly Pod[]): number {
  return pods.filter(
    ({ metadata, status }) =>
      metadata?.deletionTimestamp === undefined &&
      (status?.conditions ?? []).some(
        (condition) => condition.type === "Ready" && condition.status === "True",
      ),
  ).length;
}

/** A Pod as the MyApp wants it. */
export function podOf(app: MyApp, name: string): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      ...(app.metadata.namespace === undefined ? {} : { namespace: app.metadata.namespace }),
      name,
      labels: { [NAME_LABEL]: app.metadata.name },
    },
    spec: { containers: [{ name: "main", image: app.spec.image }] },
  };
}

/** The Pod with another image; an image is one of the few things of a Pod that may change. */
export function withImage(pod: Pod, image: string): Pod {
  const { spec = { containers: [] } } = pod;
  return { ...pod, spec: { ...spec, containers: spec.containers.map((one) => ({ ...one, image })) } };
}

/** The MyApp that a Pod belongs to by its label. */
export function appOf({ metadata }: Pod): ObjectKey | undefined {
  const name = metadata?.labels?.[NAME_LABEL];
  if (name === undefined) return undefined;
  return metadata?.namespace === undefined ? { name } : { namespace: metadata.namespace, name };
}

function nameOf({ metadata }: Pod): string {
  return metadata?.name ?? "";
}

function imageOf({ spec }: Pod): string | undefined {
  return spec?.containers[0]?.image;
}

function isFinished({ status }: Pod): boolean {
  return status?.phase === "Failed" || status?.phase === "Succeeded";
}

function partition<Value>(
  values: readonly Value[],
  isFirst: (value: Value) => boolean,
): readonly [readonly Value[], readonly Value[]] {
  return [values.filter(isFirst), values.filter((value) => !isFirst(value))];
}
