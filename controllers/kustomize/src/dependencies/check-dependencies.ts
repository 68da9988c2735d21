import type { Artifact, Kustomization } from "@weir/api";
import { dependencyText, findUnreadyDependency, isReady, type ReadDependency } from "@weir/consumer";
import type { JsonValue } from "@weir/core";
import { sourceKeyOf } from "../source/source-kinds.ts";

/** What is asked of dependencies. */
export interface DependencyOptions {
  /** Whether a dependency with a `readyExpr` must be ready in the common sense, too. */
  readonly isExpressionAdditive: boolean;
}

/**
 * Says why the dependencies of a Kustomization do not let it go on; `undefined` where they do.
 *
 * Besides being ready, a dependency that is built from the same source must have applied the revision that is to be built.
 * Throws `ReadyExpressionError`.
 */
// oxlint-disable-next-line max-params -- what is judged, and what judging it takes
export function checkDependencies(
  kustomization: Kustomization,
  artifact: Artifact,
  read: ReadDependency<Kustomization>,
  { isExpressionAdditive }: DependencyOptions = { isExpressionAdditive: false },
): string | undefined {
  return findUnreadyDependency(kustomization, {
    read,
    isExpressionAdditive,
    describeMissing: (key) =>
      `dependency '${dependencyText(key)}' not found: kustomizations.kustomize.toolkit.fluxcd.io ${JSON.stringify(key.name)} not found`,
    findObstacle: (dependency) => {
      if (!hasOtherRevision(kustomization, dependency, artifact)) return undefined;
      const { namespace = "", name } = dependency.metadata;
      return `dependency '${dependencyText({ namespace, name })}' revision is not up to date`;
    },
  });
}

/**
 * What of a Kustomization can let those that wait for it go on: the revision that it has in effect.
 *
 * That it comes into being, or fails in another way, changes nothing for them but the words of their message; those are
 * brought up to date when they look again by themselves.
 */
export function readyRevisionOf(kustomization: Kustomization): JsonValue | undefined {
  return isReady(kustomization) ? (kustomization.status?.lastAppliedRevision ?? "") : undefined;
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

function sharesSource(a: Kustomization, b: Kustomization): boolean {
  const [aKey, bKey] = [sourceKeyOf(a), sourceKeyOf(b)];
  return (
    a.spec.sourceRef.kind === b.spec.sourceRef.kind &&
    aKey.name === bKey.name &&
    aKey.namespace === bKey.namespace
  );
}
