import { int64 } from "@weir/schema";
import { condition } from "@weir/sdk";
import { z } from "zod";

/** The conditions of a Flux object, as a list that is written as a whole. */
export const statusConditions = z
  .array(condition)
  .describe("What is known of the object, one entry for each type.");

/** What the status of every reconciled Flux kind holds. */
export const reconciledStatus = {
  conditions: statusConditions.optional(),
  lastHandledReconcileAt: z
    .string()
    .optional()
    .describe("The last value of the annotation reconcile.fluxcd.io/requestedAt that was acted on."),
  observedGeneration: int64().optional().describe("The last generation that was reconciled."),
};

/** The status of an object that no controller has looked at yet. */
export const unobservedStatus = { observedGeneration: -1 };

/** The objects that an applier put on a cluster. */
export const inventory = z.object({
  entries: z
    .array(
      z.object({
        id: z.string().describe("`<namespace>_<name>_<group>_<kind>`."),
        v: z.string().describe("API version of the kind."),
      }),
    )
    .describe("The applied objects."),
});
