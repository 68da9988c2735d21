import {
  CelCostError,
  CelEvaluationError,
  celFromJson,
  celJsonMap,
  CelTimestamp,
  type CelValue,
} from "@weir/cel";
import type { JsonObject } from "@weir/core";
import type { CompiledPolicy, PolicyExpression, PolicyValidation } from "./compile-policy.ts";

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
}

/** What one evaluation of a policy may cost, and its conditions. */
const BUDGET = 10_000_000;
const CONDITIONS_BUDGET = 2_500_000;
const LONGEST_MESSAGE = 5 * 1024;
const OUT_OF_BUDGET =
  "validation failed due to running out of cost budget, no further validation rules will be run";

/** Everything that a policy has against a write; what cannot be evaluated counts where the policy fails closed. */
export function evaluatePolicy(
  policy: CompiledPolicy,
  input: PolicyInput,
  failsClosed: boolean,
): readonly PolicyDenial[] {
  const evaluation = new Evaluation(policy, input);
  const deny = (message: string): readonly PolicyDenial[] => (failsClosed ? [{ message, reason: "" }] : []);
  const conditions = evaluation.conditions();
  if (conditions.kind === "failed") return deny(conditions.message);
  if (!conditions.holds) return [];
  const denials: PolicyDenial[] = [];
  for (const validation of policy.validations) {
    const result = evaluation.run(validation.expression);
    if (result.kind === "spent") return deny(OUT_OF_BUDGET);
    if (result.kind === "failed") denials.push(...deny(result.message));
    else if (result.value !== true) denials.push(evaluation.denial(validation));
  }
  for (const { expression } of policy.annotations) {
    const result = evaluation.run(expression);
    if (result.kind === "failed") denials.push(...deny(result.message));
  }
  return denials;
}

type Result =
  | { readonly kind: "value"; readonly value: CelValue }
  | { readonly kind: "failed"; readonly message: string }
  | { readonly kind: "spent" };

type Conditions =
  | { readonly kind: "decided"; readonly holds: boolean }
  | { readonly kind: "failed"; readonly message: string };

class Evaluation {
  readonly #policy: CompiledPolicy;
  readonly #names: ReadonlyMap<string, CelValue>;
  #cost = { left: CONDITIONS_BUDGET };

  constructor(policy: CompiledPolicy, input: PolicyInput) {
    this.#policy = policy;
    const lazily = Object.fromEntries([...policy.variables.keys()].map((name) => [name, name]));
    this.#names = new Map<string, CelValue>([
      ["object", celFromJson(input.object ?? null)],
      ["oldObject", celFromJson(input.oldObject ?? null)],
      ["request", celFromJson(input.request)],
      ["namespaceObject", withTimes(input.namespaceObject ?? null)],
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
    this.#cost = { left: BUDGET };
    if (failures.length === 0) return { kind: "decided", holds: true };
    return {
      kind: "failed",
      message: failures.length === 1 ? (failures[0] ?? "") : `[${failures.join(", ")}]`,
    };
  }

  run({ text, program, problem }: PolicyExpression): Result {
    if (program === undefined) return { kind: "failed", message: `compilation error: ${problem}` };
    try {
      return { kind: "value", value: program.evaluate((name) => this.#names.get(name), this.#cost) };
    } catch (error) {
      if (error instanceof CelCostError) return { kind: "spent" };
      if (!(error instanceof CelEvaluationError)) throw error;
      return { kind: "failed", message: `expression '${text}' resulted in error: ${error.message}` };
    }
  }

  denial(validation: PolicyValidation): PolicyDenial {
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
      return expression.program.evaluate((each) => this.#names.get(each), this.#cost);
    } catch (error) {
      if (!(error instanceof CelEvaluationError)) throw error;
      const message = `composited variable ${JSON.stringify(name)} fails to evaluate: ${error.message}`;
      throw new CelEvaluationError(message, { cause: error });
    }
  }
}

const TIMES = new Set(["creationTimestamp", "deletionTimestamp", "lastTransitionTime"]);

/** A Namespace, whose times are declared as such. */
function withTimes(value: unknown, name = ""): CelValue {
  if (typeof value === "string" && TIMES.has(name))
    return new CelTimestamp(BigInt(Date.parse(value)) * 1_000_000n);
  if (Array.isArray(value)) return value.map((item) => withTimes(item));
  if (value === null || typeof value !== "object") return celFromJson(value);
  return celJsonMap(value as Readonly<Record<string, unknown>>, withTimes);
}
