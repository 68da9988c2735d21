import { compareUtf8 } from "@weir/core";
import { byteLength } from "./go-text.ts";
import type { Condition } from "./object.ts";
import { formatTime } from "./timestamps.ts";

/** What a caller says of a condition; setting it fills in the rest. */
export type ConditionState = Pick<Condition, "type" | "status" | "reason" | "message">;

/** When and of which object a condition is set. */
export interface ConditionStamp {
  /** `metadata.generation` of the object that was looked at. */
  readonly generation: number | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Longest message of a condition in bytes, as the CRD of metav1.Condition has it. */
const maxMessageBytes = 32_768;

/**
 * Sets a condition by the rules of Flux's runtime/conditions: the time of transition moves when status, reason or
 * message change and not else, the generation is always the object's, a message that is too long ends in `...`.
 *
 * The list comes back in Flux's order: Stalled, Reconciling and Ready first, then by generation, newest first, and by
 * type. Neither the list nor its conditions are changed.
 */
export function setCondition(
  conditions: readonly Condition[],
  state: ConditionState,
  stamp: ConditionStamp,
): readonly Condition[] {
  const message = trimMessage(state.message);
  const before = findCondition(conditions, state.type);
  const isSame =
    before !== undefined &&
    before.status === state.status &&
    before.reason === state.reason &&
    before.message === message;
  const condition: Condition = {
    type: state.type,
    status: state.status,
    ...(stamp.generation === undefined ? {} : { observedGeneration: stamp.generation }),
    lastTransitionTime: isSame ? before.lastTransitionTime : formatTime(stamp.now),
    reason: state.reason,
    message,
  };
  const others = conditions.filter((other) => other.type !== state.type);
  return [...others, condition].sort(compareConditions);
}

/** Takes conditions of these types out. */
export function removeConditions(
  conditions: readonly Condition[],
  ...types: readonly string[]
): readonly Condition[] {
  return conditions.filter((condition) => !types.includes(condition.type));
}

/** The condition of this type. */
export function findCondition(
  conditions: readonly Condition[] | undefined,
  type: string,
): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/** Tells whether the condition of this type is there and True. */
export function isConditionTrue(conditions: readonly Condition[] | undefined, type: string): boolean {
  return findCondition(conditions, type)?.status === "True";
}

/** Tells whether the condition of this type is there and False. */
export function isConditionFalse(conditions: readonly Condition[] | undefined, type: string): boolean {
  return findCondition(conditions, type)?.status === "False";
}

const leading: ReadonlyMap<string, number> = new Map([
  ["Stalled", 0],
  ["Reconciling", 1],
  ["Ready", 2],
]);

/** Flux's order of conditions, made for those who read them with kubectl. */
export function compareConditions(left: Condition, right: Condition): number {
  const leftRank = leading.get(left.type) ?? leading.size;
  const rightRank = leading.get(right.type) ?? leading.size;
  if (leftRank !== rightRank) return leftRank - rightRank;
  const generations = (right.observedGeneration ?? 0) - (left.observedGeneration ?? 0);
  return leftRank < leading.size || generations === 0 ? compareUtf8(left.type, right.type) : generations;
}

/** How several conditions come to one. */
export interface SummaryOptions {
  /** The conditions that count, most telling first; all but the summary's own by default. */
  readonly types?: readonly string[];
  /** Conditions that are True when something is wrong. */
  readonly negative?: readonly string[];
  /** Counts only conditions of the latest generation among them. */
  readonly onlyLatestGeneration?: boolean;
}

/**
 * Sums conditions up in one, as Flux's runtime/conditions does: what is wrong comes before what is well, and what is
 * well before what is unknown. Gives `undefined` when there is none to sum up.
 */
export function summarizeConditions(
  conditions: readonly Condition[],
  type: string,
  options: SummaryOptions = {},
): ConditionState | undefined {
  const { types, negative = [] } = options;
  const counted = conditions.filter(
    (condition) => condition.type !== type && (types === undefined || types.includes(condition.type)),
  );
  const latest = Math.max(0, ...counted.map((condition) => condition.observedGeneration ?? 0));
  const weighed = options.onlyLatestGeneration
    ? counted.filter((condition) => (condition.observedGeneration ?? 0) === latest)
    : counted;
  const priorities = weighed.map((condition) => priorityOf(condition, negative));
  const top = Math.min(...priorities);
  const group = weighed.filter((_, index) => priorities[index] === top).sort(compareConditions);
  const chosen = types?.flatMap((each) => findCondition(group, each) ?? [])[0] ?? group[0];
  if (chosen === undefined) return undefined;
  const inverts = negative.includes(chosen.type) !== negative.includes(type);
  const status = inverts ? invertStatus(chosen.status) : chosen.status;
  return { type, status, reason: chosen.reason, message: chosen.message };
}

function priorityOf({ type, status }: Condition, negative: readonly string[]): number {
  const isNegative = negative.includes(type);
  if (status === "Unknown") return 4;
  if (status === "True") return isNegative ? 0 : 2;
  return isNegative ? 3 : 1;
}

function invertStatus(status: Condition["status"]): Condition["status"] {
  if (status === "Unknown") return status;
  return status === "True" ? "False" : "True";
}

function trimMessage(message: string): string {
  if (byteLength(message) <= maxMessageBytes) return message;
  const bytes = Buffer.from(message, "utf8").subarray(0, maxMessageBytes - 3);
  // A character that the cut would split is left out, where Go would keep its first bytes.
  return `${bytes.toString("utf8").replace(/\ufffd+$/, "")}...`;
}
