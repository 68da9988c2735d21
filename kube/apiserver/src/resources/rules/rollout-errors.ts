import type { JsonObject, JsonValue } from "@weir/core";
import { type FieldError, forbiddenField, invalidField, requiredField } from "@weir/schema";
import { invalidGoStruct, unsupportedGoStruct } from "../../validation/go-struct.ts";
import { child, text } from "../draft-access.ts";
import { negativeErrors } from "./workload-status-rules.ts";

const PERCENT =
  "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";
const IS_PERCENT = /^\d+%$/;

/** What is wrong with how a Deployment replaces its Pods. */
export function deploymentRolloutErrors(spec: JsonObject): readonly FieldError[] {
  const strategy = child(spec, "strategy") ?? {};
  const rolling = child(strategy, "rollingUpdate");
  const at = "spec.strategy.rollingUpdate";
  switch (text(strategy, "type")) {
    case "Recreate":
      return rolling === undefined
        ? []
        : [forbiddenField(at, "may not be specified when strategy `type` is 'Recreate'")];
    case "RollingUpdate":
      return rolling === undefined
        ? [requiredField(at, "this should be defaulted and never be nil")]
        : rollingErrors(rolling, at);
    default:
      return [
        unsupportedGoStruct("spec.strategy", { type: "DeploymentStrategy", value: strategy }, [
          "Recreate",
          "RollingUpdate",
        ]),
      ];
  }
}

function rollingErrors(rolling: JsonObject, at: string): readonly FieldError[] {
  const errors = ["maxUnavailable", "maxSurge"].flatMap((field) =>
    countErrors(rolling[field], `${at}.${field}`),
  );
  if (amountOf(rolling["maxUnavailable"]) === 0 && amountOf(rolling["maxSurge"]) === 0) {
    const shown = rolling["maxUnavailable"] ?? 0;
    errors.push(invalidField(`${at}.maxUnavailable`, shown, "may not be 0 when `maxSurge` is 0"));
  }
  return [...errors, ...shareErrors(rolling["maxUnavailable"], `${at}.maxUnavailable`)];
}

/** The same of a DaemonSet, which has either more or fewer Pods meanwhile. */
export function daemonSetRolloutErrors(spec: JsonObject): readonly FieldError[] {
  const strategy = child(spec, "updateStrategy") ?? {};
  const type = text(strategy, "type");
  if (type === "OnDelete") return [];
  if (type !== "RollingUpdate")
    return [
      unsupportedGoStruct("spec.updateStrategy", { type: "DaemonSetUpdateStrategy", value: strategy }, [
        "RollingUpdate",
        "OnDelete",
      ]),
    ];
  const at = "spec.updateStrategy.rollingUpdate";
  const rolling = child(strategy, "rollingUpdate");
  if (rolling === undefined) return [requiredField(at)];
  const fields = ["maxUnavailable", "maxSurge"];
  const errors = [
    ...fields.flatMap((field) => countErrors(rolling[field], `${at}.${field}`)),
    ...fields.flatMap((field) => shareErrors(rolling[field], `${at}.${field}`)),
  ];
  const hasFewer = amountOf(rolling["maxUnavailable"]) !== 0;
  const hasMore = amountOf(rolling["maxSurge"]) !== 0;
  if (hasFewer && hasMore) {
    const shown = rolling["maxSurge"] ?? 0;
    errors.push(invalidField(`${at}.maxSurge`, shown, "may not be set when maxUnavailable is non-zero"));
  }
  if (!hasFewer && !hasMore)
    errors.push(requiredField(`${at}.maxUnavailable`, "cannot be 0 when maxSurge is 0"));
  return errors;
}

/** The same of a StatefulSet, which goes by the numbers of its Pods. */
export function statefulSetRolloutErrors(spec: JsonObject): readonly FieldError[] {
  const strategy = child(spec, "updateStrategy") ?? {};
  const at = "spec.updateStrategy";
  const rolling = child(strategy, "rollingUpdate");
  switch (text(strategy, "type")) {
    case "":
      return [requiredField(at)];
    case "OnDelete":
      return rolling === undefined
        ? []
        : [
            invalidGoStruct(
              `${at}.rollingUpdate`,
              { type: "RollingUpdateStatefulSetStrategy", value: rolling },
              "only allowed for updateStrategy 'RollingUpdate'",
            ),
          ];
    case "RollingUpdate":
      return rolling === undefined ? [] : partitionErrors(rolling, `${at}.rollingUpdate`);
    default: {
      const shown = { type: "StatefulSetUpdateStrategy", value: strategy };
      return [invalidGoStruct(at, shown, "must be 'RollingUpdate' or 'OnDelete'")];
    }
  }
}

function partitionErrors(rolling: JsonObject, at: string): readonly FieldError[] {
  const errors = [...negativeErrors(rolling, ["partition"], at)];
  const most = rolling["maxUnavailable"];
  if (most === undefined || most === null) return errors;
  const field = `${at}.maxUnavailable`;
  errors.push(...countErrors(most, field));
  if (amountOf(most) === 0) errors.push(invalidField(field, most, "cannot be 0"));
  return [...errors, ...shareErrors(most, field)];
}

/** A number of Pods, or a share of them. */
function countErrors(value: JsonValue | undefined, field: string): readonly FieldError[] {
  if (typeof value === "string") return IS_PERCENT.test(value) ? [] : [invalidField(field, value, PERCENT)];
  if (typeof value !== "number" || value >= 0) return [];
  return [invalidField(field, value, "must be greater than or equal to 0")];
}

function shareErrors(value: JsonValue | undefined, field: string): readonly FieldError[] {
  if (typeof value !== "string" || !IS_PERCENT.test(value) || amountOf(value) <= 100) return [];
  return [invalidField(field, value, "must not be greater than 100%")];
}

/** The number that is written, of Pods or of percent; a text that is neither is none. */
function amountOf(value: JsonValue | undefined): number {
  if (typeof value === "number") return value;
  const digits = typeof value === "string" ? /^(?:([+-]?\d+)|(\d+)%)$/.exec(value) : undefined;
  return Number(digits?.[1] ?? digits?.[2] ?? 0);
}
