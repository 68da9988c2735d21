import {
  CelCostError,
  CelEvaluationError,
  celFromJson,
  celJsonMap,
  type CelValue,
  type Program,
} from "@weir/cel";
import type { JsonObject } from "@weir/core";
import type { CompiledPolicy, NamedCondition, PolicyExpression, PolicyValidation } from "./compile-policy.ts";

/** What expressions of a policy look at. */
export interface PolicyInput {
  readonly object: JsonObject | undefined;
  readonly oldObject: JsonObject | undefined;
  readonly request: JsonObject;
  readonly namespaceObject: JsonObject | undefined;
  readonly params: JsonObject | undefined;
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
const LONGEST_ANNOTATION = 10 * 1024;
const LONGEST_MESSAGE = 5 * 1024;
export const OUT_OF_BUDGET =
  "validation failed due to running out of cost budget, no further validation rules will be run";

/** Everything that a policy has against a write; what cannot be evaluated counts where the policy fails closed. */
// oxlint-disable-next-line max-params -- a policy, what it looks at, and who hears of it
export function evaluatePolicy(
  policy: CompiledPolicy,
  input: PolicyInput,
  failsClosed: boolean,
  annotate?: Annotate,
): readonly PolicyDenial[] {
  const evaluation = new Evaluation(policy, input);
  const deny = (message: string, expressionIndex = 0): readonly PolicyDenial[] =>
    failsClosed ? [{ message, reason: "", expressionIndex }] : [];
  const conditions = evaluation.conditions();
  if (conditions.kind === "failed") return deny(conditions.message);
  if (!conditions.holds) return [];
  const denials: PolicyDenial[] = [];
  for (const [index, validation] of policy.validations.entries()) {
    const result = evaluation.run(validation.expression);
    if (result.kind === "spent") return deny(OUT_OF_BUDGET);
    if (result.kind === "failed") denials.push(...deny(result.message, index));
    else if (result.value !== true)
      denials.push({ ...evaluation.denial(validation), expressionIndex: index });
  }
  return denials.concat(annotateAll(policy, evaluation, annotate).flatMap((problem) => deny(problem)));
}

/** Says what a policy has to say to an audit log; gives what could not be evaluated. */
function annotateAll(
  policy: CompiledPolicy,
  evaluation: Evaluation,
  annotate: Annotate | undefined,
): readonly string[] {
  const problems: string[] = [];
  for (const { key, expression } of policy.annotations) {
    const result = evaluation.run(expression);
    if (result.kind === "failed") problems.push(result.message);
    const value = result.kind === "value" && typeof result.value === "string" ? result.value.trim() : "";
    if (value !== "") annotate?.(key, value.slice(0, LONGEST_ANNOTATION));
  }
  return problems;
}

/** Whether the conditions of a webhook hold; what cannot be evaluated fails. */
export function evaluateConditions(conditions: readonly NamedCondition[], input: PolicyInput): Conditions {
  if (conditions.length === 0) return { kind: "decided", holds: true };
  return new Evaluation({ conditions, variables: new Map() }, input).conditions();
}

/** What every policy has. */
export type Conditional = Pick<CompiledPolicy, "conditions" | "variables">;

/** What an expression comes to. */
export type Result =
  | { readonly kind: "value"; readonly value: CelValue }
  | { readonly kind: "failed"; readonly message: string }
  | { readonly kind: "spent" };

/** What conditions come to. */
export type Conditions =
  | { readonly kind: "decided"; readonly holds: boolean }
  | { readonly kind: "failed"; readonly message: string };

/** One evaluation of a policy's expressions with what they look at; variables are evaluated once. */
export class Evaluation {
  readonly #policy: Conditional;
  readonly #names: ReadonlyMap<string, CelValue>;
  #left = CONDITIONS_BUDGET;

  constructor(policy: Conditional, input: PolicyInput) {
    this.#policy = policy;
    const lazily = Object.fromEntries([...policy.variables.keys()].map((name) => [name, name]));
    this.#names = new Map<string, CelValue>([
      ["object", celFromJson(input.object ?? null)],
      ["oldObject", celFromJson(input.oldObject ?? null)],
      ["request", celFromJson(input.request)],
      ["namespaceObject", celFromJson(input.namespaceObject ?? null)],
      ["params", celFromJson(input.params ?? null)],
      ["variables", celJsonMap(lazily, (_value, name) => this.#variable(name))],
    ]);
  }

  /** Whether all conditions hold. One that does not outweighs those that fail. */
  conditions(): Conditions {
    const failures: string[] = [];
    for (const { expression } of this.#policy.conditions) {
      const result = this.run(expression);
      if (result.kind === "value" && result.value === false) return { kind: "decided", holds: false };
      if (result.kind !== "value") failures.push(result.kind === "failed" ? result.message : OUT_OF_BUDGET);
    }
    this.#left = BUDGET;
    if (failures.length === 0) return { kind: "decided", holds: true };
    return {
      kind: "failed",
      message: failures.length === 1 ? (failures[0] ?? "") : `[${failures.join(", ")}]`,
    };
  }

  run({ text, program, problem }: PolicyExpression): Result {
    if (program === undefined) return { kind: "failed", message: `compilation error: ${problem}` };
    try {
      const value = this.#evaluate(program);
      return this.#left < 0 ? { kind: "spent" } : { kind: "value", value };
    } catch (error) {
      if (this.#left < 0) return { kind: "spent" };
      if (!(error instanceof CelEvaluationError || error instanceof CelCostError)) throw error;
      return { kind: "failed", message: `expression '${text}' resulted in error: ${error.message}` };
    }
  }

  /** What one call spends is taken from what is left for all. */
  #evaluate(program: Program): CelValue {
    const cost = { left: CALL_LIMIT };
    try {
      return program.evaluate((name) => this.#names.get(name), cost);
    } finally {
      this.#left -= CALL_LIMIT - cost.left;
    }
  }

  denial(validation: PolicyValidation): Omit<PolicyDenial, "expressionIndex"> {
    const { message, messageExpression, reason, expression } = validation;
    const made = messageExpression === undefined ? "" : this.#message(messageExpression);
    return { message: made || message.trim() || `failed expression: ${expression.text.trim()}`, reason };
  }

  /** Empty where it is no message: of another type, too long, or of several lines. */
  #message(expression: PolicyExpression): string {
    const result = this.run(expression);
    if (result.kind !== "value" || typeof result.value !== "string") return "";
    const message = result.value.trim();
    return Buffer.byteLength(message) > LONGEST_MESSAGE || message.includes("\n") ? "" : message;
  }

  #variable(name: string): CelValue {
    const expression = this.#policy.variables.get(name);
    if (expression?.program === undefined)
      throw new CelEvaluationError(
        `composited variable ${JSON.stringify(name)} fails to compile: ${expression?.problem ?? ""}`,
      );
    try {
      return this.#evaluate(expression.program);
    } catch (error) {
      if (!(error instanceof CelEvaluationError)) throw error;
      const message = `composited variable ${JSON.stringify(name)} fails to evaluate: ${error.message}`;
      throw new CelEvaluationError(message, { cause: error });
    }
  }
}
