import type { JsonObject, JsonValue } from "@weir/core";
import { type FieldError, invalidField, requiredField, unsupportedField } from "@weir/schema";
import { invalidGoStruct } from "../../validation/go-struct.ts";
import { cronJobWarnings } from "../../validation/pod-warnings.ts";
import { dropTemplateFields } from "../../validation/pod/dropped-fields.ts";
import { type PodOptions, TEMPLATE, templateOptions } from "../../validation/pod/pod-options.ts";
import type { KindRules } from "../builtin-strategy.ts";
import { child, text } from "../draft-access.ts";
import { scheduleProblem } from "./cron-schedule.ts";
import { jobErrors } from "./job-errors.ts";
import { negativeErrors } from "./workload-status-rules.ts";

/** A CronJob's Jobs add eleven characters to its name. */
const MAX_NAME = 52;

function templateOf(object: JsonObject): JsonObject | undefined {
  return child(child(child(child(object, "spec"), "jobTemplate"), "spec"), "template");
}

/** A CronJob makes Jobs, whose selector comes with them. */
export const cronJobRules: KindRules = {
  warnings: cronJobWarnings,
  prepareForCreate: (object) => dropTemplateFields(templateOf(object)),
  prepareForUpdate: (object) => dropTemplateFields(templateOf(object)),
  updateChecks: ["changes", "update"],
  validate(object) {
    const errors = cronJobErrors(child(object, "spec") ?? {}, undefined, TEMPLATE);
    const name = text(child(object, "metadata"), "name");
    if (name.length <= MAX_NAME) return errors;
    return [...errors, invalidField("metadata.name", name, `must be no more than ${MAX_NAME} characters`)];
  },
  validateUpdate: (object, old) =>
    cronJobErrors(child(object, "spec") ?? {}, child(old, "spec") ?? {}, templateOptions(templateOf(old))),
};

function cronJobErrors(
  spec: JsonObject,
  old: JsonObject | undefined,
  options: PodOptions,
): readonly FieldError[] {
  const zone = spec["timeZone"];
  const hasNewZone = old === undefined || old["timeZone"] !== zone;
  const policy = text(spec, "concurrencyPolicy");
  return [
    ...scheduleErrors(spec, old),
    ...negativeErrors(spec, ["startingDeadlineSeconds"], "spec"),
    ...(hasNewZone && typeof zone === "string" ? zoneErrors(zone) : []),
    ...(POLICIES.includes(policy) ? [] : [unsupportedField("spec.concurrencyPolicy", policy, POLICIES)]),
    ...jobTemplateErrors(child(child(spec, "jobTemplate"), "spec") ?? {}, options),
    ...negativeErrors(spec, ["successfulJobsHistoryLimit", "failedJobsHistoryLimit"], "spec"),
  ];
}

const POLICIES = ["Allow", "Forbid", "Replace"];

function scheduleErrors(spec: JsonObject, old: JsonObject | undefined): readonly FieldError[] {
  const at = "spec.schedule";
  const schedule = text(spec, "schedule");
  if (schedule === "") return [requiredField(at)];
  const problem = scheduleProblem(schedule, isZone);
  const errors = problem === undefined ? [] : [invalidField(at, schedule, problem)];
  if (!schedule.includes("TZ")) return errors;
  // What was there before it was refused may stay.
  const isBorne = text(old, "schedule").includes("TZ");
  if (isBorne && spec["timeZone"] === undefined) return errors;
  const detail = isBorne
    ? "cannot use both timeZone field and TZ or CRON_TZ in schedule"
    : "cannot use TZ or CRON_TZ in schedule, use timeZone field instead";
  return [...errors, invalidField(at, schedule, detail)];
}

const ZONE_PART = /^[A-Za-z.\-_0-9+]{1,14}$/;

function zoneErrors(zone: string): readonly FieldError[] {
  const at = "spec.timeZone";
  if (zone === "") return [invalidField(at, zone, "timeZone must be nil or non-empty string")];
  const unknown = invalidField(at, zone, `unknown time zone ${zone}`);
  const isOdd = (part: string): boolean =>
    part === "." || part === ".." || part.startsWith("-") || !ZONE_PART.test(part);
  if (zone.split("/").some(isOdd)) return [unknown];
  const errors: FieldError[] = [];
  if (zone.toLowerCase() === "local") {
    const detail = "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones";
    errors.push(invalidField(at, zone, detail));
  }
  return isZone(zone) ? errors : [...errors, unknown];
}

/** Go tells large letters from small ones, and has no zones that are offsets alone. */
function isZone(zone: string): boolean {
  if (zone === "Local") return true;
  if (!/^[A-Z]/.test(zone)) return false;
  try {
    const { timeZone } = new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions();
    return timeZone === zone || timeZone.toLowerCase() !== zone.toLowerCase();
  } catch {
    return false;
  }
}

function jobTemplateErrors(spec: JsonObject, options: PodOptions): readonly FieldError[] {
  const at = "spec.jobTemplate.spec";
  const selector: JsonValue | undefined = child(spec, "selector");
  const errors = [...jobErrors(spec, at, options)];
  if (selector !== undefined) {
    const shown = { type: "LabelSelector", value: selector };
    errors.push(invalidGoStruct(`${at}.selector`, shown, "`selector` will be auto-generated"));
  }
  if (spec["manualSelector"] === true)
    errors.push(unsupportedField(`${at}.manualSelector`, true, ["nil", "false"]));
  return errors;
}
