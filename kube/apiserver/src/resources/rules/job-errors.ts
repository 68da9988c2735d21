import type { JsonObject, JsonValue } from "@weir/core";
import {
  duplicateField,
  type FieldError,
  invalidField,
  requiredField,
  tooLongField,
  tooManyField,
  unsupportedField,
} from "@weir/schema";
import { domainPathErrors } from "../../validation/domain-path.ts";
import { invalidGoStruct } from "../../validation/go-struct.ts";
import { qualifiedNameErrors } from "../../validation/names.ts";
import { podTemplateErrors } from "../../validation/pod-spec.ts";
import type { PodOptions } from "../../validation/pod/pod-options.ts";
import { invalidUnshown } from "../../validation/unshown-field.ts";
import { child, children, integer, list, text } from "../draft-access.ts";
import { parseIndexes } from "./job-indexes.ts";
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
export function jobErrors(spec: JsonObject, at: string, options: PodOptions): readonly FieldError[] {
  const template = child(spec, "template") ?? {};
  const policy = child(spec, "podFailurePolicy");
  const isUnpaired = spec["maxFailedIndexes"] !== undefined && spec["backoffLimitPerIndex"] === undefined;
  return [
    ...negativeErrors(spec, NUMBERS, at),
    ...(isUnpaired
      ? [requiredField(`${at}.backoffLimitPerIndex`, "when maxFailedIndexes is specified")]
      : []),
    ...managerErrors(spec["managedBy"], `${at}.managedBy`),
    ...modeErrors(spec, at),
    ...(policy === undefined ? [] : failurePolicyErrors(policy, spec, `${at}.podFailurePolicy`)),
    ...successPolicyErrors(spec, `${at}.successPolicy`),
    ...replacementErrors(spec, `${at}.podReplacementPolicy`),
    ...podTemplateErrors(template, `${at}.template`, options),
    ...restartErrors(text(child(template, "spec"), "restartPolicy"), policy !== undefined, at),
  ];
}

const MAX_MANAGER = 63;

function managerErrors(manager: JsonValue | undefined, field: string): readonly FieldError[] {
  if (typeof manager !== "string") return [];
  const errors = domainPathErrors(manager, field);
  return manager.length > MAX_MANAGER ? [...errors, tooLongField(field, MAX_MANAGER)] : errors;
}

const MODES = ["NonIndexed", "Indexed"];
const MANY = 100_000;
/** How many at a time where there are many, and each index may fail by itself. */
const FEWER = 10_000;

function modeErrors(spec: JsonObject, at: string): readonly FieldError[] {
  const mode = spec["completionMode"];
  if (mode === "Indexed") return indexedErrors(spec, at);
  if (typeof mode === "string" && mode !== "NonIndexed")
    return [unsupportedField(`${at}.completionMode`, mode, MODES)];
  return ["backoffLimitPerIndex", "maxFailedIndexes"].flatMap((name) => {
    const value = integer(spec, name);
    return value === undefined
      ? []
      : [invalidField(`${at}.${name}`, value, "requires indexed completion mode")];
  });
}

function indexedErrors(spec: JsonObject, at: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const completions = integer(spec, "completions");
  const parallelism = integer(spec, "parallelism") ?? 0;
  const most = integer(spec, "maxFailedIndexes") ?? 0;
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
  const isLarge = (completions ?? 0) > MANY && spec["backoffLimitPerIndex"] !== undefined;
  return isLarge ? [...errors, ...largeErrors(spec, at)] : errors;
}

function largeErrors(spec: JsonObject, at: string): readonly FieldError[] {
  const parallelism = integer(spec, "parallelism") ?? 0;
  const most = integer(spec, "maxFailedIndexes");
  const detail = `must be less than or equal to ${FEWER} when completions are above ${MANY} and used with backoff limit per index`;
  const errors: FieldError[] = [];
  if (most === undefined)
    errors.push(
      requiredField(`${at}.maxFailedIndexes`, `must be specified when completions is above ${MANY}`),
    );
  if (parallelism > FEWER) errors.push(invalidField(`${at}.parallelism`, parallelism, detail));
  if (most !== undefined && most > FEWER) errors.push(invalidField(`${at}.maxFailedIndexes`, most, detail));
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
    errors.push(invalidUnshown(field, "specifying both OnExitCodes and OnPodConditions is not supported"));
  if (codes === undefined && conditions.length === 0)
    errors.push(invalidUnshown(field, "specifying one of OnExitCodes and OnPodConditions is required"));
  return errors;
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

function successPolicyErrors(spec: JsonObject, at: string): readonly FieldError[] {
  const policy = child(spec, "successPolicy");
  if (policy === undefined) return [];
  if (text(spec, "completionMode") !== "Indexed") {
    const shown = { type: "SuccessPolicy", value: policy };
    return [invalidGoStruct(at, shown, "requires indexed completion mode")];
  }
  const rules = children(policy, "rules");
  const field = `${at}.rules`;
  const errors: FieldError[] = [];
  if (rules.length === 0)
    errors.push(
      requiredField(field, "at least one rules must be specified when the successPolicy is specified"),
    );
  if (rules.length > MAX_RULES) errors.push(tooManyField(field, rules.length, MAX_RULES));
  const completions = Number(integer(spec, "completions") ?? 0);
  rules.forEach((rule, index) => {
    errors.push(...successRuleErrors(rule, `${field}[${index}]`, completions));
  });
  return errors;
}

const MAX_INDEXES = 64 * 1024;

function successRuleErrors(rule: JsonObject, field: string, completions: number): readonly FieldError[] {
  const { succeededIndexes: indexes } = rule;
  const count = integer(rule, "succeededCount");
  if (count === undefined && typeof indexes !== "string")
    return [requiredField(field, "at least one of succeededCount or succeededIndexes must be specified")];
  const errors: FieldError[] = [];
  let total = 0;
  if (typeof indexes === "string") {
    const at = `${field}.succeededIndexes`;
    if (Buffer.byteLength(indexes) > MAX_INDEXES) errors.push(tooLongField(at, MAX_INDEXES));
    const parsed = parseIndexes(indexes, completions);
    total = parsed.total;
    if (parsed.problem !== undefined)
      errors.push(invalidField(at, indexes, `error parsing succeededIndexes: ${parsed.problem}`));
  }
  if (count === undefined) return errors;
  const at = `${field}.succeededCount`;
  if (count < 0) errors.push(invalidField(at, count, "must be greater than or equal to 0"));
  if (count > completions) {
    const detail = `must be less than or equal to ${completions} (the number of specified completions)`;
    errors.push(invalidField(at, count, detail));
  }
  if (typeof indexes === "string" && count > total) {
    const detail = `must be less than or equal to ${total} (the number of indexes in the specified succeededIndexes field)`;
    errors.push(invalidField(at, count, detail));
  }
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
