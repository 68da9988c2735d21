import type { Artifact, Kustomization } from "@weir/api";
import { isConditionTrue } from "@weir/objects";
import { sourceKeyOf } from "../source/source-kinds.ts";
import { dependencyKeysOf, dependencyText } from "./dependency-keys.ts";
import { findCycle, type ReadKustomization } from "./find-cycle.ts";

/**
 * Says why the dependencies of a Kustomization do not let it go on; `undefined` where they do.
 *
 * A dependency is ready when its last generation was observed, Ready is True and, where both are built from the same
 * source, it applied the revision that is to be built. A cycle is named, since nothing else would ever end the wait.
 */
export function findUnreadyDependency(
  kustomization: Kustomization,
  artifact: Artifact,
  read: ReadKustomization,
): string | undefined {
  for (const key of dependencyKeysOf(kustomization)) {
    const name = dependencyText(key);
    const dependency = read(key);
    if (dependency === undefined) {
      return `dependency '${name}' not found: kustomizations.kustomize.toolkit.fluxcd.io ${JSON.stringify(key.name)} not found`;
    }
    if (!isReady(dependency)) return `dependency '${name}' is not ready${cycleText(kustomization, read)}`;
    if (
      sharesSource(kustomization, dependency) &&
      dependency.status?.lastAppliedRevision !== artifact.revision
    ) {
      return `dependency '${name}' revision is not up to date`;
    }
  }
  return undefined;
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
