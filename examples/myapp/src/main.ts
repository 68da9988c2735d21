// Runs the controller on the cluster that it is deployed to, or on that of KUBECONFIG (~/.kube/config by default).
import { homedir } from "node:os";
import { join } from "node:path";
import { type ClusterConfig, inClusterConfig, loadKubeconfig, openClient } from "@weir/client";
import { systemClock } from "@weir/core";
import { keepMemoryLow, keepYoungObjectsFew, type ManagerOptions } from "@weir/sdk";
import { jsonLogger } from "./json-logger.ts";
import { runManager, shutdownSignal } from "./run-manager.ts";

const { env } = process;

function findCluster(): Promise<ClusterConfig> {
  const {
    KUBECONFIG: kubeconfig,
    KUBERNETES_SERVICE_HOST: host,
    KUBERNETES_SERVICE_PORT: port = "443",
  } = env;
  if (kubeconfig === undefined && host !== undefined) return inClusterConfig({ host, port });
  // It is one's own kubeconfig, so it may run the credential plugins that it names.
  return loadKubeconfig(kubeconfig ?? join(homedir(), ".kube/config"), { allowExec: true });
}

/** In a Pod, which knows its namespace: replicas agree on a leader, and the endpoints of the Deployment are served. */
function deployedOptions(namespace: string): Partial<ManagerOptions> {
  return {
    leaderElection: { name: "myapp", namespace },
    metricsServer: { port: 8080 },
    healthServer: { port: 9440 },
  };
}

const logger = jsonLogger((line) => process.stdout.write(line));
const shutdown = shutdownSignal(process);
keepYoungObjectsFew();
void keepMemoryLow(systemClock, shutdown);
const namespace = env["RUNTIME_NAMESPACE"];
await using cluster = openClient(await findCluster(), { environment: env, logger, userAgent: "myapp" });
const options = namespace === undefined ? {} : deployedOptions(namespace);
await runManager(cluster.client, logger, shutdown, options);
