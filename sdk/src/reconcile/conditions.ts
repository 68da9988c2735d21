import type { Condition } from "@weir/objects";

/** A condition without the parts that setting it fills in. */
export type WantedCondition = Pick<Condition, "type" | "status" | "reason" | "message">;

/**
 * Sets a condition as Flux does: the time of transition moves only when status, reason or message change.
 *
 * The generation is that of the object as the reconcile read it. A condition keeps its place, a new one goes last.
 */
export function withCondition(
  conditions: readonly Condition[],
  wanted: WantedCondition,
  at: { readonly generation: number | undefined; readonly nowMs: number },
): readonly Condition[] {
  const message = wanted.message.trim();
  const current = findCondition(conditions, wanted.type);
  const isSame =
    current?.status === wanted.status && current.reason === wanted.reason && current.message === message;
  const condition: Condition = {
    type: wanted.type,
    status: wanted.status,
    ...(at.generation === undefined ? {} : { observedGeneration: at.generation }),
    lastTransitionTime: current !== undefined && isSame ? current.lastTransitionTime : timestamp(at.nowMs),
    reason: wanted.reason,
    message,
  };
  if (current === undefined) return [...conditions, condition];
  return conditions.map((other) => (other === current ? condition : other));
}

/** Takes conditions of these types away. */
export function withoutConditions(
  conditions: readonly Condition[],
  ...types: readonly string[]
): readonly Condition[] {
  return conditions.filter(({ type }) => !types.includes(type));
}

/** The condition of a type. */
export function findCondition(conditions: readonly Condition[], type: string): Condition | undefined {
  return conditions.find((condition) => condition.type === type);
}

/** A time as Kubernetes writes it in objects: UTC, whole seconds. */
export function timestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
