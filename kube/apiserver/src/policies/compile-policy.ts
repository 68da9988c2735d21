import {
  BOOL,
  CelCompileError,
  CelProgramError,
  type CelType,
  compile,
  DYN,
  type Environment,
  formatType,
  NULL,
  type Program,
  STRING,
} from "@weir/cel";
import type { JsonObject } from "@weir/core";
import { child, children, text } from "../resources/draft-access.ts";
import { policyEnvironment } from "./policy-environment.ts";

/** An expression of a policy, ready to run or with what keeps it from that. */
export interface PolicyExpression {
  readonly text: string;
  readonly type: CelType;
  readonly program: Program | undefined;
  /** In the API server's words; empty where there is a program. */
  readonly problem: string;
  /** The expression is well typed, and cannot be made ready all the same. */
  readonly isInternal: boolean;
}

/** One thing that a policy asks for. */
export interface PolicyValidation {
  readonly expression: PolicyExpression;
  readonly message: string;
  readonly messageExpression: PolicyExpression | undefined;
  readonly reason: string;
}

/** A condition under which admission looks at a write at all. */
export interface NamedCondition {
  readonly name: string;
  readonly expression: PolicyExpression;
}

/** A policy whose expressions are compiled. */
export interface CompiledPolicy {
  readonly conditions: readonly NamedCondition[];
  readonly variables: ReadonlyMap<string, PolicyExpression>;
  readonly validations: readonly PolicyValidation[];
  readonly annotations: readonly { readonly key: string; readonly expression: PolicyExpression }[];
}

/** Compiles every expression of a policy's spec; nothing is thrown for what cannot be compiled. */
export function compilePolicy(spec: JsonObject): CompiledPolicy {
  const hasParams = child(spec, "paramKind") !== undefined;
  const variables = compileVariables(spec, hasParams);
  const types = new Map([...variables].map(([name, { type }]) => [name, variableType(type)]));
  const named = variables.size === 0 ? undefined : types;
  const environment = policyEnvironment(hasParams, named);
  const messages = policyEnvironment(hasParams, named, false);
  return {
    conditions: compileConditions(spec, hasParams),
    variables,
    validations: children(spec, "validations").map((validation) => ({
      expression: compileExpression(text(validation, "expression"), environment, [BOOL]),
      message: text(validation, "message"),
      messageExpression: optional(text(validation, "messageExpression"), messages),
      reason: text(validation, "reason"),
    })),
    annotations: children(spec, "auditAnnotations").map((annotation) => ({
      key: text(annotation, "key"),
      expression: compileExpression(text(annotation, "valueExpression"), environment, [STRING, NULL]),
    })),
  };
}

/** The `matchConditions` of a policy's spec or of a webhook. */
export function compileConditions(parent: JsonObject, hasParams: boolean): readonly NamedCondition[] {
  const conditions = children(parent, "matchConditions");
  if (conditions.length === 0) return [];
  const environment = policyEnvironment(hasParams, undefined);
  return conditions.map((condition) => ({
    name: text(condition, "name"),
    expression: compileExpression(text(condition, "expression").trim(), environment, [BOOL]),
  }));
}

function optional(expression: string, environment: Environment): PolicyExpression | undefined {
  return expression.trim() === "" ? undefined : compileExpression(expression, environment, [STRING]);
}

/** Each variable sees those before it. */
export function compileVariables(
  spec: JsonObject,
  hasParams: boolean,
): ReadonlyMap<string, PolicyExpression> {
  const variables = new Map<string, PolicyExpression>();
  const types = new Map<string, CelType>();
  for (const variable of children(spec, "variables")) {
    const compiled = compileExpression(text(variable, "expression"), policyEnvironment(hasParams, types), []);
    variables.set(text(variable, "name"), compiled);
    types.set(text(variable, "name"), variableType(compiled.type));
  }
  return variables;
}

const PLAIN_KINDS: ReadonlySet<string> = new Set(
  "bool bytes double duration int null string timestamp uint".split(" "),
);

/** As what expressions see a variable: what is not made of plain types, lists and maps is of any type. */
export function variableType(type: CelType): CelType {
  if (PLAIN_KINDS.has(type.kind)) return type;
  if (type.kind !== "list" && type.kind !== "map") return DYN;
  return { ...type, params: type.params.map(variableType) };
}

/** Compiles an expression that has to be of one of some types; no expected types are any type. */
export function compileExpression(
  expression: string,
  environment: Environment,
  expected: readonly CelType[],
): PolicyExpression {
  const refused = (problem: string, isInternal = false): PolicyExpression => ({
    text: expression,
    type: DYN,
    program: undefined,
    problem,
    isInternal,
  });
  try {
    const compiled = compile(expression, environment);
    const type = compiled.type ?? DYN;
    const shown = formatType(type);
    if (expected.length > 0 && !expected.some((each) => formatType(each) === shown))
      return refused(wrongType(expected, type));
    return { text: expression, type, program: compiled.program(), problem: "", isInternal: false };
  } catch (error) {
    if (error instanceof CelCompileError) return refused(`compilation failed: ${error.message}`);
    if (error instanceof CelProgramError)
      return refused(`program instantiation failed: ${error.message}`, true);
    throw error;
  }
}

function wrongType(expected: readonly CelType[], type: CelType): string {
  const names = expected.map(formatType);
  const wanted = names.length === 1 ? names[0] : `one of [${names.join(" ")}]`;
  return `must evaluate to ${wanted} but got ${formatType(type)}`;
}
