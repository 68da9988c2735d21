import type { JsonValue } from "@weir/core";
import type { Environment } from "../environment.ts";
import { crdOutput } from "./generate-from-code.ts";
import { rbacManifests, type RbacFlags } from "./generate-rbac.ts";
import { loadExports, requireSome } from "./load-exports.ts";
import { manifestText } from "./manifest-text.ts";
import { writeOutputs } from "./write-outputs.ts";

/** What controllers are deployed with. */
export interface ManifestFlags extends Omit<RbacFlags, "namespace" | "serviceAccount" | "leaderElection"> {
  /** Where the controllers run; they watch all namespaces. */
  readonly namespace: string;
  readonly image: string;
  readonly replicas: number;
}

const METRICS_PORT = 8080;
const HEALTH_PORT = 9440;

/**
 * `weir generate manifests`: everything that puts controllers onto a cluster, in the order in which it is applied. Gives
 * the exit code.
 */
export async function generateManifests(
  modules: readonly string[],
  flags: ManifestFlags,
  environment: Environment,
): Promise<number> {
  const { resources, controllers } = await loadExports(modules, environment.workingDirectory);
  const { name, namespace } = flags;
  const { replicas: _, image: __, namespace: ___, ...rest } = flags;
  const rbac = rbacManifests(requireSome(controllers, "controller", modules), {
    ...rest,
    serviceAccount: `${namespace}/${name}`,
    leaderElection: true,
  });
  const outputs = [
    ...resources.map((resource) => crdOutput(resource, {})),
    { name: "rbac.yaml", text: rbac.map(manifestText).join("") },
    { name: "deployment.yaml", text: deploymentManifests(flags).map(manifestText).join("") },
  ];
  return writeOutputs(outputs, flags, environment);
}

function deploymentManifests(flags: ManifestFlags): readonly JsonValue[] {
  const { name, namespace, replicas } = flags;
  const labels = { "app.kubernetes.io/name": name };
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace } },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name, namespace, labels },
      spec: {
        replicas,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: podSpec(flags) },
      },
    },
  ];
}

function podSpec({ name, image }: ManifestFlags): JsonValue {
  return {
    serviceAccountName: name,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 1000,
      seccompProfile: { type: "RuntimeDefault" },
    },
    // A little more than the time that a manager gives running reconciles to end.
    terminationGracePeriodSeconds: 40,
    containers: [
      {
        name: "manager",
        image,
        // Where the Lease is that replicas agree by.
        env: [{ name: "RUNTIME_NAMESPACE", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } }],
        ports: [
          { name: "http-prom", containerPort: METRICS_PORT },
          { name: "healthz", containerPort: HEALTH_PORT },
        ],
        livenessProbe: { httpGet: { path: "/healthz", port: "healthz" } },
        readinessProbe: { httpGet: { path: "/readyz", port: "healthz" } },
        resources: { requests: { cpu: "100m", memory: "64Mi" }, limits: { memory: "512Mi" } },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        },
      },
    ],
  };
}
