import type { JsonObject } from "@weir/core";
import {
  duplicateField,
  type FieldError,
  invalidField,
  requiredField,
  tooManyField,
  unsupportedField,
} from "@weir/schema";
import { qualifiedNameErrors } from "../../validation/names.ts";
import { podTemplateErrors } from "../../validation/pod-spec.ts";
import { child, children, list, number, text } from "../draft-access.ts";
import { negativeErrors } from "./workload-status-rules.ts";

const NUMBERS = [
  "parallelism",
  "completions",
  "activeDeadlineSeconds",
  "backoffLimit",
  "ttlSecondsAfterFinished",
  "backoffLimitPerIndex",
  "maxFailedIndexes",
];

/** What is wrong with the spec of a Job, but for its selector. */
export function jobErrors(spec: JsonObject, at: string): readonly FieldError[] {
  const template = child(spec, "template") ?? {};
  const policy = child(spec, "podFailurePolicy");
  const isUnpaired = spec["maxFailedIndexes"] !== undefined && spec["backoffLimitPerIndex"] === undefined;
  return [
    ...negativeErrors(spec, NUMBERS, at),
    ...(isUnpaired
      ? [requiredField(`${at}.backoffLimitPerIndex`, "when maxFailedIndexes is specified")]
      : []),
    ...modeErrors(spec, at),
    ...(policy === undefined ? [] : failurePolicyErrors(policy, spec, `${at}.podFailurePolicy`)),
    ...replacementErrors(spec, `${at}.podReplacementPolicy`),
    ...podTemplateErrors(template, `${at}.template`),
    ...restartErrors(text(child(template, "spec"), "restartPolicy"), policy !== undefined, at),
  ];
}

const MODES = ["NonIndexed", "Indexed"];
const MANY = 100_000;

function modeErrors(spec: JsonObject, at: string): readonly FieldError[] {
  const mode = text(spec, "completionMode");
  const most = number(spec, "maxFailedIndexes");
  if (mode === "Indexed") return indexedErrors(spec, at);
  if (mode !== "" && mode !== "NonIndexed") return [unsupportedField(`${at}.completionMode`, mode, MODES)];
  const limit = number(spec, "backoffLimitPerIndex");
  const detail = "requires indexed completion mode";
  return [
    ...(limit === undefined ? [] : [invalidField(`${at}.backoffLimitPerIndex`, limit, detail)]),
    ...(most === undefined ? [] : [invalidField(`${at}.maxFailedIndexes`, most, detail)]),
  ];
}

function indexedErrors(spec: JsonObject, at: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const completions = number(spec, "completions");
  const parallelism = number(spec, "parallelism") ?? 0;
  const most = number(spec, "maxFailedIndexes") ?? 0;
  if (completions === undefined)
    errors.push(requiredField(`${at}.completions`, "when completion mode is Indexed"));
  if (parallelism > MANY) {
    const detail = `must be less than or equal to ${MANY} when completion mode is Indexed`;
    errors.push(invalidField(`${at}.parallelism`, parallelism, detail));
  }
  if (completions !== undefined && most > completions)
    errors.push(invalidField(`${at}.maxFailedIndexes`, most, "must be less than or equal to completions"));
  if (most > MANY)
    errors.push(invalidField(`${at}.maxFailedIndexes`, most, `must be less than or equal to ${MANY}`));
  return errors;
}

const MAX_RULES = 20;
const MAX_CODES = 255;
const ACTIONS = ["Count", "FailIndex", "FailJob", "Ignore"];
const STATUSES = ["False", "True", "Unknown"];
const OPERATORS = ["In", "NotIn"];

function failurePolicyErrors(policy: JsonObject, spec: JsonObject, at: string): readonly FieldError[] {
  const rules = children(policy, "rules");
  const pod = child(child(spec, "template"), "spec");
  const containers = [...children(pod, "containers"), ...children(pod, "initContainers")];
  const names = new Set(containers.map((container) => text(container, "name")));
  const errors = rules.length > MAX_RULES ? [tooManyField(`${at}.rules`, rules.length, MAX_RULES)] : [];
  rules.forEach((rule, index) => {
    const field = `${at}.rules[${index}]`;
    errors.push(
      ...actionErrors(text(rule, "action"), spec, `${field}.action`),
      ...ruleErrors(rule, names, field),
    );
  });
  return errors;
}

