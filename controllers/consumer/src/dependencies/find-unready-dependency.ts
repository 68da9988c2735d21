import { compileFluxReady } from "@weir/cel";
import { describeError, WeirError } from "@weir/core";
import { isConditionTrue, type ObjectKey } from "@weir/objects";
import { type Dependent, dependencyKeysOf, dependencyText } from "./dependency-keys.ts";
import { findCycle, type ReadDependency } from "./find-cycle.ts";

/** The `readyExpr` of a dependency cannot be used; waiting does not help. The message is Flux's, causes included. */
export class ReadyExpressionError extends WeirError {
  override readonly name = "ReadyExpressionError";
  readonly reason = "InvalidCELExpression";
  readonly retry = "never";
  readonly dependency: string;

  constructor(dependency: string, cause: unknown) {
    super(`terminal error: failed to evaluate dependency ${dependency}`, { cause });
    this.dependency = dependency;
  }
}

/** How the dependencies of a kind are judged. */
export interface DependencyRules<D extends Dependent> {
  /** Looks a dependency up. */
  readonly read: ReadDependency<D>;
  /** Whether a dependency with a `readyExpr` must be ready in the common sense, too; false by default. */
  readonly isExpressionAdditive?: boolean;
  /** What is said of a dependency that does not exist. */
  readonly describeMissing: (key: Required<ObjectKey>) => string;
  /** Why a dependency that is ready does not let the object go on, all the same; `undefined` where it does. */
  readonly findObstacle?: (dependency: D) => string | undefined;
}

/**
 * Says why the dependencies of an object do not let it go on; `undefined` where they do.
 *
 * A dependency is ready when its last generation was observed, Ready is True, and nothing else stands in the way; one with a
 * `readyExpr` when that is true. A cycle is named, since nothing else would ever end the wait. Throws
 * `ReadyExpressionError`.
 */
export function findUnreadyDependency<D extends Dependent>(
  dependent: D,
  rules: DependencyRules<D>,
): string | undefined {
  for (const [index, key] of dependencyKeysOf(dependent).entries()) {
    const name = dependencyText(key);
    const dependency = rules.read(key);
    if (dependency === undefined) return rules.describeMissing(key);
    const { readyExpr = "" } = dependent.spec.dependsOn?.[index] ?? {};
    if (readyExpr !== "") {
      const problem = evaluateReadiness(readyExpr, dependent, dependency);
      if (problem !== undefined) return problem;
      if (rules.isExpressionAdditive !== true) continue;
    }
    if (!isReady(dependency)) return `dependency '${name}' is not ready${cycleText(dependent, rules.read)}`;
    const obstacle = rules.findObstacle?.(dependency);
    if (obstacle !== undefined) return obstacle;
  }
  return undefined;
}

function evaluateReadiness(text: string, self: Dependent, dep: Dependent): string | undefined {
  const { name, namespace = "" } = dep.metadata;
  const expression = compiled(text, name ?? "");
  try {
    if (expression.evaluate({ self, dep })) return undefined;
  } catch (error) {
    if (error instanceof WeirError) return describeError(error);
    throw error;
  }
  return `dependency '${namespace}/${name}' is not ready according to readyExpr eval`;
}

function compiled(text: string, dependency: string): ReturnType<typeof compileFluxReady> {
  try {
    return compileFluxReady(text);
  } catch (error) {
    throw new ReadyExpressionError(dependency, error);
  }
}

/** Whether the last generation of an object is in effect. */
export function isReady({ metadata, status }: Pick<Dependent, "metadata" | "status">): boolean {
  return metadata.generation === status?.observedGeneration && isConditionTrue(status?.conditions, "Ready");
}

function cycleText<D extends Dependent>(dependent: D, read: ReadDependency<D>): string {
  const cycle = findCycle(dependent, read);
  return cycle === undefined ? "" : `: dependency cycle ${cycle.join(" -> ")}`;
}
