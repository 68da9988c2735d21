import {
  authorizerValue,
  celFailure,
  celFromJson,
  celJsonMap,
  type CelValue,
  holdsMoreThan,
  type Measured,
  type Program,
  resourceCheckValue,
} from "@weir/cel";
import type { JsonObject } from "@weir/core";
import type { CompiledPolicy, NamedCondition, PolicyExpression, PolicyValidation } from "./compile-policy.ts";
import type { ExpressionAuthorizer } from "./policy-authorizer.ts";

/** What expressions of a policy look at. */
export interface PolicyInput {
  readonly object: JsonObject | undefined;
  readonly oldObject: JsonObject | undefined;
  readonly request: JsonObject;
  readonly namespaceObject: JsonObject | undefined;
  readonly params: JsonObject | undefined;
  /** Whom expressions ask what somebody may do. */
  readonly authorizer: ExpressionAuthorizer | undefined;
}

/** Why a policy is against a write. */
export interface PolicyDenial {
  readonly message: string;
  /** The reason of the Status; `Invalid` where it is empty. */
  readonly reason: string;
  /** Which of the policy's validations it is. */
  readonly expressionIndex: number;
}

/** Takes what a policy has to say to an audit log. */
export type Annotate = (key: string, value: string) => void;

/** What one expression may cost. */
const CALL_LIMIT = 1_000_000;
/** What one evaluation of a policy may cost, and its conditions. */
const BUDGET = 10_000_000;
const CONDITIONS_BUDGET = 2_500_000;
/** Nothing that is larger could be stored. */
const LARGEST_VALUE = 1_000_000;
const LONGEST_ANNOTATION = 10 * 1024;
const LONGEST_MESSAGE = 5 * 1024;
export const OUT_OF_BUDGET =
  "validation failed due to running out of cost budget, no further validation rules will be run";

/**
 * Everything that a policy has against a write; what cannot be evaluated counts where the policy fails closed. Conditions,
 * validations with their messages, and annotations each have a budget and evaluate variables by themselves.
 */
// oxlint-disable-next-line max-params -- a policy, what it looks at, and who hears of it
export function evaluatePolicy(
  policy: CompiledPolicy,
  input: PolicyInput,
  failsClosed: boolean,
  annotate?: Annotate,
): readonly PolicyDenial[] {
  const refuse: Refuse = (message, expressionIndex = 0) =>
    failsClosed ? [{ message, reason: "", expressionIndex }] : [];
  const conditions = evaluateConditions(policy, input);
  if (conditions.kind === "failed") return refuse(conditions.message);
  if (!conditions.holds) return [];
  const evaluation = new Evaluation(policy, input, BUDGET);
  const results: Result[] = [];
  for (const { expression } of policy.validations) {
    const result = evaluation.run(expression);
    if (result.kind === "spent") return refuse(OUT_OF_BUDGET);
    results.push(result);
  }
  const unasked = { ...input, authorizer: undefined };
  const messages = messagesOf(policy, new Evaluation(policy, unasked, evaluation.left));
  const denials = policy.validations.flatMap((validation, index) => {
    const result = results[index];
    if (result?.kind === "failed") return refuse(result.message, index);
    if (messages === "spent") return refuse(`failed messageExpression: ${OUT_OF_BUDGET}`, index);
    if (result?.kind === "value" && result.value === true) return [];
    return [denialOf(validation, messages[index] ?? "", index)];
  });
  const annotations = annotationDenials(policy, new Evaluation(policy, unasked, BUDGET), {
    refuse,
    annotate,
  });
  return annotations === "spent" ? refuse(OUT_OF_BUDGET) : [...denials, ...annotations];
}

type Refuse = (message: string, expressionIndex?: number) => readonly PolicyDenial[];

/** What the messages of all validations come to, also of those that hold; empty where one is of no use. */
function messagesOf(policy: CompiledPolicy, evaluation: Evaluation): readonly string[] | "spent" {
  const messages: string[] = [];
  for (const { messageExpression } of policy.validations) {
    const result = messageExpression === undefined ? undefined : evaluation.run(messageExpression);
    if (result?.kind === "spent") return "spent";
    messages.push(result?.kind === "value" ? usableMessage(result.value) : "");
  }
  return messages;
}

/** Empty where it is no message: of another type, too long, or of several lines. */
function usableMessage(value: CelValue): string {
  const message = typeof value === "string" ? value.trim() : "";
  return Buffer.byteLength(message) > LONGEST_MESSAGE || message.includes("\n") ? "" : message;
}

function denialOf(
  { message, reason, expression }: PolicyValidation,
  made: string,
  expressionIndex: number,
): PolicyDenial {
  const said = made || message.trim() || `failed expression: ${expression.text.trim()}`;
  return { message: said, reason, expressionIndex };
}

