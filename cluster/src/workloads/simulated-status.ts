import type { ObjectMeta } from "@weir/objects";

/** What a simulated workload comes to: it becomes ready, fails, or hangs for ever. */
export type SimulatedStatus = "ready" | "failed" | "pending";

/** The annotation that selects it where no other name is given. */
export const DEFAULT_STATUS_ANNOTATION = "weir.dev/status";

/** Reads the choice from the first metadata that makes one; anything but the three words is `ready`. */
export function simulatedStatus(
  annotation: string,
  ...metadata: readonly (Pick<ObjectMeta, "annotations"> | undefined)[]
): SimulatedStatus {
  for (const { annotations } of metadata.filter((each) => each !== undefined)) {
    const value =
      annotations !== undefined && Object.hasOwn(annotations, annotation)
        ? annotations[annotation]
        : undefined;
    if (value === "failed" || value === "pending" || value === "ready") return value;
  }
  return "ready";
}