function actionErrors(action: string, spec: JsonObject, field: string): readonly FieldError[] {
  if (action !== "FailIndex") return choiceErrors(action, ACTIONS, field);
  if (spec["backoffLimitPerIndex"] !== undefined) return [];
  return [invalidField(field, action, "requires the backoffLimitPerIndex to be set")];
}

function choiceErrors(value: string, choices: readonly string[], field: string): readonly FieldError[] {
  if (choices.includes(value)) return [];
  const shown = choices.map((choice) => JSON.stringify(choice)).join(" ");
  return [
    value === "" ? requiredField(field, `valid values: [${shown}]`) : unsupportedField(field, value, choices),
  ];
}

function ruleErrors(rule: JsonObject, names: ReadonlySet<string>, field: string): readonly FieldError[] {
  const codes = child(rule, "onExitCodes");
  const conditions = children(rule, "onPodConditions");
  const at = `${field}.onPodConditions`;
  const errors = codes === undefined ? [] : [...codeErrors(codes, names, `${field}.onExitCodes`)];
  if (conditions.length > MAX_RULES) errors.push(tooManyField(at, conditions.length, MAX_RULES));
  conditions.forEach((condition, index) => {
    const type = text(condition, "type");
    errors.push(
      ...qualifiedNameErrors(type).map((why) => invalidField(`${at}[${index}].type`, type, why)),
      ...choiceErrors(text(condition, "status"), STATUSES, `${at}[${index}].status`),
    );
  });
  if (codes !== undefined && conditions.length > 0)
    errors.push(unshown(field, "specifying both OnExitCodes and OnPodConditions is not supported"));
  if (codes === undefined && conditions.length === 0)
    errors.push(unshown(field, "specifying one of OnExitCodes and OnPodConditions is required"));
  return errors;
}

/** An invalid value that the message does not show. */
function unshown(field: string, detail: string): FieldError {
  const { badValue: _badValue, ...error } = invalidField(field, null, detail);
  return { ...error, message: `Invalid value: ${detail}` };
}

function codeErrors(codes: JsonObject, names: ReadonlySet<string>, at: string): readonly FieldError[] {
  const operator = text(codes, "operator");
  const container = codes["containerName"];
  const values = list(codes, "values").filter((value) => typeof value === "number");
  const errors = [...choiceErrors(operator, OPERATORS, `${at}.operator`)];
  if (typeof container === "string" && !names.has(container)) {
    const detail = "must be one of the container or initContainer names in the pod template";
    errors.push(invalidField(`${at}.containerName`, container, detail));
  }
  if (values.length === 0) errors.push(invalidField(`${at}.values`, null, "at least one value is required"));
  if (values.length > MAX_CODES) errors.push(tooManyField(`${at}.values`, values.length, MAX_CODES));
  const seen = new Set<number>();
  values.forEach((value, index) => {
    const field = `${at}.values[${index}]`;
    if (operator === "In" && value === 0)
      errors.push(invalidField(field, value, "must not be 0 for the In operator"));
    if (seen.has(value)) errors.push(duplicateField(field, value));
    seen.add(value);
  });
  if (values.some((value, index) => (values[index - 1] ?? value) > value))
    errors.push(invalidField(`${at}.values`, values, "must be ordered"));
  return errors;
}

function replacementErrors(spec: JsonObject, field: string): readonly FieldError[] {
  const policy = spec["podReplacementPolicy"];
  if (typeof policy !== "string") return [];
  const choices = spec["podFailurePolicy"] === undefined ? ["Failed", "TerminatingOrFailed"] : ["Failed"];
  return choices.includes(policy) ? [] : [unsupportedField(field, policy, choices)];
}

function restartErrors(policy: string, hasFailurePolicy: boolean, at: string): readonly FieldError[] {
  const field = `${at}.template.spec.restartPolicy`;
  if (policy === "" || policy === "Always")
    return [requiredField(field, 'valid values: "OnFailure", "Never"')];
  if (policy !== "OnFailure" && policy !== "Never")
    return [unsupportedField(field, policy, ["OnFailure", "Never"])];
  if (!hasFailurePolicy || policy === "Never") return [];
  return [invalidField(field, policy, 'only "Never" is supported when podFailurePolicy is specified')];
}
