/** How long simulated pods take, in milliseconds; nothing takes time by default. */
export interface WorkloadTiming {
  /** From a pod's creation until its containers run: `ContainerCreating`. */
  readonly creatingMs: number;
  /** From then until they are ready. */
  readonly readyMs: number;
  /** How long a pod runs that ends by itself. */
  readonly runMs: number;
  /** How long a pod that is deleted takes to go, within its grace period. */
  readonly terminatingMs: number;
  /** How long a Job waits after its first failure; twice as long after each that follows. */
  readonly retryMs: number;
}

/** Everything happens at once. */
export const INSTANT_TIMING: WorkloadTiming = {
  creatingMs: 0,
  readyMs: 0,
  runMs: 0,
  terminatingMs: 0,
  retryMs: 0,
};

/** As on a small cluster that has its images: seconds, and ten of them before a Job tries again. */
export const REALISTIC_TIMING: WorkloadTiming = {
  creatingMs: 1_500,
  readyMs: 1_000,
  runMs: 2_000,
  terminatingMs: 1_000,
  retryMs: 10_000,
};

/** How far a pod has come on its way to what it comes to. */
export type PodStage = "creating" | "starting" | "settled";

/** The stage of a pod of an age, and when the next one begins. */
export function podStage(
  ageMs: number,
  endsByItself: boolean,
  timing: WorkloadTiming,
): { readonly stage: PodStage; readonly inMs: number | undefined } {
  const runningMs = timing.creatingMs;
  const settledMs = runningMs + (endsByItself ? timing.runMs : timing.readyMs);
  if (ageMs < runningMs) return { stage: "creating", inMs: runningMs - ageMs };
  if (ageMs < settledMs) return { stage: "starting", inMs: settledMs - ageMs };
  return { stage: "settled", inMs: undefined };
}
