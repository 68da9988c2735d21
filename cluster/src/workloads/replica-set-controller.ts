import { ReplicaSet } from "@weir/builtin/apps-v1";
import { Pod } from "@weir/builtin/core-v1";
import type { Outcome } from "@weir/core";
import { type Controller, createController, keyOf } from "@weir/sdk";
import { createContent } from "../namespaces/create-content.ts";
import { claim, Strays } from "./adoption.ts";
import { podFromTemplate } from "./pod-from-template.ts";
import { decideReplicas, replicaSetStatus } from "./replica-set.ts";
import { CONTROLLER_MANAGER } from "./workload-options.ts";
import { writeStatus } from "./write-status.ts";

/** Keeps the number of pods of ReplicaSets. */
export function replicaSetController(): Controller {
  const strays = new Strays(ReplicaSet);
  return createController("replicaset", { concurrency: 8, component: CONTROLLER_MANAGER })
    .for(ReplicaSet, { suspended: () => false })
    .owns(Pod)
    .watches(Pod, strays.handler())
    .reconcile(async (replicaSet, ctx): Promise<Outcome> => {
      await claim(ctx, {
        kind: Pod,
        owner: { ...replicaSet, apiVersion: "apps/v1", kind: "ReplicaSet" },
        strays,
      });
      if (replicaSet.metadata.deletionTimestamp === undefined) {
        const plan = decideReplicas(replicaSet.spec?.replicas ?? 1, ctx.owned(Pod));
        await Promise.all([
          ...Array.from({ length: plan.create }, () =>
            createContent(() => ctx.client.create(Pod, newPod(replicaSet))),
          ),
          ...plan.remove.map((pod) => ctx.delete(Pod, keyOf(pod))),
        ]);
      }
      const nowMs = ctx.clock.now();
      const { status, availableAtMs } = replicaSetStatus(replicaSet, ctx.owned(Pod), nowMs);
      await writeStatus(ctx, ReplicaSet, replicaSet, status);
      return availableAtMs === undefined
        ? { kind: "settled" }
        : { kind: "settled", recheckAfterMs: availableAtMs - nowMs };
    });
}

function newPod(replicaSet: ReplicaSet): Pod {
  const { metadata, spec } = replicaSet;
  const pod = podFromTemplate({
    owner: { apiVersion: "apps/v1", kind: "ReplicaSet", metadata },
    template: spec?.template,
    name: { prefix: `${metadata.name}-` },
  });
  return pod as unknown as Pod;
}
