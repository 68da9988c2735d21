import type { JsonObject } from "@weir/core";
import { type FieldError, forbiddenField, invalidField, requiredField } from "@weir/schema";
import { child, children, number, strings, text } from "../../resources/draft-access.ts";
import { selectorErrors } from "../label-selector.ts";
import { dns1123Label, dns1123Subdomain, labelValueErrors, qualifiedNameErrors } from "../names.ts";

const REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";

/** What is wrong with what a Pod likes to be near to. */
export function affinityErrors(spec: JsonObject, field: string): readonly FieldError[] {
  const affinity = child(spec, "affinity");
  return [
    ...nodeErrors(child(affinity, "nodeAffinity"), `${field}.nodeAffinity`),
    ...podErrors(child(affinity, "podAffinity"), `${field}.podAffinity`),
    ...podErrors(child(affinity, "podAntiAffinity"), `${field}.podAntiAffinity`),
  ];
}

function nodeErrors(affinity: JsonObject | undefined, field: string): readonly FieldError[] {
  const required = child(affinity, REQUIRED);
  const errors =
    required === undefined ? [] : [...nodeSelectorErrors(required, `${field}.${REQUIRED}.nodeSelectorTerms`)];
  children(affinity, PREFERRED).forEach((term, index) => {
    const at = `${field}.${PREFERRED}[${index}]`;
    errors.push(...weightErrors(term, at));
    errors.push(...nodeTermErrors(child(term, "preference") ?? {}, `${at}.preference`, true));
  });
  return errors;
}

function nodeSelectorErrors(selector: JsonObject, field: string): readonly FieldError[] {
  const terms = children(selector, "nodeSelectorTerms");
  if (terms.length === 0) return [requiredField(field, "must have at least one node selector term")];
  return terms.flatMap((term, index) => nodeTermErrors(term, `${field}[${index}]`, false));
}

/** What is wrong with a term by which nodes are selected; a preference may ask for values that no label has. */
export function nodeTermErrors(
  term: JsonObject,
  field: string,
  allowsAnyValue: boolean,
): readonly FieldError[] {
  return [
    ...children(term, "matchExpressions").flatMap((expression, index) =>
      expressionErrors(expression, `${field}.matchExpressions[${index}]`, allowsAnyValue),
    ),
    ...children(term, "matchFields").flatMap((expression, index) =>
      fieldErrors(expression, `${field}.matchFields[${index}]`),
    ),
  ];
}

function expressionErrors(
  expression: JsonObject,
  field: string,
  allowsAnyValue: boolean,
): readonly FieldError[] {
  const key = text(expression, "key");
  const errors = [
    ...operatorErrors(expression, field),
    ...qualifiedNameErrors(key).map((why) => invalidField(`${field}.key`, key, why)),
  ];
  if (allowsAnyValue) return errors;
  strings(expression, "values").forEach((value, index) => {
    for (const why of labelValueErrors(value))
      errors.push(invalidField(`${field}.values[${index}]`, value, why));
  });
  return errors;
}