function annotationDenials(
  policy: CompiledPolicy,
  evaluation: Evaluation,
  { refuse, annotate }: { readonly refuse: Refuse; readonly annotate: Annotate | undefined },
): readonly PolicyDenial[] | "spent" {
  const results: (readonly [key: string, result: Result])[] = [];
  for (const { key, expression } of policy.annotations) {
    const result = evaluation.run(expression);
    if (result.kind === "spent") return "spent";
    results.push([key, result]);
  }
  return results.flatMap(([key, result]) => {
    if (result.kind === "failed") return refuse(result.message);
    const value = result.kind === "value" && typeof result.value === "string" ? result.value.trim() : "";
    if (value !== "") annotate?.(key, value.slice(0, LONGEST_ANNOTATION));
    return [];
  });
}

/**
 * Whether all conditions hold. All are evaluated, without a look at the namespace; one that does not hold outweighs those
 * that fail, but not that they cost too much together.
 */
export function evaluateConditions(policy: Conditional, input: PolicyInput): Conditions {
  if (policy.conditions.length === 0) return { kind: "decided", holds: true };
  const evaluation = new Evaluation(policy, { ...input, namespaceObject: undefined }, CONDITIONS_BUDGET);
  const failures = new Set<string>();
  let holds = true;
  for (const { expression } of policy.conditions) {
    const result = evaluation.run(expression);
    if (result.kind === "spent") return { kind: "failed", message: OUT_OF_BUDGET };
    if (result.kind === "failed") failures.add(result.message);
    else if (result.value === false) holds = false;
  }
  if (!holds || failures.size === 0) return { kind: "decided", holds };
  const [first = ""] = failures;
  return { kind: "failed", message: failures.size === 1 ? first : `[${[...failures].join(", ")}]` };
}

/** What every policy has. */
export interface Conditional {
  readonly conditions: readonly NamedCondition[];
  readonly variables: ReadonlyMap<string, PolicyExpression>;
}

/** What an expression comes to. */
export type Result =
  | { readonly kind: "value"; readonly value: CelValue }
  | { readonly kind: "failed"; readonly message: string }
  | { readonly kind: "spent" };

/** What conditions come to. */
export type Conditions =
  | { readonly kind: "decided"; readonly holds: boolean }
  | { readonly kind: "failed"; readonly message: string };

/** Expressions of a policy that share what they look at, a budget, and variables that are evaluated once. */
export class Evaluation {
  readonly #policy: Conditional;
  readonly #names: ReadonlyMap<string, CelValue>;
  #left: number;

  constructor(policy: Conditional, input: PolicyInput, budget = BUDGET) {
    this.#policy = policy;
    this.#left = budget;
    const lazily = Object.fromEntries([...policy.variables.keys()].map((name) => [name, name]));
    this.#names = new Map<string, CelValue>([
      ["object", celFromJson(input.object ?? null)],
      ["oldObject", celFromJson(input.oldObject ?? null)],
      ["request", celFromJson(input.request)],
      ["namespaceObject", celFromJson(input.namespaceObject ?? null)],
      ["params", celFromJson(input.params ?? null)],
      ["variables", celJsonMap(lazily, (_value, name) => this.#variable(name))],
      ...authorizerNames(input.authorizer),
    ]);
  }

  /** What the expressions may still cost. */
  get left(): number {
    return this.#left;
  }

  run({ text, program, problem }: PolicyExpression): Result {
    if (program === undefined) return { kind: "failed", message: `compilation error: ${problem}` };
    const result = this.#measure(program);
    if (this.#left < 0) return { kind: "spent" };
    if (result.kind === "value")
      return holdsMoreThan(result.value, LARGEST_VALUE) ? { kind: "spent" } : result;
    return { kind: "failed", message: `expression '${text}' resulted in error: ${result.error.message}` };
  }

  /** What one call spends is taken from what is left for all. */
  #measure(program: Program): Measured {
    const result = program.measure((name) => this.#names.get(name), CALL_LIMIT);
    this.#left -= result.cost;
    return result;
  }

  /** A variable that cannot be evaluated matters only where its value does. */
  #variable(name: string): CelValue {
    const variable = this.#policy.variables.get(name);
    const quoted = JSON.stringify(name);
    if (variable?.program === undefined)
      return celFailure(`composited variable ${quoted} fails to compile: ${variable?.problem ?? ""}`);
    const result = this.#measure(variable.program);
    if (result.kind === "value") return result.value;
    return celFailure(`composited variable ${quoted} fails to evaluate: ${result.error.message}`);
  }
}

function authorizerNames(
  authorizer: ExpressionAuthorizer | undefined,
): ReadonlyArray<readonly [string, CelValue]> {
  if (authorizer === undefined) return [];
  const { authorize, resource } = authorizer;
  return [
    ["authorizer", authorizerValue(authorize)],
    ["authorizer.requestResource", resourceCheckValue(authorize, resource)],
  ];
}
