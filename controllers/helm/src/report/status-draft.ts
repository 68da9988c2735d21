import type { HelmRelease } from "@weir/api";
import {
  type Condition,
  type ConditionState,
  findCondition,
  removeConditions,
  setCondition,
} from "@weir/objects";

/** The status of a HelmRelease. */
export type Status = NonNullable<HelmRelease["status"]>;

/** What a change of the status is about, and when it is. */
export interface Stamp {
  readonly object: Pick<HelmRelease, "metadata" | "spec">;
  readonly atMs: number;
}

/** A condition as a change says it. */
export function condition(
  type: string,
  status: Condition["status"],
  reason: string,
  message: string,
): ConditionState {
  return { type, status, reason, message };
}

/** The status with a condition. Reconciling and Stalled take each other's place, as in Flux. */
export function withCondition(status: Status, state: ConditionState, stamp: Stamp): Status {
  const replaced =
    state.type === "Reconciling" ? ["Stalled"] : state.type === "Stalled" ? ["Reconciling"] : [];
  const conditions = removeConditions(status.conditions ?? [], ...replaced);
  const { generation } = stamp.object.metadata;
  return { ...status, conditions: setCondition(conditions, state, { generation, now: stamp.atMs }) };
}

/** The status without conditions of these types. */
export function withoutConditions(status: Status, ...types: readonly string[]): Status {
  const { conditions } = status;
  return conditions === undefined
    ? status
    : { ...status, conditions: removeConditions(conditions, ...types) };
}

/** A condition of the status. */
export function conditionOf(status: Status, type: string): Condition | undefined {
  return findCondition(status.conditions ?? [], type);
}

/** The status with fields changed; those that are `undefined` are taken out. */
export function withFields(
  status: Status,
  fields: { readonly [Field in keyof Status]?: Status[Field] | undefined },
): Status {
  const kept = Object.entries({ ...status, ...fields }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as Status;
}

/** The status without any failure counted. */
export function withoutFailures(status: Status): Status {
  return withFields(status, { failures: undefined, installFailures: undefined, upgradeFailures: undefined });
}

/** The status with one more failure, of an action where one is named. */
export function withFailure(status: Status, action?: "install" | "upgrade"): Status {
  if (action === undefined) return { ...status, failures: Number(status.failures ?? 0) + 1 };
  const counter = action === "install" ? "installFailures" : "upgradeFailures";
  return { ...status, [counter]: Number(status[counter] ?? 0) + 1 };
}
