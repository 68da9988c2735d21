import { timestamp } from "./timestamp.ts";

/** What the conditions of built-in kinds have in common. */
export interface StatusCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

/**
 * Sets one condition. One that says the same stays as it is; one of the same status keeps the time of its transition;
 * a changed one goes to the end, as Kubernetes' controllers have it.
 */
export function setCondition<Condition extends StatusCondition>(
  conditions: readonly Condition[],
  wanted: Condition,
  nowMs: number,
): readonly Condition[] {
  const previous = conditions.find((condition) => condition.type === wanted.type);
  if (previous !== undefined && saysTheSame(previous, wanted)) return conditions;
  const lastTransitionTime =
    previous?.status === wanted.status ? (previous.lastTransitionTime ?? timestamp(nowMs)) : timestamp(nowMs);
  return [
    ...conditions.filter((condition) => condition.type !== wanted.type),
    { ...wanted, lastTransitionTime },
  ];
}

function saysTheSame(left: StatusCondition, right: StatusCondition): boolean {
  return left.status === right.status && left.reason === right.reason && left.message === right.message;
}
