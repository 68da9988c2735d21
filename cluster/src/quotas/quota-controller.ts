import { type CountedKind, countedKinds, countQuota } from "@weir/apiserver";
import { builtinResources } from "@weir/builtin";
import { PersistentVolumeClaim, Pod, ResourceQuota, Service } from "@weir/builtin/core-v1";
import type { Kind } from "@weir/client";
import type { JsonObject } from "@weir/core";
import { asJson, jsonEqual, type KubeObject } from "@weir/objects";
import {
  type BaseContext,
  changed,
  type Controller,
  createController,
  type ReconcileContext,
} from "@weir/sdk";
import { writeStatus } from "../workloads/write-status.ts";

/** How often objects are counted of which nobody tells that they are gone. */
const RECOUNT_MS = 10_000;
/** Kinds whose deletions are heard of. */
const WATCHED = new Set(["pods", "services", "persistentvolumeclaims"]);

/**
 * Counts what a namespace uses of its ResourceQuotas. Admission adds to that what is created; here it is counted again when a quota
 * changes and when something goes.
 */
export function quotaController(): Controller {
  return createController("resourcequota", { concurrency: 4, component: "kube-controller-manager" })
    .for(ResourceQuota, { when: changed.resourceVersion })
    .watches(Pod, { map: quotasBeside, when: changed.any(changed.only("delete"), changed.value(phaseOf)) })
    .watches(Service, { map: quotasBeside, when: changed.only("delete") })
    .watches(PersistentVolumeClaim, { map: quotasBeside, when: changed.only("delete") })
    .reconcile((quota, ctx) => recount(quota, ctx));
}

function phaseOf(pod: Pod): string | undefined {
  const phase = pod.status?.phase;
  return phase === "Succeeded" || phase === "Failed" ? phase : undefined;
}

function quotasBeside(
  { metadata }: { readonly metadata: { readonly namespace?: string } },
  cache: {
    list(kind: typeof ResourceQuota, query: { readonly namespace: string }): readonly ResourceQuota[];
  },
): readonly { readonly namespace: string; readonly name: string }[] {
  const namespace = metadata.namespace ?? "";
  return cache
    .list(ResourceQuota, { namespace })
    .map((quota) => ({ namespace, name: quota.metadata.name ?? "" }));
}

async function recount(
  quota: ResourceQuota,
  ctx: ReconcileContext<ResourceQuota>,
): Promise<{ readonly kind: "settled"; readonly recheckAfterMs?: number } | undefined> {
  const { namespace = "" } = quota.metadata;
  const spec = (quota.spec ?? {}) as JsonObject;
  const kinds = countedKinds(Object.keys(quota.spec?.hard ?? {}));
  const counted: (readonly [CountedKind, readonly JsonObject[]])[] = [];
  for (const kind of kinds) counted.push([kind, await objectsOf(kind, namespace, ctx)]);
  const status = countQuota(spec, counted, ctx.clock.now());
  if (!jsonEqual(status as never, (quota.status ?? {}) as never))
    await writeStatus(ctx, ResourceQuota, quota, status as never);
  const isHeard = kinds.every(({ group, plural }) => group === "" && WATCHED.has(plural));
  return isHeard ? undefined : { kind: "settled", recheckAfterMs: RECOUNT_MS };
}

/** The objects of a kind in a namespace; none of a kind that is not built in. */
async function objectsOf(
  { group, plural }: CountedKind,
  namespace: string,
  ctx: BaseContext,
): Promise<readonly JsonObject[]> {
  const row = builtinResources().find((each) => each.group === group && each.plural === plural);
  if (row === undefined) return [];
  const kind: Kind<KubeObject> = { group, version: row.version, kind: row.kind, plural, scope: "Namespaced" };
  const { items } = await ctx.live.list(kind, { namespace });
  return items.map(asJson);
}
