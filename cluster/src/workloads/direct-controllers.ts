import { DaemonSet, Deployment, StatefulSet } from "@weir/builtin/apps-v1";
import { Job } from "@weir/builtin/batch-v1";
import { Pod, type PodTemplateSpec } from "@weir/builtin/core-v1";
import type { Kind } from "@weir/client";
import type { ObjectMeta } from "@weir/objects";
import { changed, type Controller, createController } from "@weir/sdk";
import {
  directDaemonSetStatus,
  directDeploymentStatus,
  directJobStatus,
  directPodStatus,
  directStatefulSetStatus,
} from "./direct-status.ts";
import { type SimulatedStatus, simulatedStatus } from "./simulated-status.ts";
import type { WorkloadOptions } from "./workload-options.ts";
import { writeStatus } from "./write-status.ts";

interface Workload {
  readonly metadata: ObjectMeta;
  readonly spec?: { readonly template?: PodTemplateSpec };
  readonly status?: object;
}

/**
 * Writes the status of workloads and does nothing else: no ReplicaSet, no Pod, no node.
 *
 * Every run of a Pod ends, whatever its restart policy. A status follows the object's generation and its annotation.
 */
export function directControllers(options: WorkloadOptions): readonly Controller[] {
  return [
    direct("deployment", Deployment, options, directDeploymentStatus),
    direct("statefulset", StatefulSet, options, directStatefulSetStatus),
    direct("daemonset", DaemonSet, options, directDaemonSetStatus),
    direct("job", Job, options, directJobStatus),
    direct("pod", Pod as Kind<Pod & Workload, unknown>, options, directPodStatus),
  ];
}

function direct<R extends Workload>(
  name: string,
  kind: Kind<R, unknown>,
  { statusAnnotation }: WorkloadOptions,
  statusOf: (object: R, wanted: SimulatedStatus, nowMs: number) => NonNullable<R["status"]> | undefined,
): Controller {
  return createController(name, { concurrency: 4, component: "workload-status" })
    .for(kind, {
      when: changed.any<R>(changed.generation, changed.annotation(statusAnnotation)),
      suspended: () => false,
    })
    .reconcile(async (object, ctx) => {
      const { metadata, spec } = object;
      const wanted = simulatedStatus(statusAnnotation, metadata, spec?.template?.metadata);
      const status = statusOf(object, wanted, ctx.clock.now());
      if (status !== undefined) await writeStatus(ctx, kind, object, status);
    });
}
