import type { JsonObject } from "@weir/core";
import {
  duplicateField,
  type FieldError,
  internalFieldError,
  invalidField,
  requiredField,
  tooManyField,
  unsupportedField,
} from "@weir/schema";
import type { NamedCondition, PolicyExpression } from "../../policies/compile-policy.ts";
import { selectorErrors } from "../../validation/label-selector.ts";
import { pathSegmentName, qualifiedNameErrors } from "../../validation/names.ts";
import { child, children, strings, text } from "../draft-access.ts";

const OPERATIONS = ["*", "CONNECT", "CREATE", "DELETE", "UPDATE"];
const SCOPES = ["*", "Cluster", "Namespaced"];
const MATCH_POLICIES = ["Equivalent", "Exact"];
const MOST_CONDITIONS = 64;

/** What is wrong with how admission is told what it is about: resources, exclusions and selectors. */
export function matchResourceErrors(resources: JsonObject, path: string): readonly FieldError[] {
  const rules = (field: string): readonly FieldError[] =>
    children(resources, field).flatMap((rule, index) => {
      const at = `${path}.${field}[${index}]`;
      return [...resourceNameErrors(rule, at), ...ruleErrors(rule, at)];
    });
  return [
    ...matchPolicyErrors(resources, path),
    ...matchSelectorErrors(resources, path),
    ...rules("resourceRules"),
    ...rules("excludeResourceRules"),
  ];
}

function resourceNameErrors(rule: JsonObject, path: string): readonly FieldError[] {
  const names = strings(rule, "resourceNames");
  return names.flatMap((name, index) => {
    const at = `${path}.resourceNames[${index}]`;
    const errors = pathSegmentName(name, false).map((detail) => invalidField(at, name, detail));
    return names.indexOf(name) < index ? [...errors, duplicateField(at, name)] : errors;
  });
}

export function matchPolicyErrors(parent: JsonObject, path: string): readonly FieldError[] {
  const policy = parent["matchPolicy"];
  if (typeof policy !== "string" || MATCH_POLICIES.includes(policy)) return [];
  return [unsupportedField(`${path}.matchPolicy`, policy, MATCH_POLICIES)];
}

export function matchSelectorErrors(parent: JsonObject, path: string): readonly FieldError[] {
  return ["namespaceSelector", "objectSelector"].flatMap((field) =>
    selectorErrors(child(parent, field) ?? {}, `${path}.${field}`),
  );
}

/** What is wrong with a rule of a webhook or a policy. */
export function ruleErrors(rule: JsonObject, path: string): readonly FieldError[] {
  const operations = strings(rule, "operations");
  const scope = rule["scope"];
  return [
    ...listErrors(operations, `${path}.operations`, "operations"),
    ...operations.flatMap((operation, index) =>
      OPERATIONS.includes(operation)
        ? []
        : [unsupportedField(`${path}.operations[${index}]`, operation, OPERATIONS)],
    ),
    ...listErrors(strings(rule, "apiGroups"), `${path}.apiGroups`, "API groups"),
    ...versionErrors(strings(rule, "apiVersions"), `${path}.apiVersions`),
    ...resourceErrors(strings(rule, "resources"), `${path}.resources`),
    ...(typeof scope !== "string" || SCOPES.includes(scope)
      ? []
      : [unsupportedField(`${path}.scope`, scope, SCOPES)]),
  ];
}

/** A list has something in it, and nothing beside everything. */
function listErrors(items: readonly string[], path: string, others: string): readonly FieldError[] {
  if (items.length === 0) return [requiredField(path)];
  if (items.length === 1 || !items.includes("*")) return [];
  return [invalidField(path, items, `if '*' is present, must not specify other ${others}`)];
}

function versionErrors(versions: readonly string[], path: string): readonly FieldError[] {
  const empty = versions.flatMap((version, index) =>
    version === "" ? [requiredField(`${path}[${index}]`)] : [],
  );
  return [...listErrors(versions, path, "API versions"), ...empty];
}

function resourceErrors(resources: readonly string[], path: string): readonly FieldError[] {
  if (resources.length === 0) return [requiredField(path)];
  const errors = resources.flatMap((resource, index) => {
    if (resource === "") return [requiredField(`${path}[${index}]`)];
    return coveredErrors(resource, resources.slice(0, index), `${path}[${index}]`);
  });
  if (resources.length > 1 && resources.includes("*/*"))
    errors.push(invalidField(path, resources, "if '*/*' is present, must not specify other resources"));
  const plain = resources.filter((resource) => resource !== "" && !resource.includes("/"));
  const hasOther = plain.length > 0 && plain.at(-1) !== "*";
  if (resources.includes("*") && hasOther) {
    const detail = "if '*' is present, must not specify other resources without subresources";
    errors.push(invalidField(path, resources, detail));
  }
  return errors;
}

/** A subresource that an earlier entry means already. */
function coveredErrors(resource: string, before: readonly string[], at: string): readonly FieldError[] {
  const [name = "", sub] = resource.split("/");
  if (sub === undefined) return [];
  return [`${name}/*`, `*/${sub}`]
    .filter((wider) => before.includes(wider))
    .map((wider) => invalidField(at, resource, `if '${wider}' is present, must not specify ${resource}`));
}

/** What an expression that does not compile is told. */
export function expressionErrors(
  expression: PolicyExpression | undefined,
  path: string,
): readonly FieldError[] {
  if (expression === undefined || expression.problem === "") return [];
  if (expression.isInternal) return [internalFieldError(path, expression.problem)];
  return [invalidField(path, expression.text, expression.problem)];
}

/** What is wrong with match conditions: each has a name of its own and an expression that is true or false. */
export function matchConditionErrors(
  parent: JsonObject,
  compiled: readonly NamedCondition[],
  path: string,
): readonly FieldError[] {
  const conditions = children(parent, "matchConditions");
  const errors: FieldError[] = [];
  if (conditions.length > MOST_CONDITIONS)
    errors.push(tooManyField(path, conditions.length, MOST_CONDITIONS));
  const names = new Set<string>();
  conditions.forEach((condition, index) => {
    const at = `${path}[${index}]`;
    const name = text(condition, "name");
    if (text(condition, "expression").trim() === "") errors.push(requiredField(`${at}.expression`));
    else errors.push(...expressionErrors(compiled[index]?.expression, `${at}.expression`));
    if (name === "") errors.push(requiredField(`${at}.name`));
    else errors.push(...qualifiedNameErrors(name).map((detail) => invalidField(`${at}.name`, name, detail)));
    if (name !== "" && names.has(name)) errors.push(duplicateField(`${at}.name`, name));
    names.add(name);
  });
  return errors;
}
