import { DaemonSet, Deployment, ReplicaSet, StatefulSet } from "@weir/builtin/apps-v1";
import { Job } from "@weir/builtin/batch-v1";
import { Pod } from "@weir/builtin/core-v1";
import type { Kind } from "@weir/client";
import type { Outcome } from "@weir/core";
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
import { PodAges } from "./pod-ages.ts";
import { endsByItself, isPodFinished, isPodReady, podStatus } from "./pod-status.ts";
import { NODE_IP, NODE_NAME } from "./simulated-node.ts";
import { simulatedStatus } from "./simulated-status.ts";
import type { WorkloadOptions } from "./workload-options.ts";
import { millisecondsOf } from "./timestamp.ts";
import { INSTANT_TIMING, podStage } from "./workload-timing.ts";
import { writeStatus } from "./write-status.ts";

const BY_CONTROLLER = "controller-uid";

/** Stands in for the scheduler and the kubelet: binds pods, reports their status, and lets go of deleted ones. */
export function podController({ statusAnnotation, timing = INSTANT_TIMING }: WorkloadOptions): Controller {
  const addresses = new PodAddresses();
  const ages = new PodAges();
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
    .reconcile(async (key, ctx): Promise<Outcome | void> => {
      const pod = await ctx.get(Pod, parseKey(key));
      if (pod === undefined) {
        ages.forget(key);
        return addresses.release(key);
      }
      if (pod.metadata.deletionTimestamp !== undefined)
        return letGo(pod, { terminatingMs: timing.terminatingMs, ages }, ctx);
      if (isPodFinished(pod)) return;
      if (pod.spec?.nodeName === undefined) return bind(pod, ctx);
      const isHostNetwork = pod.spec.hostNetwork === true;
      const podIP = isHostNetwork ? NODE_IP : addresses.claim(key, pod.status?.podIP);
      const wanted = simulatedStatus(statusAnnotation, rootOwner(pod, ctx.cache), pod.metadata);
      const nowMs = ctx.clock.now();
      const { stage, inMs } =
        isPodReady(pod) && !endsByItself(pod)
          ? SETTLED
          : podStage(ages.ageOf(key, pod, nowMs), endsByItself(pod), timing);
      const status = podStatus(pod, wanted, { hostIP: NODE_IP, podIP }, nowMs, stage);
      await writeStatus(ctx, Pod, pod, status);
      return inMs === undefined ? undefined : { kind: "settled", recheckAfterMs: inMs };
    });
}

function podsOf(uid: string, cache: CacheReader): readonly Pod[] {
  const direct = cache.list(Pod, { index: [BY_CONTROLLER, uid] });
  const replicaSets = cache.list(ReplicaSet, { index: [BY_CONTROLLER, uid] });
  return [...direct, ...replicaSets.flatMap(({ metadata }) => podsOf(metadata.uid ?? "", cache))];
}

/** A pod that was ready once is not created anew. */
const SETTLED: ReturnType<typeof podStage> = { stage: "settled", inMs: undefined };

/** No container has to stop, so the grace period is not waited for unless that is to take time. */
async function letGo(
  pod: Pod,
  { terminatingMs, ages }: { readonly terminatingMs: number; readonly ages: PodAges },
  ctx: BaseContext,
): Promise<Outcome | void> {
  const { deletionGracePeriodSeconds: graceSeconds = 0, deletionTimestamp } = pod.metadata;
  if (graceSeconds === 0) return;
  if (terminatingMs > 0) {
    const sinceMs = (millisecondsOf(deletionTimestamp) ?? 0) - graceSeconds * 1000;
    const leftMs =
      Math.min(terminatingMs, graceSeconds * 1000) - ages.goingFor(pod, sinceMs, ctx.clock.now());
    if (leftMs > 0) return { kind: "settled", recheckAfterMs: leftMs };
  }
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
