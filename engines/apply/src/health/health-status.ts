import { computeKstatus, type KubeObject } from "@weir/objects";
import { subjectOf } from "../object-name.ts";

/** An object whose health is waited for. */
export interface HealthTarget {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly namespace?: string; readonly name: string };
}

/** The health of one object, in kstatus' words. */
export interface HealthStatus {
  readonly status: "Current" | "InProgress" | "Failed" | "Terminating" | "NotFound" | "Unknown";
  /** Why it could not be told, if it could not. */
  readonly problem?: string;
}

/** Judges an object in place of kstatus; `undefined` leaves it to kstatus. */
export type JudgeHealth = (object: KubeObject) => HealthStatus | undefined;

/** The health of a live object. */
export function healthOf(object: KubeObject, judge?: JudgeHealth): HealthStatus {
  const judged = judge?.(object);
  if (judged !== undefined) return judged;
  const { status } = computeKstatus(object);
  return { status };
}

/** How Flux lists an object that is not healthy: `Deployment/apps/web status: 'InProgress'`. */
export function describeHealth(target: HealthTarget, health: HealthStatus): string {
  const text = `${subjectOf(target)} status: '${health.status}'`;
  return health.problem === undefined ? text : `${text}: ${health.problem}`;
}
