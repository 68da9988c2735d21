import { type Condition, findCondition, type KubeObject, type ObjectMeta } from "@weir/objects";

/** An object that another refers to. */
export interface ObjectReference {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

/** What all Flux kinds have in common, as far as the command line looks at it. */
export interface FluxObject {
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly suspend?: boolean;
    readonly type?: string;
    readonly sourceRef?: ObjectReference;
    readonly chartRef?: ObjectReference;
    readonly chart?: string | { readonly spec?: { readonly sourceRef?: ObjectReference } };
    readonly dependsOn?: readonly { readonly name: string; readonly namespace?: string }[];
  };
  readonly status: {
    readonly observedGeneration?: number;
    readonly lastHandledReconcileAt?: string;
    readonly conditions?: readonly Condition[];
    readonly artifact?: { readonly revision?: string };
    readonly lastAppliedRevision?: string;
    readonly history?: readonly { readonly chartVersion?: string }[];
    /** `NAMESPACE/NAME` of the HelmChart that a HelmRelease made. */
    readonly helmChart?: string;
  };
}

/** An object of the server as a Flux object; one without spec or status reads as empty. */
export function fluxObjectOf(object: KubeObject): FluxObject {
  const { kind, metadata } = object;
  const { spec, status } = object as unknown as Partial<FluxObject>;
  return { kind, metadata, spec: spec ?? {}, status: status ?? {} };
}

/** A repository in a registry: nothing reconciles it, and it is good as it is. */
export function isStatic({ kind, spec }: FluxObject): boolean {
  return kind === "HelmRepository" && spec.type === "oci";
}

/** The Ready condition. */
export function readyOf({ status }: FluxObject): Condition | undefined {
  return findCondition(status.conditions, "Ready");
}

/** The revision that is in effect: applied, released, or stored as an artifact. */
export function revisionOf({ status }: FluxObject): string | undefined {
  return status.lastAppliedRevision ?? status.history?.[0]?.chartVersion ?? status.artifact?.revision;
}

/** The source that an object takes what it applies from, with its namespace. */
export function sourceOf({ kind, metadata, spec }: FluxObject): ObjectReference | undefined {
  const chart = kind === "HelmRelease" && typeof spec.chart === "object" ? spec.chart.spec : undefined;
  const reference = spec.chartRef ?? chart?.sourceRef ?? spec.sourceRef;
  if (reference === undefined) return undefined;
  return { ...reference, namespace: reference.namespace ?? metadata.namespace ?? "" };
}
