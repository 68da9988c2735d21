import { Job } from "@weir/builtin/batch-v1";
import { Pod } from "@weir/builtin/core-v1";
import type { Outcome } from "@weir/core";
import { type Controller, createController, type ReconcileContext, keyOf } from "@weir/sdk";
import { createContent } from "../namespaces/create-content.ts";
import { decideJob, jobPod, jobStatus } from "./job.ts";
import { CONTROLLER_MANAGER } from "./workload-options.ts";
import { writeStatus } from "./write-status.ts";

/** Runs the pods of Jobs to their end. */
export function jobController(): Controller {
  return createController("job", { concurrency: 8, component: CONTROLLER_MANAGER })
    .for(Job, { suspended: () => false })
    .owns(Pod)
    .reconcile(async (job, ctx): Promise<Outcome | void> => {
      const nowMs = ctx.clock.now();
      const plan = decideJob({ job, pods: ctx.owned(Pod) }, nowMs);
      switch (plan.kind) {
        case "rest":
          return plan.untilMs === undefined
            ? undefined
            : { kind: "settled", recheckAfterMs: plan.untilMs - nowMs };
        case "expire":
          await ctx.delete(Job, keyOf(job), { propagationPolicy: "Foreground" });
          return undefined;
        case "run":
          await Promise.all([
            ...plan.create.map((index) =>
              createContent(() => ctx.client.create(Pod, jobPod(job, index) as unknown as Pod)),
            ),
            ...plan.remove.map((pod) => ctx.delete(Pod, keyOf(pod))),
          ]);
          return report(job, ctx);
      }
    });
}

async function report(job: Job, ctx: ReconcileContext<Job>): Promise<Outcome | void> {
  const nowMs = ctx.clock.now();
  const status = jobStatus({ job, pods: ctx.owned(Pod) }, nowMs);
  await writeStatus(ctx, Job, job, status);
  const next = decideJob({ job: { ...job, status }, pods: [] }, nowMs);
  const dueMs = next.kind === "expire" ? nowMs : next.kind === "rest" ? next.untilMs : undefined;
  if (dueMs === undefined) return undefined;
  return { kind: "settled", recheckAfterMs: Math.max(1, dueMs - nowMs) };
}
