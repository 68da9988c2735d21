import type { DaemonSet, Deployment, ReplicaSet, StatefulSet } from "@weir/builtin/apps-v1";
import type { Job } from "@weir/builtin/batch-v1";
import type { Pod, PodSpec } from "@weir/builtin/core-v1";
import type { ObjectMeta } from "@weir/objects";

/** Objects of which a test says only what matters. */

interface Given<Spec> {
  readonly metadata?: ObjectMeta;
  readonly spec?: Partial<Spec>;
}

type SpecOf<R extends { readonly spec?: object }> = NonNullable<R["spec"]>;

function template(image = "nginx:1"): NonNullable<SpecOf<Deployment>["template"]> {
  return { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "app", image }] } };
}

export function aDeployment(
  given: Given<SpecOf<Deployment>> & { readonly image?: string; readonly status?: Deployment["status"] } = {},
): Deployment {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "apps", uid: "uid-web", generation: 1, ...given.metadata },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: "web" } },
      template: template(given.image),
      ...given.spec,
    },
    ...(given.status === undefined ? {} : { status: given.status }),
  };
}

/** A ReplicaSet of a Deployment: `image` tells templates apart, the counts are spec and status alike. */
export function aReplicaSet(given: {
  readonly name?: string;
  readonly image?: string;
  readonly replicas?: number;
  readonly available?: number;
  readonly running?: number;
  readonly revision?: string;
  readonly created?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}): ReplicaSet {
  const { replicas = 3, available = replicas, running = replicas, image, revision } = given;
  const annotations = {
    ...(revision === undefined ? {} : { "deployment.kubernetes.io/revision": revision }),
    ...given.annotations,
  };
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name: given.name ?? `web-${image ?? "1"}`,
      namespace: "apps",
      uid: `uid-${given.name ?? image}`,
      creationTimestamp: given.created ?? "2026-01-01T00:00:00Z",
      annotations,
    },
    spec: { replicas, selector: { matchLabels: { app: "web" } }, template: template(image) },
    status: { replicas: running, readyReplicas: available, availableReplicas: available },
  };
}

export function aPod(
  given: Given<PodSpec> & {
    readonly name?: string;
    readonly phase?: string;
    readonly ready?: boolean;
    readonly since?: string;
    readonly labels?: Readonly<Record<string, string>>;
  } = {},
): Pod {
  const { ready = false, since = "2026-01-01T00:00:00Z" } = given;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: given.name ?? "web-0",
      namespace: "apps",
      uid: `uid-${given.name ?? "web-0"}`,
      creationTimestamp: "2026-01-01T00:00:00Z",
      ...(given.labels === undefined ? {} : { labels: given.labels }),
      ...given.metadata,
    },
    spec: { containers: [{ name: "app", image: "nginx:1" }], ...given.spec },
    status: {
      phase: given.phase ?? "Running",
      conditions: [{ type: "Ready", status: ready ? "True" : "False", lastTransitionTime: since }],
    },
  };
}

export function aStatefulSet(
  given: Given<SpecOf<StatefulSet>> & { readonly status?: StatefulSet["status"] } = {},
): StatefulSet {
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: "db", namespace: "apps", uid: "uid-db", generation: 1, ...given.metadata },
    spec: { replicas: 3, serviceName: "db", template: template(), ...given.spec },
    ...(given.status === undefined ? {} : { status: given.status }),
  };
}

export function aDaemonSet(given: Given<SpecOf<DaemonSet>> = {}): DaemonSet {
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: "agent", namespace: "apps", uid: "uid-agent", generation: 1, ...given.metadata },
    spec: { template: template(), ...given.spec },
  };
}

export function aJob(given: Given<SpecOf<Job>> & { readonly status?: Job["status"] } = {}): Job {
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "migrate", namespace: "apps", uid: "uid-migrate", ...given.metadata },
    spec: { template: template(), ...given.spec },
    ...(given.status === undefined ? {} : { status: given.status }),
  };
}
