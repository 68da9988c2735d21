import { Deployment, ReplicaSet, StatefulSet } from "@weir/builtin/apps-v1";
import { HorizontalPodAutoscaler } from "@weir/builtin/autoscaling-v2";
import { isApiError, type Kind } from "@weir/client";
import { describeError, type JsonObject, type Outcome } from "@weir/core";
import { type ObjectMeta, parseApiVersion } from "@weir/objects";
import {
  type BaseContext,
  type CacheReader,
  changed,
  type Controller,
  createController,
  keyOf,
} from "@weir/sdk";
import { CONTROLLER_MANAGER } from "../workloads/workload-options.ts";
import { writeStatus } from "../workloads/write-status.ts";
import { decideAutoscaler, type ScaleTarget } from "./autoscaler.ts";

/** How often kube-controller-manager looks; targets that are watched wake their autoscaler at once. */
const PERIOD_MS = 15_000;
const WATCHED = new Set(["Deployment", "ReplicaSet", "StatefulSet"]);

/** Keeps the targets of autoscalers within their bounds; there are no metrics to follow. */
export function autoscalerController(): Controller {
  return createController("horizontal-pod-autoscaler", { concurrency: 2, component: CONTROLLER_MANAGER })
    .for(HorizontalPodAutoscaler, { suspended: () => false })
    .watches(Deployment, { map: autoscalersOf("Deployment"), when: changed.value(countsOf) })
    .watches(ReplicaSet, { map: autoscalersOf("ReplicaSet"), when: changed.value(countsOf) })
    .watches(StatefulSet, { map: autoscalersOf("StatefulSet"), when: changed.value(countsOf) })
    .reconcile(async (autoscaler, ctx): Promise<Outcome | void> => {
      if (autoscaler.metadata.deletionTimestamp !== undefined) return;
      const plan = decideAutoscaler(autoscaler, await readTarget(autoscaler, ctx), ctx.clock.now());
      if (plan.scaleTo !== undefined) await scale(autoscaler, plan.scaleTo, ctx);
      await writeStatus(ctx, HorizontalPodAutoscaler, autoscaler, plan.status);
      const isWatched = WATCHED.has(autoscaler.spec?.scaleTargetRef?.kind ?? "");
      return isWatched ? undefined : { kind: "settled", recheckAfterMs: PERIOD_MS };
    });
}

/** The autoscalers whose target an object is. */
function autoscalersOf(kind: string) {
  return (
    { metadata }: { readonly metadata: ObjectMeta },
    cache: CacheReader,
  ): readonly HorizontalPodAutoscaler[] =>
    cache
      .list(HorizontalPodAutoscaler, { namespace: metadata.namespace ?? "" })
      .filter(
        ({ spec }) => spec?.scaleTargetRef?.kind === kind && spec.scaleTargetRef.name === metadata.name,
      );
}

interface Counted {
  readonly metadata: ObjectMeta;
  readonly spec?: { readonly replicas?: number };
  readonly status?: { readonly replicas?: number };
}

function countsOf({ spec, status }: Counted): { readonly spec: number; readonly status: number } {
  return { spec: spec?.replicas ?? 1, status: status?.replicas ?? 0 };
}

interface ScaleObject {
  readonly spec?: { readonly replicas?: number };
  readonly status?: { readonly replicas?: number };
}

function referenceOf({ metadata, spec }: HorizontalPodAutoscaler): {
  readonly kind: Kind<ScaleObject, JsonObject>;
  readonly key: ReturnType<typeof keyOf>;
} {
  const { apiVersion = "", kind = "", name = "" } = spec?.scaleTargetRef ?? {};
  const { group = "", version = "v1" } = parseApiVersion(apiVersion) ?? {};
  return { kind: { group, version, kind }, key: { ...keyOf({ metadata }), name } };
}

async function readTarget(autoscaler: HorizontalPodAutoscaler, ctx: BaseContext): Promise<ScaleTarget> {
  const { kind, key } = referenceOf(autoscaler);
  try {
    const found = await ctx.client.get(kind, key, { subresource: "scale" });
    if (found !== undefined)
      return { kind: "found", replicas: found.spec?.replicas ?? 0, present: found.status?.replicas ?? 0 };
    const resolved = await ctx.client.resolve(kind);
    const resource = [resolved?.plural ?? kind.kind, kind.group].filter((part) => part !== "").join(".");
    return { kind: "failed", problem: `${resource} ${JSON.stringify(key.name)} not found` };
  } catch (error) {
    if (isApiError(error, "Forbidden")) throw error;
    return { kind: "failed", problem: describeError(error) };
  }
}

async function scale(autoscaler: HorizontalPodAutoscaler, replicas: number, ctx: BaseContext): Promise<void> {
  const { kind, key } = referenceOf(autoscaler);
  await ctx.client.patch(
    kind,
    key,
    { type: "merge", patch: { spec: { replicas } } },
    { subresource: "scale" },
  );
}
