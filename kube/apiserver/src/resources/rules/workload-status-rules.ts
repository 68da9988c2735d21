import type { JsonObject } from "@weir/core";
import { type FieldError, invalidField } from "@weir/schema";
import type { KindRules } from "../builtin-strategy.ts";
import { child, integer } from "../draft-access.ts";

type StatusRules = NonNullable<KindRules["validateStatus"]>;

/** What the counts of a status are counts of. */
interface StatusCounts {
  /** Numbers that are never negative, in the order in which they are looked at. */
  readonly counts: readonly string[];
  /** Those of them that are no more than `replicas`. */
  readonly parts?: readonly string[];
  /** How the message about more available than ready Pods calls the ready ones. */
  readonly ready?: string;
}

/** A number that may not be negative, if it is there. */
export function negativeErrors(
  owner: JsonObject,
  fields: readonly string[],
  at: string,
): readonly FieldError[] {
  return fields.flatMap((field) => {
    const value = integer(owner, field) ?? 0;
    return value < 0 ? [invalidField(`${at}.${field}`, value, "must be greater than or equal to 0")] : [];
  });
}

function statusRules({ counts, parts = [], ready }: StatusCounts): StatusRules {
  return (object, old) => {
    const status = child(object, "status") ?? {};
    const errors = [...negativeErrors(status, counts, "status")];
    const total = integer(status, "replicas") ?? 0;
    for (const field of parts) {
      const value = integer(status, field) ?? 0;
      if (value > total)
        errors.push(invalidField(`status.${field}`, value, "cannot be greater than status.replicas"));
    }
    const available = integer(status, "availableReplicas") ?? 0;
    if (ready !== undefined && available > (integer(status, "readyReplicas") ?? 0))
      errors.push(invalidField("status.availableReplicas", available, `cannot be greater than ${ready}`));
    return counts.includes("collisionCount") ? [...errors, ...collisionErrors(status, old)] : errors;
  };
}

/** Names that collided once do so for ever. */
function collisionErrors(status: JsonObject, old: JsonObject): readonly FieldError[] {
  const given = integer(status, "collisionCount");
  const before = integer(child(old, "status"), "collisionCount");
  const count = given ?? 0;
  return before !== undefined && (given === undefined || given < before)
    ? [invalidField("status.collisionCount", count, "cannot be decremented")]
    : [];
}

export const deploymentStatus: StatusRules = statusRules({
  counts: [
    "observedGeneration",
    "replicas",
    "updatedReplicas",
    "readyReplicas",
    "availableReplicas",
    "unavailableReplicas",
    "terminatingReplicas",
    "collisionCount",
  ],
  parts: ["updatedReplicas", "readyReplicas", "availableReplicas"],
  ready: "readyReplicas",
});

export const replicaSetStatus: StatusRules = statusRules({
  counts: [
    "replicas",
    "fullyLabeledReplicas",
    "readyReplicas",
    "availableReplicas",
    "observedGeneration",
    "terminatingReplicas",
  ],
  parts: ["fullyLabeledReplicas", "readyReplicas", "availableReplicas"],
  ready: "readyReplicas",
});

export const replicationControllerStatus: StatusRules = statusRules({
  counts: ["replicas", "fullyLabeledReplicas", "readyReplicas", "availableReplicas", "observedGeneration"],
  parts: ["fullyLabeledReplicas", "readyReplicas", "availableReplicas"],
  ready: "readyReplicas",
});

export const statefulSetStatus: StatusRules = statusRules({
  counts: [
    "replicas",
    "readyReplicas",
    "currentReplicas",
    "updatedReplicas",
    "availableReplicas",
    "observedGeneration",
    "collisionCount",
  ],
  parts: ["readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas"],
  ready: "status.readyReplicas",
});

export const daemonSetStatus: StatusRules = statusRules({
  counts: [
    "currentNumberScheduled",
    "numberMisscheduled",
    "desiredNumberScheduled",
    "numberReady",
    "observedGeneration",
    "updatedNumberScheduled",
    "numberAvailable",
    "numberUnavailable",
    "collisionCount",
  ],
});
