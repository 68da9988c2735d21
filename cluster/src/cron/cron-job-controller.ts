import { CronJob, Job } from "@weir/builtin/batch-v1";
import type { Outcome } from "@weir/core";
import { type Controller, createController, keyOf } from "@weir/sdk";
import { createContent } from "../namespaces/create-content.ts";
import { CONTROLLER_MANAGER } from "../workloads/workload-options.ts";
import { writeStatus } from "../workloads/write-status.ts";
import { cronJobStatus, decideCronJob, scheduledJob } from "./cron-job.ts";

/** Longest wait of one timer; what is due later is looked at again before. */
const LONGEST_WAIT_MS = 24 * 3_600_000;

/** Starts the Jobs of CronJobs when they are due, and forgets old ones. */
export function cronJobController(): Controller {
  return createController("cronjob", { concurrency: 4, component: CONTROLLER_MANAGER })
    .for(CronJob, { suspended: () => false })
    .owns(Job)
    .reconcile(async (cronJob, ctx): Promise<Outcome | void> => {
      const nowMs = ctx.clock.now();
      const plan = decideCronJob({ cronJob, jobs: ctx.owned(Job) }, nowMs);
      for (const job of [...plan.replace, ...plan.forget])
        await ctx.delete(Job, keyOf(job), { propagationPolicy: "Background" });
      const { startMs, nextMs } = plan;
      if (startMs !== undefined)
        await createContent(() => ctx.client.create(Job, scheduledJob(cronJob, startMs) as unknown as Job));
      const gone = new Set([...plan.replace, ...plan.forget].map(({ metadata }) => metadata.uid));
      const jobs = ctx.owned(Job).filter(({ metadata }) => !gone.has(metadata.uid));
      await writeStatus(ctx, CronJob, cronJob, cronJobStatus({ cronJob, jobs }, startMs));
      if (nextMs === undefined) return undefined;
      return { kind: "settled", recheckAfterMs: Math.max(1, Math.min(LONGEST_WAIT_MS, nextMs - nowMs)) };
    });
}
