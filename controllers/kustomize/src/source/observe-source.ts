import { type Artifact, type Kustomization, Reason } from "@weir/api";
import { retryText, type Source } from "@weir/consumer";
import { halt, next, type Step } from "@weir/core";
import type { ObjectKey } from "@weir/objects";
import type { ResolvedOptions } from "../kustomization/controller-options.ts";
import { retryIntervalMsOf } from "../kustomization/timing.ts";
import { sourceKeyOf, sourceKindOf } from "./source-kinds.ts";

/** Reads a source by its kind and place; `undefined` where there is none. */
export type ReadSource = (kind: ReturnType<typeof sourceKindOf>, key: ObjectKey) => Source | undefined;

/** Finds the artifact that a Kustomization is to be built from, or says why there is none. */
export function observeSource(
  kustomization: Kustomization,
  read: ReadSource,
  options: ResolvedOptions,
): Step<Artifact> {
  const { sourceRef } = kustomization.spec;
  const key = sourceKeyOf(kustomization);
  const refusal = refusalOf(kustomization, key, options);
  if (refusal !== undefined) {
    return halt({ kind: "stalled", reason: Reason.AccessDenied, message: refusal });
  }
  const kind = sourceKindOf(sourceRef);
  const source = read(kind, key);
  if (source === undefined) {
    return halt({
      kind: "waiting",
      reason: Reason.ArtifactFailed,
      message: `${sourceRef.kind}.${kind.group} ${JSON.stringify(key.name)} not found`,
      recheckAfterMs: retryIntervalMsOf(kustomization.spec),
    });
  }
  const artifact = source.status?.artifact;
  return artifact === undefined
    ? halt(waitForArtifact("Source artifact not found", options))
    : next(artifact);
}

/** The outcome of a run whose artifact is not there yet: it is asked for again soon, and woken when it comes. */
export function waitForArtifact(
  problem: string,
  { requeueDependencyMs }: ResolvedOptions,
): { readonly kind: "waiting"; reason: string; message: string; recheckAfterMs: number } {
  return {
    kind: "waiting",
    reason: Reason.ArtifactFailed,
    message: `${problem}, retrying in ${retryText(requeueDependencyMs)}`,
    recheckAfterMs: requeueDependencyMs,
  };
}

function refusalOf(
  { metadata, spec }: Kustomization,
  { namespace, name }: Required<ObjectKey>,
  options: ResolvedOptions,
): string | undefined {
  const what = `can't access '${spec.sourceRef.kind}/${namespace}/${name}'`;
  if (options.noCrossNamespaceRefs && namespace !== metadata.namespace) {
    return `${what}, cross-namespace references have been blocked`;
  }
  if (spec.sourceRef.kind === "ExternalArtifact" && !options.allowExternalArtifact) {
    return `${what}, ExternalArtifact feature gate is disabled`;
  }
  return undefined;
}
