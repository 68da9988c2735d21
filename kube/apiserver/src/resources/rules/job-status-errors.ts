import type { JsonObject } from "@weir/core";
import { jsonEqual } from "@weir/objects";
import { duplicateField, type FieldError, invalidField, requiredField } from "@weir/schema";
import { invalidGoStruct } from "../../validation/go-struct.ts";
import { invalidUnshown } from "../../validation/unshown-field.ts";
import { child, children, integer, strings, text } from "../draft-access.ts";
import { parseIndexes, sharedIndex } from "./job-indexes.ts";
import { negativeErrors } from "./workload-status-rules.ts";

/** A status of a Job as its rules see it. */
interface JobView {
  readonly status: JsonObject;
  readonly isComplete: boolean;
  readonly isFailed: boolean;
  readonly isFinished: boolean;
  readonly isFailing: boolean;
  readonly isSucceeding: boolean;
}

function viewOf(job: JsonObject): JobView {
  const status = child(job, "status") ?? {};
  const isTrue = (type: string): boolean => hasCondition(status, type, "True");
  const [isComplete, isFailed] = [isTrue("Complete"), isTrue("Failed")];
  return {
    status,
    isComplete,
    isFailed,
    isFinished: isComplete || isFailed,
    isFailing: isTrue("FailureTarget"),
    isSucceeding: isTrue("SuccessCriteriaMet"),
  };
}

function hasCondition(status: JsonObject, type: string, value: string): boolean {
  return children(status, "conditions").some(
    (condition) => text(condition, "type") === type && text(condition, "status") === value,
  );
}

/** A new status beside the old one, and the spec that both are about. */
interface Step {
  readonly now: JobView;
  readonly before: JobView;
  readonly spec: JsonObject;
  readonly changes: (field: string) => boolean;
}

/** What is wrong with the status of a Job; most of it is asked only where that part changes. */
export function jobStatusErrors(job: JsonObject, old: JsonObject): readonly FieldError[] {
  const [now, before] = [viewOf(job), viewOf(old)];
  const changes = (field: string): boolean =>
    !jsonEqual(now.status[field] ?? null, before.status[field] ?? null);
  const step = { now, before, spec: child(job, "spec") ?? {}, changes };
  return [
    ...countErrors(now.status),
    ...completionErrors(step),
    ...finishErrors(step),
    ...indexErrors(step),
    ...podErrors(step),
    ...successErrors(step),
    ...transitionErrors(step),
  ];
}

const conditions = (detail: string): FieldError => invalidUnshown("status.conditions", detail);

function countErrors(status: JsonObject): readonly FieldError[] {
  const errors = [
    ...negativeErrors(status, ["active", "succeeded", "failed", "ready", "terminating"], "status"),
  ];
  const uncounted = child(status, "uncountedTerminatedPods");
  const seen = new Set<string>();
  for (const list of ["succeeded", "failed"]) {
    strings(uncounted, list).forEach((uid, index) => {
      const field = `status.uncountedTerminatedPods.${list}[${index}]`;
      if (uid === "") errors.push(invalidField(field, uid, "must not be empty"));
      else if (seen.has(uid)) errors.push(duplicateField(field, uid));
      seen.add(uid);
    });
  }
  return errors;
}

// oxlint-disable-next-line complexity -- one line for each of upstream's rules
function completionErrors({ now, before, changes }: Step): readonly FieldError[] {
  const { status, isComplete, isFailed, isFailing, isSucceeding } = now;
  const completes = isComplete !== before.isComplete;
  const errors: FieldError[] = [];
  if ((completes || isFailed !== before.isFailed) && isComplete && isFailed)
    errors.push(conditions("cannot set Complete=True and Failed=true conditions"));
  if ((completes || isFailing !== before.isFailing) && isComplete && isFailing)
    errors.push(conditions("cannot set Complete=True and FailureTarget=true conditions"));
  const [start, end] = [text(status, "startTime"), text(status, "completionTime")];
  const isTold = completes || changes("completionTime");
  const at = "status.completionTime";
  if (isTold && end !== "" && !isComplete)
    errors.push(invalidField(at, end, "cannot set completionTime when there is no Complete=True condition"));
  if (isTold && end === "" && isComplete)
    errors.push(requiredField(at, "completionTime is required for Complete jobs"));
  const isTimed = changes("startTime") || changes("completionTime");
  if (isTimed && start !== "" && end !== "" && Date.parse(end) < Date.parse(start))
    errors.push(invalidField(at, end, "must be equal to or after `startTime`"));
  const isLost = isFailed !== before.isFailed || changes("failedIndexes");
  if (isLost && isFailed && !isFailing)
    errors.push(conditions("cannot set Failed=True condition without the FailureTarget=true condition"));
  const isMet = completes || isSucceeding !== before.isSucceeding;
  if (isMet && isComplete && !isSucceeding)
    errors.push(
      conditions("cannot set Complete=True condition without the SuccessCriteriaMet=true condition"),
    );
  return errors;
}

// oxlint-disable-next-line complexity -- one line for each of upstream's rules
function finishErrors({ now, before, spec, changes }: Step): readonly FieldError[] {
  const { status, isFinished } = now;
  if (!isFinished) return [];
  const finishes = isFinished !== before.isFinished;
  const errors: FieldError[] = [];
  const active = integer(status, "active") ?? 0;
  if ((finishes || changes("active")) && active > 0)
    errors.push(invalidField("status.active", active, "active>0 is invalid for finished job"));
  const isEmpty = spec["suspend"] === true && integer(spec, "completions") === 0;
  if ((finishes || changes("startTime")) && !isEmpty && text(status, "startTime") === "")
    errors.push(requiredField("status.startTime", "startTime is required for finished job"));
  const uncounted = child(status, "uncountedTerminatedPods");
  const count = strings(uncounted, "failed").length + strings(uncounted, "succeeded").length;
  if ((finishes || changes("uncountedTerminatedPods")) && count > 0) {
    const shown = { type: "UncountedTerminatedPods", value: uncounted };
    errors.push(invalidGoStruct("status.uncountedTerminatedPods", shown, "must be empty for finished job"));
  }
  return errors;
}

