import { PersistentVolumeClaim } from "@weir/builtin/core-v1";
import { changed, type Controller, createController } from "@weir/sdk";
import { simulatedStatus } from "./simulated-status.ts";
import { CONTROLLER_MANAGER, type WorkloadOptions } from "./workload-options.ts";
import { writeStatus } from "./write-status.ts";

/** Binds claims of volumes, though there is no volume. */
export function claimController({ statusAnnotation }: WorkloadOptions): Controller {
  return createController("persistentvolumeclaim", { concurrency: 4, component: CONTROLLER_MANAGER })
    .for(PersistentVolumeClaim, {
      when: changed.any(
        changed.generation,
        changed.annotation(statusAnnotation),
        changed.value((claim: PersistentVolumeClaim) => ({ ...claim.spec?.resources?.requests })),
      ),
    })
    .reconcile(async (claim, ctx) => {
      if (simulatedStatus(statusAnnotation, claim.metadata) !== "ready") return;
      const { accessModes = [], resources } = claim.spec ?? {};
      const status = { ...claim.status, phase: "Bound", accessModes, capacity: { ...resources?.requests } };
      await writeStatus(ctx, PersistentVolumeClaim, claim, status);
    });
}
