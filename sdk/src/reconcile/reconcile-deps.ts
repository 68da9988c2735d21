import type { Outcome } from "@weir/core";
import type { KubeClient } from "@weir/client";
import type { Informers } from "../cache/informers.ts";
import type { Controller, ReconcileResult } from "../controller/controller.ts";
import type { EventRecorder } from "../events/event-recorder.ts";
import type { ClusterSite, ContextDeps, RunHandle } from "./base-context.ts";

/** What reconciles of one controller share. */
export interface ReconcileDeps extends ContextDeps {
  readonly controller: Controller;
  readonly informers: Informers;
  readonly recorder: EventRecorder;
}

/** What belongs to one run. */
export interface RunParts extends RunHandle {
  /** The controller's own cluster, with a client that ends with the run's signal and refuses once it is given up. */
  readonly home: ClusterSite;
  /** The client of the shell, which writes the end of a run that timed out. */
  readonly shellClient: KubeClient;
  /** Runs the controller's code, no longer than it may take. */
  supervise(code: () => ReconcileResult): Promise<Outcome | void>;
}

/** Who a controller is in events and managed fields. */
export function componentOf(controller: Controller): string {
  return controller.options.component ?? controller.name;
}
