import { type Storage } from "@weir/apiserver";
import { type ClusterConfig, connect, type Transport } from "@weir/client";
import type { Loops, WorkloadTiming } from "@weir/cluster";
import type { Clock, Logger } from "@weir/core";
import { RestartableCluster } from "./restartable-cluster.ts";

/** An API of the test's own, in this process. */
export interface EmbeddedTestCluster {
  readonly kind: "embedded";
  /** Which of the cluster's own controllers run; all by default. */
  readonly loops?: Loops;
  /** Where objects are kept; memory by default. */
  readonly storage?: Storage;
  readonly authorization?: "AlwaysAllow" | "RBAC";
  /** How long simulated workloads take; nothing by default. */
  readonly timing?: WorkloadTiming;
}

/** A cluster that is there already, such as a kube-apiserver that the suite started. */
export interface ExistingTestCluster {
  readonly kind: "existing";
  /** How its API is reached; `loadKubeconfig` reads one. */
  readonly config: ClusterConfig;
}

/** What a test environment runs on. */
export type TestCluster = EmbeddedTestCluster | ExistingTestCluster;

/** A cluster that a test environment has opened. */
export interface OpenTestCluster extends AsyncDisposable {
  readonly transport: Transport;
  readonly server?: string;
  /** Ends the API and starts it again over the same objects; absent where the cluster is not the test's own. */
  readonly restart?: () => Promise<void>;
  /** Drops what the API keeps of the past; absent where the cluster is not the test's own. */
  readonly compact?: () => Promise<void>;
  /** The newest revision; absent where the cluster is not the test's own. */
  readonly revision?: () => Promise<number>;
}

/** Starts the embedded API, or connects to the cluster that is there. */
export async function openTestCluster(
  cluster: TestCluster,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): Promise<OpenTestCluster> {
  if (cluster.kind === "existing") return connect(cluster.config);
  const { kind: _, ...options } = cluster;
  const embedded = await RestartableCluster.start({ ...options, clock, logger });
  return {
    transport: embedded.transport,
    restart: async () => {
      await embedded.kill();
      await embedded.start();
    },
    compact: () => embedded.compact(),
    revision: () => embedded.revision(),
    [Symbol.asyncDispose]: () => embedded[Symbol.asyncDispose](),
  };
}
