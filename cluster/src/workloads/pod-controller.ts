import { DaemonSet, Deployment, ReplicaSet, StatefulSet } from "@weir/builtin/apps-v1";
import { Job } from "@weir/builtin/batch-v1";
import { Pod } from "@weir/builtin/core-v1";
import type { Kind } from "@weir/client";
import type { ObjectMeta } from "@weir/objects";
import {
  type BaseContext,
  type CacheReader,
  changed,
  type Controller,
  createController,
  keyOf,
  parseKey,
} from "@weir/sdk";
import { controllerUids, rootOwner } from "./owner-chain.ts";
import { PodAddresses } from "./pod-addresses.ts";
import { isPodFinished, podStatus } from "./pod-status.ts";
import { NODE_IP, NODE_NAME } from "./simulated-node.ts";
import { simulatedStatus } from "./simulated-status.ts";
import type { WorkloadOptions } from "./workload-options.ts";
import { writeStatus } from "./write-status.ts";

const BY_CONTROLLER = "controller-uid";

/** Stands in for the scheduler and the kubelet: binds pods, reports their status, and lets go of deleted ones. */
export function podController({ statusAnnotation }: WorkloadOptions): Controller {
  const addresses = new PodAddresses();
  const wakesPods = changed.annotation(statusAnnotation);
  const woken = <R extends { readonly metadata: ObjectMeta }>() => ({
    when: wakesPods,
    map: (owner: R, cache: CacheReader) => podsOf(owner.metadata.uid ?? "", cache),
  });
  return createController("pod", { concurrency: 16, component: "kubelet" })
    .forKeys()
    .index(Pod, BY_CONTROLLER, controllerUids)
    .index(ReplicaSet, BY_CONTROLLER, controllerUids)
    .watches(Pod, { map: (pod) => [pod] })
    .watches(Deployment, woken<Deployment>())
    .watches(ReplicaSet, woken<ReplicaSet>())
    .watches(StatefulSet, woken<StatefulSet>())
    .watches(DaemonSet, woken<DaemonSet>())
    .watches(Job, woken<Job>())
    .reconcile(async (key, ctx) => {
      const pod = await ctx.get(Pod, parseKey(key));
      if (pod === undefined) return addresses.release(key);
      if (pod.metadata.deletionTimestamp !== undefined) return letGo(pod, ctx);
      if (isPodFinished(pod)) return;
      if (pod.spec?.nodeName === undefined) return bind(pod, ctx);
      const isHostNetwork = pod.spec.hostNetwork === true;
      const podIP = isHostNetwork ? NODE_IP : addresses.claim(key, pod.status?.podIP);
      const wanted = simulatedStatus(statusAnnotation, rootOwner(pod, ctx.cache), pod.metadata);
      const status = podStatus(pod, wanted, { hostIP: NODE_IP, podIP }, ctx.clock.now());
      await writeStatus(ctx, Pod, pod, status);
    });
}

function podsOf(uid: string, cache: CacheReader): readonly Pod[] {
  const direct = cache.list(Pod, { index: [BY_CONTROLLER, uid] });
  const replicaSets = cache.list(ReplicaSet, { index: [BY_CONTROLLER, uid] });
  return [...direct, ...replicaSets.flatMap(({ metadata }) => podsOf(metadata.uid ?? "", cache))];
}

/** No container has to stop, so the grace period is not waited for. */
async function letGo(pod: Pod, ctx: BaseContext): Promise<void> {
  if (pod.metadata.deletionGracePeriodSeconds === 0) return;
  await ctx.delete(Pod, keyOf(pod), {
    gracePeriodSeconds: 0,
    preconditions: pod.metadata.uid === undefined ? {} : { uid: pod.metadata.uid },
  });
}

async function bind(pod: Pod, ctx: BaseContext): Promise<void> {
  const hasGates = (pod.spec?.schedulingGates ?? []).length > 0;
  if (hasGates) return;
  const binding = {
    apiVersion: "v1",
    kind: "Binding",
    metadata: { ...keyOf(pod) },
    target: { apiVersion: "v1", kind: "Node", name: NODE_NAME },
  };
  await ctx.client.create(Pod as Kind<unknown, typeof binding>, binding, { subresource: "binding" });
}