function operatorErrors(expression: JsonObject, field: string): readonly FieldError[] {
  const operator = text(expression, "operator");
  const count = strings(expression, "values").length;
  const at = `${field}.values`;
  switch (operator) {
    case "In":
    case "NotIn":
      return count > 0 ? [] : [requiredField(at, "must be specified when `operator` is 'In' or 'NotIn'")];
    case "Exists":
    case "DoesNotExist":
      return count === 0
        ? []
        : [forbiddenField(at, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")];
    case "Gt":
    case "Lt":
      return count === 1
        ? []
        : [requiredField(at, "must be specified single value when `operator` is 'Lt' or 'Gt'")];
    default:
      return [invalidField(`${field}.operator`, operator, "not a valid selector operator")];
  }
}

function fieldErrors(expression: JsonObject, field: string): readonly FieldError[] {
  const operator = text(expression, "operator");
  const key = text(expression, "key");
  const values = strings(expression, "values");
  const isKnown = operator === "In" || operator === "NotIn";
  const detail = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
  return [
    ...(isKnown ? [] : [invalidField(`${field}.operator`, operator, "not a valid selector operator")]),
    ...(isKnown && values.length !== 1 ? [requiredField(`${field}.values`, detail)] : []),
    ...(key === "metadata.name"
      ? values.flatMap((name, index) =>
          dns1123Subdomain(name, false).map((why) => invalidField(`${field}.values[${index}]`, name, why)),
        )
      : [invalidField(`${field}.key`, key, "not a valid field selector key")]),
  ];
}

function weightErrors(term: JsonObject, field: string): readonly FieldError[] {
  const weight = number(term, "weight") ?? 0;
  return weight > 0 && weight <= 100
    ? []
    : [invalidField(`${field}.weight`, weight, "must be in the range 1-100")];
}

function podErrors(affinity: JsonObject | undefined, field: string): readonly FieldError[] {
  return [
    ...children(affinity, REQUIRED).flatMap((term, index) =>
      podTermErrors(term, `${field}.${REQUIRED}[${index}]`),
    ),
    ...children(affinity, PREFERRED).flatMap((term, index) => {
      const at = `${field}.${PREFERRED}[${index}]`;
      const inner = child(term, "podAffinityTerm") ?? {};
      return [...weightErrors(term, at), ...podTermErrors(inner, `${at}.podAffinityTerm`)];
    }),
  ];
}

function podTermErrors(term: JsonObject, field: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const name of ["labelSelector", "namespaceSelector"]) {
    const selector = child(term, name);
    if (selector !== undefined) errors.push(...selectorErrors(selector, `${field}.${name}`));
  }
  for (const name of strings(term, "namespaces"))
    for (const why of dns1123Label(name, false)) errors.push(invalidField(`${field}.namespace`, name, why));
  const [matched, mismatched] = [strings(term, "matchLabelKeys"), strings(term, "mismatchLabelKeys")];
  errors.push(...matchKeyErrors(field, { matched, mismatched, selector: child(term, "labelSelector") }));
  const key = text(term, "topologyKey");
  if (key === "") errors.push(requiredField(`${field}.topologyKey`, "can not be empty"));
  for (const why of qualifiedNameErrors(key)) errors.push(invalidField(`${field}.topologyKey`, key, why));
  return errors;
}

/** Keys whose values a selector takes from the Pod itself. */
export interface MatchedKeys {
  readonly matched: readonly string[];
  readonly mismatched: readonly string[];
  readonly selector: JsonObject | undefined;
}

/** What is wrong with such keys, by themselves and beside each other. */
export function matchKeyErrors(
  field: string,
  { matched, mismatched, selector }: MatchedKeys,
): readonly FieldError[] {
  if (matched.length === 0 && mismatched.length === 0) return [];
  const errors = [
    ...labelKeyErrors(matched, `${field}.matchLabelKeys`, selector !== undefined),
    ...labelKeyErrors(mismatched, `${field}.mismatchLabelKeys`, selector !== undefined),
  ];
  const selected = new Set(Object.keys(child(selector, "matchLabels") ?? {}));
  for (const expression of children(selector, "matchExpressions")) {
    const key = text(expression, "key");
    const index = matched.lastIndexOf(key);
    // Upstream names the place in the list as if the term were the list.
    if (index >= 0 && selected.has(key))
      errors.push(invalidField(`${field}[${index}]`, key, "exists in both matchLabelKeys and labelSelector"));
    selected.add(key);
  }
  matched.forEach((key, index) => {
    if (!mismatched.includes(key)) return;
    const detail = "exists in both matchLabelKeys and mismatchLabelKeys";
    errors.push(invalidField(`${field}.matchLabelKeys[${index}]`, key, detail));
  });
  return errors;
}

function labelKeyErrors(keys: readonly string[], field: string, hasSelector: boolean): readonly FieldError[] {
  if (keys.length === 0) return [];
  if (!hasSelector) return [forbiddenField(field, "must not be specified when labelSelector is not set")];
  return keys.flatMap((key, index) =>
    qualifiedNameErrors(key).map((why) => invalidField(`${field}[${index}]`, key, why)),
  );
}
