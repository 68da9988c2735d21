import { type CelType, listOf, withPatchTypes } from "@weir/cel";
import type { JsonObject } from "@weir/core";
import { child, children, text } from "../../resources/draft-access.ts";
import {
  compileConditions,
  compileExpression,
  compileVariables,
  type PolicyExpression,
  variableType,
} from "../compile-policy.ts";
import type { Conditional } from "../evaluate-policy.ts";
import { policyEnvironment } from "../policy-environment.ts";
import type { PolicyKind } from "../policy-set.ts";

/** One change that a policy makes. */
export interface Mutation {
  readonly kind: "apply-configuration" | "json-patch";
  readonly expression: PolicyExpression;
}

/** A mutating policy whose expressions are compiled. */
export interface CompiledMutations extends Conditional {
  /** In the order in which they are made; one that says not what it is has none. */
  readonly mutations: readonly (Mutation | undefined)[];
  readonly isReinvoked: boolean;
}

/** Policies that change what is written. */
export const mutatingPolicies: PolicyKind<CompiledMutations> = {
  policies: "mutatingadmissionpolicies",
  bindings: "mutatingadmissionpolicybindings",
  compile: compileMutations,
};

const OBJECT: CelType = { kind: "object", name: "Object", params: [] };
const JSON_PATCH: CelType = listOf({ kind: "object", name: "JSONPatch", params: [] });

/** Compiles every expression of a mutating policy's spec; nothing is thrown for what cannot be compiled. */
export function compileMutations(spec: JsonObject): CompiledMutations {
  const hasParams = child(spec, "paramKind") !== undefined;
  const variables = compileVariables(spec, hasParams);
  const types = new Map([...variables].map(([name, { type }]) => [name, variableType(type)]));
  const environment = withPatchTypes(policyEnvironment(hasParams, types));
  const compiled = (mutation: JsonObject, key: string, type: CelType): PolicyExpression | undefined => {
    const part = child(mutation, key);
    return part && compileExpression(text(part, "expression"), environment, [type]);
  };
  return {
    conditions: compileConditions(spec, hasParams),
    variables,
    isReinvoked: text(spec, "reinvocationPolicy") === "IfNeeded",
    mutations: children(spec, "mutations").map((mutation): Mutation | undefined => {
      const isPatch = text(mutation, "patchType") === "JSONPatch";
      const expression = isPatch
        ? compiled(mutation, "jsonPatch", JSON_PATCH)
        : compiled(mutation, "applyConfiguration", OBJECT);
      const kind = isPatch ? "json-patch" : "apply-configuration";
      return expression && { kind, expression };
    }),
  };
}
