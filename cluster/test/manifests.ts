import type { DaemonSet, Deployment, StatefulSet } from "@weir/builtin/apps-v1";
import type { Job } from "@weir/builtin/batch-v1";
import {
  Namespace,
  type Pod,
  type PodSpec,
  type PodTemplateSpec,
  type Service,
  type ServiceSpec,
} from "@weir/builtin/core-v1";
import type { KubeClient } from "@weir/client";
import type { ObjectMeta } from "@weir/objects";

/** Makes a namespace with a name of its own. */
export async function makeNamespace(client: KubeClient): Promise<string> {
  const namespace = await client.create(Namespace, {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { generateName: "test-" },
  });
  return namespace.metadata.name ?? "";
}

const containers = [{ name: "app", image: "nginx:1" }];

function meta(namespace: string, name: string, more: ObjectMeta = {}): ObjectMeta {
  return { namespace, name, ...more };
}

function labelled(name: string, spec: Partial<PodSpec> = {}): PodTemplateSpec {
  return { metadata: { labels: { app: name } }, spec: { containers, ...spec } };
}

/** Objects as a user would write them. */
export const manifest = {
  deployment: (
    namespace: string,
    name: string,
    spec: Deployment["spec"] = {},
    metadata?: ObjectMeta,
  ): Deployment => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: meta(namespace, name, metadata),
    spec: { selector: { matchLabels: { app: name } }, template: labelled(name), ...spec },
  }),
  statefulSet: (namespace: string, name: string, spec: Partial<StatefulSet["spec"]> = {}): StatefulSet => ({
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: meta(namespace, name),
    spec: {
      serviceName: name,
      selector: { matchLabels: { app: name } },
      template: labelled(name),
      volumeClaimTemplates: [
        {
          apiVersion: "v1",
          kind: "PersistentVolumeClaim",
          metadata: { name: "data" },
          spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
        },
      ],
      ...spec,
    },
  }),
  daemonSet: (namespace: string, name: string): DaemonSet => ({
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: meta(namespace, name),
    spec: { selector: { matchLabels: { app: name } }, template: labelled(name) },
  }),
  job: (namespace: string, name: string, spec: Job["spec"] = {}, metadata?: ObjectMeta): Job => ({
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: meta(namespace, name, metadata),
    spec: { template: labelled(name, { restartPolicy: "Never" }), ...spec },
  }),
  pod: (namespace: string, name: string, spec: Partial<PodSpec> = {}, metadata?: ObjectMeta): Pod => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: meta(namespace, name, metadata),
    spec: { containers, ...spec },
  }),
  service: (namespace: string, name: string, spec: Partial<ServiceSpec> = {}): Service => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: meta(namespace, name),
    spec: { selector: { app: name }, ports: [{ port: 80 }], ...spec },
  }),
} as const;
