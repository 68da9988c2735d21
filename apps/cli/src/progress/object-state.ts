import { DISABLED, KustomizeAnnotation, Reason } from "@weir/api";
import { isConditionTrue, type KubeObject } from "@weir/objects";
import { type FluxObject, fluxObjectOf, readyOf, revisionOf } from "../objects/flux-object.ts";

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

/** Reads the state of a GitRepository or a Kustomization. */
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
    message: (readyOf(flux)?.message ?? "not looked at yet").trim(),
    revision: revisionOf(flux),
    needs: needsOf(flux, namespace),
    isBootstrap: annotations?.[KustomizeAnnotation.reconcile] === DISABLED,
  };
}

function phaseOf(object: FluxObject): ObjectPhase {
  if (object.spec.suspend === true) return "suspended";
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

/** Not a failure of its own: what it needs is not there yet. */
function isWaiting(reason: string, message: string): boolean {
  if (reason === Reason.DependencyNotReady) return true;
  return reason === Reason.ArtifactFailed && /not found$|retrying in/.test(message);
}

function needsOf({ kind, spec }: FluxObject, namespace: string): readonly string[] {
  const source = spec.sourceRef;
  return [
    ...(source === undefined ? [] : [`${source.kind}/${source.namespace ?? namespace}/${source.name}`]),
    ...(spec.dependsOn ?? []).map((need) => `${kind}/${need.namespace ?? namespace}/${need.name}`),
  ];
}
