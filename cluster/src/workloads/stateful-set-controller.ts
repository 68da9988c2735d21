import { ControllerRevision, StatefulSet } from "@weir/builtin/apps-v1";
import { PersistentVolumeClaim, Pod } from "@weir/builtin/core-v1";
import type { Outcome } from "@weir/core";
import { type Controller, createController, type ReconcileContext, keyOf } from "@weir/sdk";
import { createContent } from "../namespaces/create-content.ts";
import { claim, Strays } from "./adoption.ts";
import type { RevisionOwner } from "./controller-revision.ts";
import { ensureRevision, forgetRevisions } from "./revisions.ts";
import { decideStatefulSet, statefulPod, type StatefulSetAct, statefulSetStatus } from "./stateful-set.ts";
import { CONTROLLER_MANAGER } from "./workload-options.ts";
import { writeStatus } from "./write-status.ts";

/** Keeps the numbered pods of StatefulSets, with their claims. */
export function statefulSetController(): Controller {
  const strays = new Strays(StatefulSet);
  return createController("statefulset", { concurrency: 4, component: CONTROLLER_MANAGER })
    .for(StatefulSet, { suspended: () => false })
    .owns(Pod)
    .owns(ControllerRevision)
    .watches(Pod, strays.handler())
    .reconcile(async (statefulSet, ctx): Promise<Outcome | void> => {
      if (statefulSet.metadata.deletionTimestamp !== undefined) return;
      await claim(ctx, {
        kind: Pod,
        owner: { ...statefulSet, apiVersion: "apps/v1", kind: "StatefulSet" },
        strays,
      });
      const owner = revisionOwner(statefulSet);
      const updateRevision = await ensureRevision(owner, ctx as ReconcileContext<never>);
      for (const act of decideStatefulSet({ statefulSet, pods: ctx.owned(Pod), updateRevision })) {
        await perform(act, statefulSet, ctx);
      }
      const pods = ctx.owned(Pod);
      const status = statefulSetStatus({ statefulSet, pods, updateRevision }, ctx.clock.now());
      await writeStatus(ctx, StatefulSet, statefulSet, status);
      await forgetRevisions(owner, ctx as ReconcileContext<never>, pods);
    });
}

function revisionOwner({ metadata, spec }: StatefulSet): RevisionOwner {
  return {
    kind: "StatefulSet",
    metadata,
    template: spec?.template,
    historyLimit: spec?.revisionHistoryLimit ?? 10,
  };
}

async function perform(
  act: StatefulSetAct,
  statefulSet: StatefulSet,
  ctx: ReconcileContext<StatefulSet>,
): Promise<void> {
  if (act.kind === "remove") {
    await ctx.delete(Pod, keyOf(act.pod));
    return;
  }
  const { pod, claims } = statefulPod(statefulSet, act.ordinal, act.revision);
  for (const claim of claims) {
    await createContent(() =>
      ctx.client.create(PersistentVolumeClaim, claim as unknown as PersistentVolumeClaim),
    );
  }
  await createContent(() => ctx.client.create(Pod, pod as unknown as Pod));
}
