import { isApiError, type Kind, type KubeClient } from "@weir/client";
import type { ControlPlane } from "@weir/testkit";
import { readCpu } from "../processes/proc-files.ts";
import type { RunningProcess } from "../processes/start-process.ts";

/** CPU time of the processes of a control plane and of the controllers on it. */
export interface CpuSeconds {
  readonly controllers: number;
  readonly apiserver: number;
  readonly etcd: number;
}

/** CPU time that each has used so far. */
export function cpuOf(plane: ControlPlane, controllers: RunningProcess): CpuSeconds {
  const of = (pid: number): number => readCpu(pid) ?? Number.NaN;
  const { etcd, kubeApiserver } = plane.processes;
  return { controllers: of(controllers.pid), apiserver: of(kubeApiserver), etcd: of(etcd) };
}

/** The controllers install the definitions first; what ends before that says why. */
export async function untilServed(
  client: KubeClient,
  controllers: RunningProcess,
  kinds: readonly Kind<unknown, unknown>[],
): Promise<void> {
  const failed = controllers.line(/never printed/);
  failed.catch(() => {});
  const served = (async () => {
    for (const kind of kinds) {
      while (!(await canBeWatched(client, kind))) await new Promise((resolve) => setTimeout(resolve, 200));
    }
  })();
  await Promise.race([served, failed]);
}

/** A kind is served before its watch cache is filled, and refuses watches until then. */
async function canBeWatched(client: KubeClient, kind: Kind<unknown, unknown>): Promise<boolean> {
  if ((await client.resolve(kind)) === undefined) return false;
  try {
    for await (const event of client.watch(kind, { sendInitialEvents: true })) {
      if (event.type === "BOOKMARK") return true;
    }
  } catch (error) {
    if (!isApiError(error, "TooManyRequests")) throw error;
  }
  return false;
}
