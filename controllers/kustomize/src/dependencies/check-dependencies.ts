import type { Artifact, Kustomization } from "@weir/api";
import { compileFluxReady } from "@weir/cel";
import { describeError, WeirError } from "@weir/core";
import { isConditionTrue } from "@weir/objects";
import { sourceKeyOf } from "../source/source-kinds.ts";
import { dependencyKeysOf, dependencyText } from "./dependency-keys.ts";
import { findCycle, type ReadKustomization } from "./find-cycle.ts";

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

/** What is asked of dependencies. */
export interface DependencyRules {
  /** Whether a dependency with a `readyExpr` must be ready in the common sense, too. */
  readonly isExpressionAdditive: boolean;
}

/**
 * Says why the dependencies of a Kustomization do not let it go on; `undefined` where they do.
 *
 * A dependency is ready when its last generation was observed, Ready is True and, where both are built from the same
 * source, it applied the revision that is to be built; one with a `readyExpr` when that is true. A cycle is named, since
 * nothing else would ever end the wait. Throws `ReadyExpressionError`.
 */
// oxlint-disable-next-line max-params -- what is judged, and what judging it takes
export function findUnreadyDependency(
  kustomization: Kustomization,
  artifact: Artifact,
  read: ReadKustomization,
  rules: DependencyRules = { isExpressionAdditive: false },
): string | undefined {
  for (const [index, key] of dependencyKeysOf(kustomization).entries()) {
    const name = dependencyText(key);
    const dependency = read(key);
    if (dependency === undefined) {
      return `dependency '${name}' not found: kustomizations.kustomize.toolkit.fluxcd.io ${JSON.stringify(key.name)} not found`;
    }
    const { readyExpr = "" } = kustomization.spec.dependsOn?.[index] ?? {};
    if (readyExpr !== "") {
      const problem = evaluateReadiness(readyExpr, kustomization, dependency);
      if (problem !== undefined) return problem;
      if (!rules.isExpressionAdditive) continue;
    }
    if (!isReady(dependency)) return `dependency '${name}' is not ready${cycleText(kustomization, read)}`;
    if (hasOtherRevision(kustomization, dependency, artifact))
      return `dependency '${name}' revision is not up to date`;
  }
  return undefined;
}

function hasOtherRevision(
  kustomization: Kustomization,
  dependency: Kustomization,
  artifact: Artifact,
): boolean {
  return (
    sharesSource(kustomization, dependency) && dependency.status?.lastAppliedRevision !== artifact.revision
  );
}

function evaluateReadiness(text: string, self: Kustomization, dep: Kustomization): string | undefined {
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

/** Whether the last generation of a Kustomization is in effect. */
export function isReady({ metadata, status }: Kustomization): boolean {
  return metadata.generation === status?.observedGeneration && isConditionTrue(status?.conditions, "Ready");
}

function sharesSource(a: Kustomization, b: Kustomization): boolean {
  const [aKey, bKey] = [sourceKeyOf(a), sourceKeyOf(b)];
  return (
    a.spec.sourceRef.kind === b.spec.sourceRef.kind &&
    aKey.name === bKey.name &&
    aKey.namespace === bKey.namespace
  );
}

function cycleText(kustomization: Kustomization, read: ReadKustomization): string {
  const cycle = findCycle(kustomization, read);
  return cycle === undefined ? "" : `: dependency cycle ${cycle.join(" -> ")}`;
}
