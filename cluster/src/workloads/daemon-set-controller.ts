import { ControllerRevision, DaemonSet } from "@weir/builtin/apps-v1";
import { Pod } from "@weir/builtin/core-v1";
import { type Controller, createController, type ReconcileContext, keyOf } from "@weir/sdk";
import { createContent } from "../namespaces/create-content.ts";
import { claim, Strays } from "./adoption.ts";
import type { RevisionOwner } from "./controller-revision.ts";
import { daemonPod, daemonSetStatus, decideDaemonSet } from "./daemon-set.ts";
import { ensureRevision, forgetRevisions } from "./revisions.ts";
import { NODE_LABELS } from "./simulated-node.ts";
import { CONTROLLER_MANAGER } from "./workload-options.ts";
import { writeStatus } from "./write-status.ts";

/** Keeps the pod of each DaemonSet on the one node. */
export function daemonSetController(): Controller {
  const strays = new Strays(DaemonSet);
  return createController("daemonset", { concurrency: 4, component: CONTROLLER_MANAGER })
    .for(DaemonSet, { suspended: () => false })
    .owns(Pod)
    .owns(ControllerRevision)
    .watches(Pod, strays.handler())
    .reconcile(async (daemonSet, ctx): Promise<void> => {
      if (daemonSet.metadata.deletionTimestamp !== undefined) return;
      await claim(ctx, {
        kind: Pod,
        owner: { ...daemonSet, apiVersion: "apps/v1", kind: "DaemonSet" },
        strays,
      });
      const owner = revisionOwner(daemonSet);
      const updateRevision = await ensureRevision(owner, ctx as ReconcileContext<never>);
      const observe = (): Parameters<typeof decideDaemonSet>[0] => ({
        daemonSet,
        pods: ctx.owned(Pod),
        updateRevision: hashOf(updateRevision, daemonSet),
        nodeLabels: NODE_LABELS,
      });
      for (const act of decideDaemonSet(observe())) {
        if (act.kind === "remove") await ctx.delete(Pod, keyOf(act.pod));
        else await createContent(() => ctx.client.create(Pod, newPod(daemonSet, updateRevision)));
      }
      await writeStatus(ctx, DaemonSet, daemonSet, daemonSetStatus(observe(), ctx.clock.now()));
      await forgetRevisions(owner, ctx as ReconcileContext<never>, ctx.owned(Pod));
    });
}

function newPod(daemonSet: DaemonSet, revision: string): Pod {
  return daemonPod(daemonSet, hashOf(revision, daemonSet)) as unknown as Pod;
}

/** A DaemonSet's pods carry the hash alone, where a StatefulSet's carry the whole name of the revision. */
function hashOf(revision: string, { metadata }: DaemonSet): string {
  return revision.slice((metadata.name ?? "").length + 1);
}

function revisionOwner({ metadata, spec }: DaemonSet): RevisionOwner {
  return {
    kind: "DaemonSet",
    metadata,
    template: spec?.template,
    historyLimit: spec?.revisionHistoryLimit ?? 10,
  };
}
