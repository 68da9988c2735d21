import type { NodeStatus } from "@weir/builtin/core-v1";
import { timestamp } from "./timestamp.ts";

/** The one node of an embedded cluster. */
export const NODE_NAME = "weir";

/** Where it is said to be; the network that kind and Docker use for it. */
export const NODE_IP = "172.18.0.2";

/** Its labels, by which pods may choose it. */
export const NODE_LABELS: Readonly<Record<string, string>> = {
  "beta.kubernetes.io/arch": "amd64",
  "beta.kubernetes.io/os": "linux",
  "kubernetes.io/arch": "amd64",
  "kubernetes.io/hostname": NODE_NAME,
  "kubernetes.io/os": "linux",
};

const SIZE = { cpu: "64", "ephemeral-storage": "1Ti", memory: "256Gi", pods: "65000" } as const;

const CONDITIONS = [
  ["MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"],
  ["DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"],
  ["PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"],
  ["Ready", "True", "KubeletReady", "simulated by weir: no container runs here"],
] as const;

/** The status of the node since a time. */
export function nodeStatus(nowMs: number): NodeStatus {
  const now = timestamp(nowMs);
  return {
    capacity: SIZE,
    allocatable: SIZE,
    conditions: CONDITIONS.map(([type, status, reason, message]) => ({
      type,
      status,
      reason,
      message,
      lastHeartbeatTime: now,
      lastTransitionTime: now,
    })),
    addresses: [
      { type: "InternalIP", address: NODE_IP },
      { type: "Hostname", address: NODE_NAME },
    ],
    nodeInfo: {
      machineID: NODE_NAME,
      systemUUID: NODE_NAME,
      bootID: NODE_NAME,
      kernelVersion: "simulated",
      osImage: "simulated",
      containerRuntimeVersion: "weir://simulated",
      kubeletVersion: "v1.36.3",
      kubeProxyVersion: "v1.36.3",
      operatingSystem: "linux",
      architecture: "amd64",
    },
  };
}
