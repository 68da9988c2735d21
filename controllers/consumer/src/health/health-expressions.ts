import type { HealthStatus, JudgeHealth } from "@weir/apply";
import { compileFluxHealth, type FluxExpression } from "@weir/cel";
import { describeError, WeirError } from "@weir/core";
import { gvkOf, type KubeObject } from "@weir/objects";

/** How the health of a kind is read from its objects. */
export interface HealthCheckExpression {
  readonly apiVersion: string;
  readonly kind?: string | undefined;
  readonly current: string;
  readonly failed?: string | undefined;
  readonly inProgress?: string | undefined;
}

/** A list of health expressions cannot be used; the message is Flux's, the cause says what is wrong with an expression. */
export class HealthExpressionError extends WeirError {
  override readonly name = "HealthExpressionError";
  readonly reason = "InvalidCELExpression";
  readonly retry = "never";
  readonly index: number;

  constructor(index: number, problem: string, options?: { readonly cause?: unknown }) {
    super(problem, options);
    this.index = index;
  }
}

interface Evaluator {
  readonly current: FluxExpression;
  readonly failed: FluxExpression | undefined;
  readonly inProgress: FluxExpression | undefined;
}

/**
 * Judges objects by the expressions for their kind, or for their whole group where an entry names no kind; `undefined`
 * where there are none. Throws `HealthExpressionError`.
 */
export function judgeByExpressions(checks: readonly HealthCheckExpression[]): JudgeHealth | undefined {
  if (checks.length === 0) return undefined;
  const evaluators = new Map<string, Evaluator>();
  for (const [index, check] of checks.entries()) {
    const group = gvkOf({ apiVersion: check.apiVersion, kind: check.kind }).group;
    const kind = check.kind ?? "";
    const name = group === "" ? kind : `${kind}.${group}`;
    if (evaluators.has(keyOf(group, kind))) {
      const problem = `duplicate custom health check for GroupKind ${name} at healthchecks[${index}]`;
      throw new HealthExpressionError(index, problem);
    }
    evaluators.set(keyOf(group, kind), readEvaluator(check, index));
  }
  return (object) => {
    const group = gvkOf(object).group;
    const evaluator = evaluators.get(keyOf(group, object.kind)) ?? evaluators.get(keyOf(group, ""));
    return evaluator && judge(evaluator, object);
  };
}

function keyOf(group: string, kind: string): string {
  return `${group}/${kind}`;
}

function readEvaluator(
  { current, failed = "", inProgress = "" }: HealthCheckExpression,
  index: number,
): Evaluator {
  const read = (name: string, text: string): FluxExpression => {
    try {
      return compileFluxHealth(text);
    } catch (cause) {
      const problem = `failed to create custom status evaluator for healthchecks[${index}]: failed to parse the expression ${name}`;
      throw new HealthExpressionError(index, problem, { cause });
    }
  };
  return {
    current: read("Current", current),
    failed: failed === "" ? undefined : read("Failed", failed),
    inProgress: inProgress === "" ? undefined : read("InProgress", inProgress),
  };
}

/** An object whose last generation was not observed is in progress; else the first expression that is true decides. */
function judge({ current, failed, inProgress }: Evaluator, object: KubeObject): HealthStatus {
  const { status } = object as { readonly status?: { readonly observedGeneration?: unknown } | null };
  const observed = status?.observedGeneration;
  const { generation } = object.metadata;
  if (Number.isInteger(observed) && generation !== undefined && observed !== generation) {
    return { status: "InProgress" };
  }
  try {
    if (inProgress?.evaluate(object) === true) return { status: "InProgress" };
    if (failed?.evaluate(object) === true) return { status: "Failed" };
    return { status: current.evaluate(object) ? "Current" : "InProgress" };
  } catch (error) {
    if (error instanceof WeirError) return { status: "Unknown", problem: describeError(error) };
    throw error;
  }
}
