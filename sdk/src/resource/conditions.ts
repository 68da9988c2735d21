import { int64, listMapKey, timestamp } from "@weir/schema";
import { z } from "zod";

/** One condition of a status, as Kubernetes declares it (`metav1.Condition`). */
export const condition = z.object({
  lastTransitionTime: timestamp().describe("When the status last changed."),
  message: z.string().max(32768).describe("What a person should know of the last change; may be empty."),
  observedGeneration: int64().min(0).optional().describe("The generation of the spec that this is about."),
  reason: z
    .string()
    .min(1)
    .max(1024)
    .regex(/^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/)
    .describe("Why the status last changed, for programs."),
  status: z.enum(["True", "False", "Unknown"]).describe("Whether the condition holds."),
  type: z
    .string()
    .max(316)
    .regex(
      /^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$/,
    )
    .describe("What the condition is about."),
});

/**
 * The conditions of a status: a list in which each type stands once, so that several controllers can each keep their
 * own by server-side apply.
 */
export function conditions(): z.ZodArray<typeof condition> {
  return z.array(condition).meta(listMapKey("type"));
}
