import { DISABLED, KustomizeAnnotation, Reason } from "@weir/api";
import { isConditionTrue, type KubeObject } from "@weir/objects";
import {
  type FluxObject,
  fluxObjectOf,
  isStatic,
  readyOf,
  revisionOf,
  sourceOf,
} from "../objects/flux-object.ts";

/** How far one Flux object is. */
export type ObjectPhase = "waiting" | "working" | "ready" | "failed" | "suspended";

/** What the progress shows of one Flux object. */
export interface ObjectState {
  /** `Kustomization/flux-system/apps`. */
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  readonly phase: ObjectPhase;
  readonly message: string;
  readonly revision: string | undefined;
  /** Ids of the objects it needs: its source and its dependencies. */
  readonly needs: readonly string[];
  /** It serves the repository and is not changed by it. */
  readonly isBootstrap: boolean;
}

/** Reads the state of a source, a Kustomization or a HelmRelease. */
export function objectStateOf(object: KubeObject): ObjectState {
  const flux = fluxObjectOf(object);
  const { kind } = flux;
  const { namespace = "", name = "", annotations } = flux.metadata;
  return {
    id: `${kind}/${namespace}/${name}`,
    kind,
    name,
    namespace,
    phase: phaseOf(flux),
    message: messageOf(flux),
    revision: revisionOf(flux),
    needs: needsOf(flux, namespace),
    isBootstrap: annotations?.[KustomizeAnnotation.reconcile] === DISABLED,
  };
}

function messageOf(object: FluxObject): string {
  const unseen = isStatic(object) ? "its charts are asked for in the registry" : "not looked at yet";
  return (readyOf(object)?.message ?? unseen).trim();
}

function phaseOf(object: FluxObject): ObjectPhase {
  if (object.spec.suspend === true) return "suspended";
  if (isStatic(object)) return "ready";
  const ready = readyOf(object);
  if (ready === undefined || ready.status === "Unknown") return "working";
  if (ready.status === "True") return isSettled(object) ? "ready" : "working";
  if (ready.observedGeneration !== object.metadata.generation) return "working";
  return isWaiting(ready.reason, ready.message) ? "waiting" : "failed";
}

function isSettled({ metadata, status }: FluxObject): boolean {
  return (
    status.observedGeneration === metadata.generation && !isConditionTrue(status.conditions, "Reconciling")
  );
}

const NOT_YET: readonly string[] = [Reason.DependencyNotReady, "SourceNotReady", "NoSourceArtifact"];
/** What is not found may be about to come; their other messages are failures. */
const NOT_FOUND: readonly string[] = [Reason.ArtifactFailed, "SourceUnavailable"];

/** Not a failure of its own: what it needs is not there yet. */
function isWaiting(reason: string, message: string): boolean {
  if (NOT_YET.includes(reason)) return true;
  return NOT_FOUND.includes(reason) && /not found$|retrying in/.test(message);
}

function needsOf(object: FluxObject, namespace: string): readonly string[] {
  const { kind, spec, status } = object;
  const source = sourceOf(object);
  return [
    ...(source === undefined ? [] : [`${source.kind}/${source.namespace ?? namespace}/${source.name}`]),
    // The chart that a release made for itself comes between it and its source.
    ...(kind === "HelmRelease" && status.helmChart !== undefined ? [`HelmChart/${status.helmChart}`] : []),
    ...(spec.dependsOn ?? []).map((need) => `${kind}/${need.namespace ?? namespace}/${need.name}`),
  ];
}
