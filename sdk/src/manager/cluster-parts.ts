import { WeirError } from "@weir/core";
import type { KubeClient } from "@weir/client";
import type { Informers } from "../cache/informers.ts";
import type { EventRecorder } from "../events/event-recorder.ts";

/** What a manager keeps of each cluster that it works with. */
export interface ClusterParts {
  /** Tracks own writes in the cluster's informers. */
  readonly client: KubeClient;
  readonly informers: Informers;
  readonly recorder: EventRecorder;
}

/** A controller or a reconcile named a cluster that its manager was not given. */
export class UnknownClusterError extends WeirError {
  override readonly name = "UnknownClusterError";
  readonly reason = "UnknownCluster";
  readonly retry = "never";
  readonly cluster: string;

  constructor(cluster: string) {
    super(`the manager has no cluster ${JSON.stringify(cluster)}`);
    this.cluster = cluster;
  }
}
