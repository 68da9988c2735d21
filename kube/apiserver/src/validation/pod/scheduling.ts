import type { JsonObject } from "@weir/core";
import { duplicateField, type FieldError, invalidField, requiredField, unsupportedField } from "@weir/schema";
import { child, children, integer, number, strings, text } from "../../resources/draft-access.ts";
import { selectorErrors } from "../label-selector.ts";
import { labelValueErrors, qualifiedNameErrors } from "../names.ts";
import { matchKeyErrors } from "./affinity.ts";

/** What is wrong with the taints that a Pod bears. */
export function tolerationErrors(spec: JsonObject, field: string): readonly FieldError[] {
  return children(spec, "tolerations").flatMap((toleration, index) => {
    const at = `${field}[${index}]`;
    const key = text(toleration, "key");
    const operator = text(toleration, "operator");
    const errors: FieldError[] = [];
    if (key !== "")
      errors.push(...qualifiedNameErrors(key).map((why) => invalidField(`${at}.key`, key, why)));
    if (key === "" && operator !== "Exists") {
      const detail =
        'operator must be Exists when `key` is empty, which means "match all values and all keys"';
      errors.push(invalidField(`${at}.operator`, operator, detail));
    }
    return [...errors, ...tolerationValueErrors(toleration, at)];
  });
}

const EFFECTS = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

function tolerationValueErrors(toleration: JsonObject, at: string): readonly FieldError[] {
  const effect = text(toleration, "effect");
  const errors: FieldError[] = [];
  if (integer(toleration, "tolerationSeconds") !== undefined && effect !== "NoExecute") {
    const detail = "effect must be 'NoExecute' when `tolerationSeconds` is set";
    errors.push(invalidField(`${at}.effect`, effect, detail));
  }
  errors.push(...operatorErrors(text(toleration, "operator"), text(toleration, "value"), `${at}.operator`));
  if (effect !== "" && !EFFECTS.includes(effect))
    errors.push(unsupportedField(`${at}.effect`, effect, EFFECTS));
  return errors;
}

function operatorErrors(operator: string, value: string, field: string): readonly FieldError[] {
  if (operator === "Exists")
    return value === ""
      ? []
      : [invalidField(field, value, "value must be empty when `operator` is 'Exists'")];
  if (operator === "Lt" || operator === "Gt")
    return [unsupportedField(field, operator, ["Equal", "Exists", "Lt", "Gt"])];
  if (operator !== "" && operator !== "Equal")
    return [unsupportedField(field, operator, ["Equal", "Exists"])];
  const problems = labelValueErrors(value);
  return problems.length === 0 ? [] : [invalidField(field, value, problems.join(";"))];
}

const ACTIONS = ["DoNotSchedule", "ScheduleAnyway"];
const POSITIVE = "must be greater than zero";

/** What is wrong with how Pods are spread. */
export function spreadErrors(spec: JsonObject, field: string): readonly FieldError[] {
  const constraints = children(spec, "topologySpreadConstraints");
  const pairs = constraints.map(
    (each) => `{${text(each, "topologyKey")}, ${text(each, "whenUnsatisfiable")}}`,
  );
  return constraints.flatMap((constraint, index) => {
    const at = `${field}[${index}]`;
    const errors = [...placeErrors(constraint, at)];
    const pair = pairs[index] ?? "";
    if (pairs.includes(pair, index + 1))
      errors.push(duplicateField(`${at}.{topologyKey, whenUnsatisfiable}`, pair));
    errors.push(...domainErrors(constraint, `${at}.minDomains`), ...inclusionErrors(constraint, at));
    const selector = child(constraint, "labelSelector");
    const keys = strings(constraint, "matchLabelKeys");
    errors.push(...matchKeyErrors(at, { matched: keys, mismatched: [], selector }));
    return selector === undefined ? errors : [...errors, ...selectorErrors(selector, `${at}.labelSelector`)];
  });
}

function placeErrors(constraint: JsonObject, at: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const skew = number(constraint, "maxSkew") ?? 0;
  if (skew <= 0) errors.push(invalidField(`${at}.maxSkew`, skew, POSITIVE));
  if (text(constraint, "topologyKey") === "")
    errors.push(requiredField(`${at}.topologyKey`, "can not be empty"));
  const action = text(constraint, "whenUnsatisfiable");
  if (!ACTIONS.includes(action)) errors.push(unsupportedField(`${at}.whenUnsatisfiable`, action, ACTIONS));
  return errors;
}

function domainErrors(constraint: JsonObject, field: string): readonly FieldError[] {
  const domains = number(constraint, "minDomains");
  if (domains === undefined) return [];
  const errors: FieldError[] = [];
  if (domains <= 0) errors.push(invalidField(field, domains, POSITIVE));
  const action = text(constraint, "whenUnsatisfiable");
  if (action === "DoNotSchedule") return errors;
  const detail = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${action}`;
  return [...errors, invalidField(field, domains, detail)];
}

function inclusionErrors(constraint: JsonObject, at: string): readonly FieldError[] {
  const policies = ["Honor", "Ignore"];
  return ["nodeAffinityPolicy", "nodeTaintsPolicy"].flatMap((name) => {
    const policy = constraint[name];
    return typeof policy !== "string" || policies.includes(policy)
      ? []
      : [unsupportedField(`${at}.${name}`, policy, policies)];
  });
}

/** What is wrong with the gates before a Pod is scheduled, and before it counts as ready. */
export function gateErrors(spec: JsonObject, field: string): readonly FieldError[] {
  const seen = new Set<string>();
  const qualified = (name: string, at: string): readonly FieldError[] =>
    qualifiedNameErrors(name).map((why) => invalidField(at, name, why));
  return [
    ...children(spec, "readinessGates").flatMap((gate, index) =>
      qualified(text(gate, "conditionType"), `${field}.readinessGates[${index}].conditionType`),
    ),
    ...children(spec, "schedulingGates").flatMap((gate, index) => {
      const name = text(gate, "name");
      const at = `${field}.schedulingGates[${index}]`;
      const isTaken = seen.has(name);
      seen.add(name);
      return [...qualified(name, at), ...(isTaken ? [duplicateField(at, name)] : [])];
    }),
  ];
}
