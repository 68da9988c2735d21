import { Endpoints, Pod, Service } from "@weir/builtin/core-v1";
import { EndpointSlice } from "@weir/builtin/discovery-v1";
import type { Kind } from "@weir/client";
import type { JsonObject } from "@weir/core";
import { jsonEqual, type KubeObject } from "@weir/objects";
import {
  type BaseContext,
  type Change,
  type Controller,
  createController,
  type Enqueue,
  keyOf,
  parseKey,
} from "@weir/sdk";
import { createContent } from "../namespaces/create-content.ts";
import { isPodFinished, isPodReady } from "../workloads/pod-status.ts";
import { sameStatus } from "../workloads/write-status.ts";
import { CONTROLLER_MANAGER } from "../workloads/workload-options.ts";
import { endpointSlices, endpointsOf, hasOwnEndpoints, selects, SLICE_CONTROLLER } from "./endpoints.ts";

/** Keeps EndpointSlices and Endpoints of Services in step with the pods that are behind them. */
export function endpointsController(): Controller {
  return createController("endpoints", { concurrency: 4, component: CONTROLLER_MANAGER })
    .forKeys()
    .index(Pod, BY_LABEL, labelKeys)
    .watches(Service, {
      create: wake,
      update: (_previous, service, enqueue) => wake(service, enqueue),
      delete: wake,
    })
    .watches(Pod, {
      create: wakeServices,
      update: (previous, pod, enqueue) => {
        if (isSameEndpoint(previous, pod)) return;
        wakeServices(previous, enqueue);
        wakeServices(pod, enqueue);
      },
      delete: wakeServices,
    })
    .watches(EndpointSlice, {
      map: ({ metadata }) => {
        const name = metadata.labels?.["kubernetes.io/service-name"];
        return name === undefined ? [] : [{ namespace: metadata.namespace ?? "", name }];
      },
      when: isOfOthers,
    })
    .watches(Endpoints, { map: (endpoints) => [endpoints], when: isOfOthers })
    .reconcile(async (key, ctx) => {
      const at = parseKey(key);
      const service = await ctx.get(Service, at);
      if (service === undefined) return forget(at, ctx);
      if (!hasOwnEndpoints(service)) return;
      const pods = podsBehind(service, ctx);
      await keepSlices({ service, pods }, ctx);
      await keep(Endpoints as unknown as AnyKind, endpointsOf({ service, pods }), ctx);
    });
}

const BY_LABEL = "namespaced-label";

function labelKeys({ metadata: { namespace, labels } }: Pod): readonly string[] {
  return Object.entries(labels ?? {}).map(([name, value]) => `${namespace}/${name}=${value}`);
}

function podsBehind(service: Service, ctx: BaseContext): readonly Pod[] {
  const [first] = Object.entries(service.spec?.selector ?? {});
  if (first === undefined) return [];
  const found = ctx.cache.list(Pod, {
    index: [BY_LABEL, `${service.metadata.namespace}/${first.join("=")}`],
  });
  return found.filter((pod) => selects(service, pod));
}

/** What this controller wrote needs no second look. */
function isOfOthers(change: Change<unknown>): boolean {
  return change.kind === "delete" || !change.isOwn;
}

function isSameEndpoint(left: Pod, right: Pod): boolean {
  return (
    left.status?.podIP === right.status?.podIP &&
    isPodReady(left) === isPodReady(right) &&
    isPodFinished(left) === isPodFinished(right) &&
    left.metadata.deletionTimestamp === right.metadata.deletionTimestamp &&
    jsonEqual((left.metadata.labels ?? {}) as JsonObject, (right.metadata.labels ?? {}) as JsonObject)
  );
}

/** Pods of one workload come and go together: their Services wait for the others. */
const BATCH_MS = 50;

function wake(service: Service, enqueue: Enqueue): void {
  enqueue.add(keyOf(service), { afterMs: BATCH_MS });
}

function wakeServices(pod: Pod, enqueue: Enqueue): void {
  const { namespace = "" } = pod.metadata;
  for (const service of enqueue.cache.list(Service, { namespace })) {
    if (!hasOwnEndpoints(service) || !selects(service, pod)) continue;
    wake(service, enqueue);
  }
}

type AnyKind = Kind<KubeObject, unknown>;
type At = ReturnType<typeof parseKey>;

/** Slices go with their Service; Endpoints have no owner. Those that somebody else made stay. */
async function forget(at: At, ctx: BaseContext): Promise<void> {
  const present = await ctx.get(Endpoints, at);
  const isOwn = present?.metadata.labels?.["endpoints.kubernetes.io/managed-by"] === "endpoint-controller";
  if (isOwn) await ctx.delete(Endpoints, keyOf(present));
}

async function keepSlices(
  observation: Parameters<typeof endpointSlices>[0],
  ctx: BaseContext,
): Promise<void> {
  const { metadata } = observation.service;
  const wanted = endpointSlices(observation);
  for (const slice of wanted) await keep(EndpointSlice as unknown as AnyKind, slice, ctx);
  const names = new Set(wanted.map((slice) => (slice as unknown as KubeObject).metadata.name));
  const labels = {
    "kubernetes.io/service-name": metadata.name ?? "",
    "endpointslice.kubernetes.io/managed-by": SLICE_CONTROLLER,
  };
  for (const slice of await ctx.list(EndpointSlice, { namespace: metadata.namespace ?? "", labels })) {
    if (!names.has(slice.metadata.name)) await ctx.delete(EndpointSlice, keyOf(slice));
  }
}

/** Creates an object, or writes what differs of it. */
async function keep(kind: AnyKind, wanted: JsonObject, ctx: BaseContext): Promise<void> {
  const object = wanted as unknown as KubeObject;
  const present = await ctx.get(kind, keyOf(object));
  if (present === undefined) {
    await createContent(() => ctx.client.create(kind as Kind<KubeObject, KubeObject>, object));
    return;
  }
  if (sameContent(present, object)) return;
  await ctx.update(kind, keyOf(object), ({ metadata }) => {
    const { labels, ownerReferences } = object.metadata;
    const owned = ownerReferences === undefined ? {} : { ownerReferences };
    return { ...object, metadata: { ...metadata, ...(labels === undefined ? {} : { labels }), ...owned } };
  });
}

function sameContent(present: KubeObject, wanted: KubeObject): boolean {
  const { metadata: before, ...left } = present;
  const { metadata: after, ...right } = wanted;
  return sameStatus(
    { ...left, labels: before.labels },
    { ...right, labels: after.labels, kind: left.kind, apiVersion: left.apiVersion },
  );
}
