/** How far a rolling update may leave the wanted number of pods, both ways. */
export interface RolloutBounds {
  readonly maxSurge: number;
  readonly maxUnavailable: number;
}

type IntOrPercent = string | number | undefined;

/**
 * Resolves the two bounds of a rolling update as Kubernetes' ResolveFenceposts: of a percentage the surge is rounded up
 * and the unavailable down; where both come to nothing, one pod may be unavailable, or no update would ever begin.
 */
export function rolloutBounds(
  replicas: number,
  maxSurge: IntOrPercent,
  maxUnavailable: IntOrPercent,
): RolloutBounds {
  const surge = scaled(maxSurge ?? "25%", replicas, Math.ceil);
  const unavailable = scaled(maxUnavailable ?? "25%", replicas, Math.floor);
  if (surge === 0 && unavailable === 0) return { maxSurge: 0, maxUnavailable: 1 };
  return { maxSurge: surge, maxUnavailable: Math.min(unavailable, replicas) };
}

function scaled(value: string | number, of: number, round: (value: number) => number): number {
  if (typeof value === "number") return value;
  const percent = Number.parseInt(value, 10);
  return Number.isNaN(percent) ? 0 : round((percent * of) / 100);
}
