import type { KubeClient } from "@weir/client";
import type { JsonObject } from "@weir/core";
import type { KubeObject } from "@weir/objects";

/** What the recorder did to objects itself, before a command or while it ran. */
export interface ClientAct {
  readonly kind: "before" | "during";
  readonly run: () => Promise<void>;
}

const configMap = { group: "", version: "v1", kind: "ConfigMap", plural: "configmaps", namespaced: true };
const pod = { group: "", version: "v1", kind: "Pod", plural: "pods", namespaced: true };
const event = { group: "", version: "v1", kind: "Event", plural: "events", namespaced: true };
const deployment = {
  group: "apps",
  version: "v1",
  kind: "Deployment",
  plural: "deployments",
  namespaced: true,
};

/** What happens between the commands, by the command's name: the corpus describes it in words. */
export function actsBetween(client: KubeClient, namespace: string): ReadonlyMap<string, ClientAct> {
  const patchStatus = async (kind: typeof pod, name: string, status: JsonObject): Promise<void> => {
    const patch = { type: "merge", patch: { status } } as const;
    await client.patch(kind, { name, namespace }, patch, { subresource: "status" });
  };
  const rollOut = async (): Promise<void> => {
    const web = (await client.get(deployment, { name: "web", namespace })) as KubeObject;
    const conditions = [
      { type: "Available", status: "True" },
      { type: "Progressing", status: "True", reason: "NewReplicaSetAvailable" },
    ];
    const observedGeneration = web.metadata.generation ?? 0;
    await patchStatus(deployment, "web", { observedGeneration, conditions });
  };
  const getReady = (): Promise<void> =>
    patchStatus(pod, "pp", { phase: "Running", conditions: [{ type: "Ready", status: "True" }] });
  const tell = async (): Promise<void> => {
    const time = "2020-01-01T00:00:00Z";
    await client.create(event, {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: "conf.1", namespace },
      involvedObject: { apiVersion: "v1", kind: "ConfigMap", name: "conf", namespace },
      reason: "Tested",
      message: "hello",
      type: "Normal",
      count: 1,
      firstTimestamp: time,
      lastTimestamp: time,
    });
  };
  const makeLive = async (): Promise<void> => {
    const metadata = { name: "live", namespace };
    await client.create(configMap, { apiVersion: "v1", kind: "ConfigMap", metadata });
  };
  const touch = async (): Promise<void> => {
    const patch = { metadata: { annotations: { touched: "yes" } } };
    await client.patch(configMap, { name: "conf", namespace }, { type: "merge", patch });
  };
  return new Map<string, ClientAct>([
    ["071-kubectl-wait-condition", { kind: "before", run: rollOut }],
    ["080-kubectl-wait-live", { kind: "during", run: getReady }],
    ["091-kubectl-events", { kind: "before", run: tell }],
    ["094-kubectl-get-watch", { kind: "during", run: makeLive }],
    ["095-kubectl-get-watch-only", { kind: "during", run: touch }],
  ]);
}
