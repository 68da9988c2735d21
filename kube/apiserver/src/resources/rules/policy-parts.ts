import type { JsonObject } from "@weir/core";
import { type FieldError, forbiddenField, invalidField, requiredField, unsupportedField } from "@weir/schema";
import type { PolicyExpression } from "../../policies/compile-policy.ts";
import { selectorErrors } from "../../validation/label-selector.ts";
import { dns1035Label, dns1123Subdomain, pathSegmentName } from "../../validation/names.ts";
import { child, children, text } from "../draft-access.ts";
import { expressionErrors, matchResourceErrors } from "./match-rules.ts";

const IDENTIFIER = /^[_a-zA-Z][_a-zA-Z0-9]*$/;
const RESERVED = new Set(
  "true false null in as break const continue else for function if import let loop package namespace return var void while".split(
    " ",
  ),
);

/** What is wrong with what a policy does where it cannot be evaluated. */
export function failurePolicyErrors(spec: JsonObject): readonly FieldError[] {
  const policy = text(spec, "failurePolicy");
  if (["Fail", "Ignore"].includes(policy)) return [];
  return [unsupportedField("spec.failurePolicy", policy, ["Fail", "Ignore"])];
}

/** What is wrong with the kind of a policy's parameters. */
export function paramKindErrors(spec: JsonObject): readonly FieldError[] {
  const kind = child(spec, "paramKind");
  if (kind === undefined) return [];
  const name = text(kind, "kind");
  const nameProblems = dns1035Label(name.toLowerCase(), false);
  const prefix = "may have mixed case, but should otherwise match: ";
  const nameErrors =
    nameProblems.length === 0
      ? []
      : [invalidField("spec.paramKind.kind", name, `${prefix}${nameProblems.join(",")}`)];
  return [
    ...apiVersionErrors(text(kind, "apiVersion"), "spec.paramKind.apiVersion"),
    ...(name === "" ? [requiredField("spec.paramKind.kind")] : nameErrors),
  ];
}

function apiVersionErrors(apiVersion: string, path: string): readonly FieldError[] {
  if (apiVersion === "") return [requiredField(path)];
  const parts = apiVersion.split("/");
  if (parts.length > 2)
    return [invalidField(path, apiVersion, `unexpected GroupVersion string: ${apiVersion}`)];
  const [group = "", version = ""] = parts.length === 1 ? ["", apiVersion] : parts;
  const groupProblems = group === "" ? [] : dns1123Subdomain(group, false);
  const groupErrors = groupProblems.length === 0 ? [] : [invalidField(path, group, groupProblems.join(","))];
  if (version === "") return [...groupErrors, invalidField(path, apiVersion, "version must be specified")];
  const problems = dns1035Label(version, false);
  return problems.length === 0
    ? groupErrors
    : [...groupErrors, invalidField(path, version, problems.join(","))];
}

/** What is wrong with what a policy is about. */
export function constraintErrors(spec: JsonObject): readonly FieldError[] {
  const constraints = child(spec, "matchConstraints");
  if (constraints === undefined) return [requiredField("spec.matchConstraints")];
  const path = "spec.matchConstraints";
  const isEmpty = children(constraints, "resourceRules").length === 0;
  return [
    ...matchResourceErrors(constraints, path),
    ...(isEmpty ? [requiredField(`${path}.resourceRules`)] : []),
  ];
}

/** What is wrong with a policy's variables. */
export function variableErrors(
  spec: JsonObject,
  compiled: ReadonlyMap<string, PolicyExpression>,
): readonly FieldError[] {
  return children(spec, "variables").flatMap((variable, index) => {
    const at = `spec.variables[${index}]`;
    const name = text(variable, "name");
    const errors: FieldError[] = [];
    if (name.trim() === "") errors.push(requiredField(`${at}.name`, "name is not specified"));
    else if (!IDENTIFIER.test(name) || RESERVED.has(name))
      errors.push(invalidField(`${at}.name`, name, "must be a valid CEL identifier"));
    if (text(variable, "expression").trim() === "")
      errors.push(requiredField(`${at}.expression`, "expression is not specified"));
    else errors.push(...expressionErrors(compiled.get(name), `${at}.expression`));
    return errors;
  });
}

/** What is wrong with how a binding names its policy, its parameters and what it is about. */
export function boundPolicyErrors(spec: JsonObject): readonly FieldError[] {
  const name = text(spec, "policyName");
  const paramRef = child(spec, "paramRef");
  const resources = child(spec, "matchResources");
  return [
    ...(name === ""
      ? [requiredField("spec.policyName")]
      : dns1123Subdomain(name, false).map((detail) => invalidField("spec.policyName", name, detail))),
    ...(paramRef === undefined ? [] : paramRefErrors(paramRef, "spec.paramRef")),
    ...(resources === undefined ? [] : matchResourceErrors(resources, "spec.matchResources")),
  ];
}

function paramRefErrors(paramRef: JsonObject, path: string): readonly FieldError[] {
  const name = text(paramRef, "name");
  const selector = child(paramRef, "selector");
  const both = "name and selector are mutually exclusive";
  const errors = pathSegmentName(name, false).map((detail) => invalidField(`${path}.name`, name, detail));
  if (name !== "" && selector !== undefined) errors.push(forbiddenField(`${path}.name`, both));
  if (selector !== undefined) errors.push(...selectorErrors(selector, `${path}.selector`));
  if (name !== "" && selector !== undefined) errors.push(forbiddenField(`${path}.selector`, both));
  if (name === "" && selector === undefined)
    errors.push(requiredField(path, "one of name or selector must be specified"));
  const action = text(paramRef, "parameterNotFoundAction");
  if (action === "") errors.push(requiredField(`${path}.parameterNotFoundAction`));
  else if (!["Deny", "Allow"].includes(action))
    errors.push(unsupportedField(`${path}.parameterNotFoundAction`, action, ["Deny", "Allow"]));
  return errors;
}
