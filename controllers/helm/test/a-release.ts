import { HelmRelease as HelmReleaseKind, type HelmRelease, type HelmReleaseSnapshot } from "@weir/api";
import type { Release, ReleaseStatus } from "@weir/helm";
import { snapshotOf, type SnapshotOrigin } from "../src/release/snapshot.ts";

/** What a test says of a HelmRelease; the rest is as plain as can be. */
export interface GivenHelmRelease {
  readonly spec?: Partial<HelmRelease["spec"]>;
  readonly status?: HelmRelease["status"];
  readonly generation?: number;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A HelmRelease in the namespace `apps`. */
export function aHelmRelease(given: GivenHelmRelease = {}): HelmRelease {
  const { spec = {}, status, generation = 1, annotations } = given;
  return {
    apiVersion: "helm.toolkit.fluxcd.io/v2",
    kind: HelmReleaseKind.kind,
    metadata: {
      namespace: "apps",
      name: "app",
      uid: "app",
      generation,
      ...(annotations === undefined ? {} : { annotations }),
    },
    spec: {
      interval: "10m",
      chart: {
        spec: {
          chart: "demo",
          version: "1.0.0",
          reconcileStrategy: "ChartVersion",
          sourceRef: { kind: "HelmRepository", name: "main" },
        },
      },
      ...spec,
    },
    ...(status === undefined ? {} : { status }),
  } as HelmRelease;
}

/** A revision of the release `apps/app`, as it is stored. */
export function aRecord(
  version: number,
  status: ReleaseStatus = "deployed",
  given: Partial<Release> = {},
): Release {
  return {
    name: "app",
    namespace: "apps",
    version,
    info: {
      firstDeployed: "2030-01-01T00:00:00Z",
      lastDeployed: "2030-01-01T00:00:00.5Z",
      description: "",
      status,
      notes: "",
    },
    chart: { metadata: { name: "demo", version: "1.0.0", appVersion: "1" } },
    config: {},
    manifest: `# ${version}\n`,
    hooks: [],
    applyMethod: "ssa",
    labels: {},
    ...given,
  };
}

/** The snapshot of such a revision. */
export function aSnapshot(
  version: number,
  status: ReleaseStatus = "deployed",
  origin: SnapshotOrigin = {},
): HelmReleaseSnapshot {
  return snapshotOf(aRecord(version, status), origin);
}
