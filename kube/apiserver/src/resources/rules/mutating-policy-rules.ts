import type { JsonObject } from "@weir/core";
import { type FieldError, invalidField, requiredField, unsupportedField } from "@weir/schema";
import { compileMutations, type Mutation } from "../../policies/mutating/compile-mutations.ts";
import type { KindRules } from "../builtin-strategy.ts";
import { child, children, strings, text } from "../draft-access.ts";
import { expressionErrors, matchConditionErrors } from "./match-rules.ts";
import {
  boundPolicyErrors,
  constraintErrors,
  failurePolicyErrors,
  paramKindErrors,
  variableErrors,
} from "./policy-parts.ts";

const OPERATIONS = ["*", "CONNECT", "CREATE", "UPDATE"];
const REINVOCATIONS = ["IfNeeded", "Never"];
const PATCH_TYPES = ["ApplyConfiguration", "JSONPatch"];

/** Policies that change what is written: what they are about, and expressions that compile. */
export const mutatingPolicyRules: KindRules = {
  validate: policyErrors,
  updateChecks: ["whole", "object"],
};

/** Bindings of mutating policies. */
export const mutatingBindingRules: KindRules = {
  validate: bindingErrors,
  updateChecks: ["whole", "object"],
};

function policyErrors(object: JsonObject): readonly FieldError[] {
  const spec = trimmed(child(object, "spec") ?? {});
  const compiled = compileMutations(spec);
  return [
    ...failurePolicyErrors(spec),
    ...paramKindErrors(spec),
    ...constraintErrors(spec),
    ...operationErrors(child(spec, "matchConstraints"), "spec.matchConstraints"),
    ...matchConditionErrors(spec, compiled.conditions, "spec.matchConditions"),
    ...variableErrors(spec, compiled.variables),
    ...mutationErrors(spec, compiled.mutations),
    ...reinvocationErrors(text(spec, "reinvocationPolicy")),
  ];
}

/** Expressions of mutations are looked at without the space around them. */
function trimmed(spec: JsonObject): JsonObject {
  const trim = (mutation: JsonObject, key: string): JsonObject => {
    const part = child(mutation, key);
    return part === undefined ? {} : { [key]: { ...part, expression: text(part, "expression").trim() } };
  };
  const mutations = children(spec, "mutations").map((mutation) => ({
    ...mutation,
    ...trim(mutation, "applyConfiguration"),
    ...trim(mutation, "jsonPatch"),
  }));
  return { ...spec, mutations };
}

/** Only what is created or updated can be changed. */
function operationErrors(resources: JsonObject | undefined, path: string): readonly FieldError[] {
  return children(resources, "resourceRules").flatMap((rule) =>
    strings(rule, "operations")
      .filter((operation) => !OPERATIONS.includes(operation))
      .map((operation) => unsupportedField(`${path}.resourceRules.operations`, operation, OPERATIONS)),
  );
}

function mutationErrors(
  spec: JsonObject,
  compiled: readonly (Mutation | undefined)[],
): readonly FieldError[] {
  const mutations = children(spec, "mutations");
  if (mutations.length === 0)
    return [requiredField("spec.mutations", "mutations must contain at least one item")];
  return mutations.flatMap((mutation, index) => {
    const at = `spec.mutations[${index}]`;
    const type = text(mutation, "patchType");
    if (type === "") return [requiredField(`${at}.patchType`)];
    if (!PATCH_TYPES.includes(type)) return [unsupportedField(`${at}.patchType`, type, PATCH_TYPES)];
    const [own, other] =
      type === "JSONPatch" ? ["jsonPatch", "applyConfiguration"] : ["applyConfiguration", "jsonPatch"];
    const errors = [...partErrors(mutation, own ?? "", compiled[index], at)];
    if (child(mutation, other ?? "") !== undefined) {
      const detail = `must not be specified when patchType is ${type}`;
      errors.push(invalidField(`${at}.${other}`, `{${other}}`, detail));
    }
    return errors;
  });
}

// oxlint-disable-next-line max-params -- one part of one mutation
function partErrors(
  mutation: JsonObject,
  key: string,
  compiled: Mutation | undefined,
  at: string,
): readonly FieldError[] {
  const part = child(mutation, key);
  const type = text(mutation, "patchType");
  if (part === undefined)
    return [requiredField(`${at}.${key}`, `must be specified when patchType is ${type}`)];
  if (text(part, "expression") === "") return [requiredField(`${at}.${key}.expression`)];
  return expressionErrors(compiled?.expression, `${at}.${key}.expression`);
}

function reinvocationErrors(policy: string): readonly FieldError[] {
  if (policy === "") return [requiredField("spec.reinvocationPolicy")];
  if (REINVOCATIONS.includes(policy)) return [];
  return [unsupportedField("spec.reinvocationPolicy", policy, REINVOCATIONS)];
}

function bindingErrors(object: JsonObject): readonly FieldError[] {
  const spec = child(object, "spec") ?? {};
  return [
    ...boundPolicyErrors(spec),
    ...operationErrors(child(spec, "matchResources"), "spec.matchResources"),
  ];
}