// oxlint-disable-next-line complexity -- one line for each of upstream's rules
function indexErrors({ now, spec, changes }: Step): readonly FieldError[] {
  const { status } = now;
  const errors: FieldError[] = [];
  const given = integer(spec, "completions");
  const completions = Number(given ?? 0);
  const hasLimit = spec["backoffLimitPerIndex"] !== undefined;
  const [completed, failed] = [text(status, "completedIndexes"), status["failedIndexes"]];
  const isIndexed = text(spec, "completionMode") === "Indexed";
  const [done, lost] = ["status.completedIndexes", "status.failedIndexes"];
  const unreadable = (field: string, indexes: string): void => {
    const { problem } = parseIndexes(indexes, completions);
    if (problem !== undefined)
      errors.push(invalidField(field, indexes, `error parsing ${field.slice("status.".length)}: ${problem}`));
  };
  const [completes, fails] = [changes("completedIndexes"), changes("failedIndexes")];
  if (completes && given !== undefined) unreadable(done, completed);
  if (fails && given !== undefined && hasLimit && typeof failed === "string") unreadable(lost, failed);
  if (completes && completed !== "" && !isIndexed) {
    const detail = "cannot set non-empty completedIndexes when non-indexed completion mode";
    errors.push(invalidField(done, completed, detail));
  }
  if (typeof failed !== "string") return errors;
  if (fails && !hasLimit)
    errors.push(
      invalidField(lost, failed, "cannot set non-null failedIndexes when backoffLimitPerIndex is null"),
    );
  const shared =
    (fails || completes) && given !== undefined ? sharedIndex(completed, failed, completions) : undefined;
  if (shared === undefined) return errors;
  const detail = `failedIndexes and completedIndexes overlap at index: ${shared}`;
  return [...errors, invalidField(lost, failed, detail)];
}

function podErrors({ now, before, changes }: Step): readonly FieldError[] {
  const { status, isFinished } = now;
  const [terminating, ready] = [integer(status, "terminating") ?? 0, integer(status, "ready")];
  const errors: FieldError[] = [];
  const ends = isFinished !== before.isFinished || changes("terminating");
  if (ends && isFinished && terminating > 0)
    errors.push(invalidField("status.terminating", terminating, "terminating>0 is invalid for finished job"));
  const isCounted = changes("ready") || changes("active");
  if (isCounted && ready !== undefined && ready > (integer(status, "active") ?? 0))
    errors.push(invalidField("status.ready", ready, "cannot set more ready pods than active"));
  return errors;
}

function successErrors({ now, spec }: Step): readonly FieldError[] {
  const { isComplete, isFailed, isFailing, isSucceeding } = now;
  const errors: FieldError[] = [];
  if (isSucceeding && isFailed)
    errors.push(conditions("cannot set SuccessCriteriaMet=True and Failed=true conditions"));
  if (isSucceeding && isFailing)
    errors.push(conditions("cannot set SuccessCriteriaMet=True and FailureTarget=true conditions"));
  if (child(spec, "successPolicy") !== undefined && !isSucceeding && isComplete) {
    const detail = "cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True";
    errors.push(conditions(detail));
  }
  return errors;
}

// oxlint-disable-next-line complexity -- one line for each of upstream's rules
function transitionErrors({ now, before, spec, changes }: Step): readonly FieldError[] {
  const errors: FieldError[] = [];
  const ends = { Failed: "isFailed", Complete: "isComplete", FailureTarget: "isFailing" } as const;
  for (const [type, key] of Object.entries(ends))
    if (before[key] && !now[key])
      errors.push(conditions(`cannot disable the terminal ${type}=True condition`));
  const isElastic =
    text(spec, "completionMode") === "Indexed" &&
    integer(spec, "completions") === integer(spec, "parallelism");
  for (const counter of isElastic ? ["failed"] : ["failed", "succeeded"]) {
    const count = integer(now.status, counter) ?? 0;
    if (count < (integer(before.status, counter) ?? 0))
      errors.push(invalidField(`status.${counter}`, count, `cannot decrease the ${counter} counter`));
  }
  const [end, oldEnd] = [text(now.status, "completionTime"), text(before.status, "completionTime")];
  if (end !== "" && oldEnd !== "" && end !== oldEnd)
    errors.push(invalidField("status.completionTime", end, "field is immutable"));
  return [...errors, ...startErrors({ now, before, spec, changes }), ...metErrors(now, before)];
}

function startErrors({ now, before, spec, changes }: Step): readonly FieldError[] {
  const resumes =
    hasCondition(before.status, "Suspended", "True") && hasCondition(now.status, "Suspended", "False");
  const isFixed = text(before.status, "startTime") !== "" && spec["suspend"] !== true;
  if (!changes("startTime") || resumes || !isFixed) return [];
  const detail = "field is immutable for unsuspended job once set";
  return [invalidField("status.startTime", now.status["startTime"] ?? null, detail)];
}

function metErrors(now: JobView, before: JobView): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (before.isSucceeding && !now.isSucceeding)
    errors.push(conditions("cannot disable the SuccessCriteriaMet=True condition"));
  if (before.isComplete && !before.isSucceeding && now.isSucceeding) {
    const detail = "cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions";
    errors.push(conditions(detail));
  }
  return errors;
}
