import { type Condition, findCondition, type KubeObject, type ObjectMeta } from "@weir/objects";

/** What all Flux kinds have in common, as far as the command line looks at it. */
export interface FluxObject {
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly suspend?: boolean;
    readonly sourceRef?: { readonly kind: string; readonly name: string; readonly namespace?: string };
    readonly dependsOn?: readonly { readonly name: string; readonly namespace?: string }[];
  };
  readonly status: {
    readonly observedGeneration?: number;
    readonly lastHandledReconcileAt?: string;
    readonly conditions?: readonly Condition[];
    readonly artifact?: { readonly revision?: string };
    readonly lastAppliedRevision?: string;
  };
}

/** An object of the server as a Flux object; one without spec or status reads as empty. */
export function fluxObjectOf(object: KubeObject): FluxObject {
  const { kind, metadata } = object;
  const { spec = {}, status = {} } = object as unknown as Partial<FluxObject>;
  return { kind, metadata, spec, status };
}

/** The Ready condition. */
export function readyOf({ status }: FluxObject): Condition | undefined {
  return findCondition(status.conditions, "Ready");
}

/** The revision that is in effect: applied, or stored as an artifact. */
export function revisionOf({ status }: FluxObject): string | undefined {
  return status.lastAppliedRevision ?? status.artifact?.revision;
}
