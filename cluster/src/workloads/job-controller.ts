import { Job } from "@weir/builtin/batch-v1";
import { Pod } from "@weir/builtin/core-v1";
import type { Outcome } from "@weir/core";
import { type Controller, createController, type ReconcileContext, keyOf } from "@weir/sdk";
import { createContent } from "../namespaces/create-content.ts";
import { deadlineOf, decideJob, jobPod, jobStatus, retryAt } from "./job.ts";
import { CONTROLLER_MANAGER, type WorkloadOptions } from "./workload-options.ts";
import { INSTANT_TIMING } from "./workload-timing.ts";
import { writeStatus } from "./write-status.ts";

/** Runs the pods of Jobs to their end. */
export function jobController({ timing = INSTANT_TIMING }: Pick<WorkloadOptions, "timing"> = {}): Controller {
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
        case "run": {
          const waitMs = retryAt(ctx.owned(Pod), timing.retryMs) - nowMs;
          if (timing.retryMs > 0 && plan.create.length > 0 && waitMs > 0) {
            await report(job, ctx);
            return { kind: "settled", recheckAfterMs: waitMs };
          }
          await Promise.all([
            ...plan.create.map((index) =>
              createContent(() => ctx.client.create(Pod, jobPod(job, index) as unknown as Pod)),
            ),
            ...plan.remove.map((pod) => ctx.delete(Pod, keyOf(pod))),
          ]);
          return report(job, ctx);
        }
      }
    });
}

async function report(job: Job, ctx: ReconcileContext<Job>): Promise<Outcome | void> {
  const nowMs = ctx.clock.now();
  const status = jobStatus({ job, pods: ctx.owned(Pod) }, nowMs);
  await writeStatus(ctx, Job, job, status);
  const next = decideJob({ job: { ...job, status }, pods: [] }, nowMs);
  const dueMs =
    next.kind === "expire" ? nowMs : next.kind === "rest" ? next.untilMs : deadlineAfter(job, status, nowMs);
  if (dueMs === undefined) return undefined;
  return { kind: "settled", recheckAfterMs: Math.max(1, dueMs - nowMs) };
}

/** A deadline that has passed is over when the pods are gone. */
function deadlineAfter(job: Job, status: NonNullable<Job["status"]>, nowMs: number): number | undefined {
  const deadlineMs = job.spec?.suspend === true ? undefined : deadlineOf({ ...job, status });
  return deadlineMs !== undefined && deadlineMs > nowMs ? deadlineMs : undefined;
}
