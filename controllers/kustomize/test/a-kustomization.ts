import { Kustomization as KustomizationKind, type Kustomization } from "@weir/api";

/** What a test says of a Kustomization; the rest is as plain as can be. */
export interface Given {
  readonly name?: string;
  readonly spec?: Partial<Kustomization["spec"]>;
  readonly status?: Kustomization["status"];
  readonly generation?: number;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A Kustomization in the namespace `apps`. */
export function aKustomization(given: Given = {}): Kustomization {
  const { name = "app", spec = {}, status, generation = 1, annotations } = given;
  return {
    apiVersion: "kustomize.toolkit.fluxcd.io/v1",
    kind: KustomizationKind.kind,
    metadata: {
      namespace: "apps",
      name,
      uid: name,
      generation,
      ...(annotations === undefined ? {} : { annotations }),
    },
    spec: {
      interval: "10m",
      prune: true,
      force: false,
      sourceRef: { kind: "GitRepository", name: "app" },
      ...spec,
    },
    ...(status === undefined ? {} : { status }),
  } as Kustomization;
}
