import { CommandError } from "../cli-error.ts";

/** The feature gates that change something. */
export interface FeatureGates {
  readonly additiveCELDependencyCheck: boolean;
  readonly externalArtifact: boolean;
  readonly strictSubstitutions: boolean;
  readonly disableChartDigestTracking: boolean;
  readonly defaultToRetryOnFailure: boolean;
  readonly useHelm3Defaults: boolean;
  /** Of HelmReleases: waits of Kustomizations always end for a new revision. */
  readonly cancelHealthCheckOnNewRevision: boolean;
  /** For other clusters alone: accounts cannot log in to registries and clouds yet. */
  readonly objectLevelWorkloadIdentity: boolean;
}

/** Gates that Flux's controllers know, with the value that our behaviour has; `undefined` where it can be chosen. */
const GATES: Readonly<Record<string, boolean | undefined>> = {
  ExternalArtifact: undefined,
  StrictPostBuildSubstitutions: undefined,
  AdditiveCELDependencyCheck: undefined,
  AdoptLegacyReleases: false,
  AllowDNSLookups: false,
  CacheSecretsAndConfigMaps: false,
  CancelHealthCheckOnNewRevision: undefined,
  CorrectDrift: false,
  DefaultToRetryOnFailure: undefined,
  DetectDrift: false,
  DirectSourceFetch: false,
  DisableChartDigestTracking: undefined,
  DisableConfigWatchers: false,
  DisableFailFastBehavior: false,
  DisableStatusPollerCache: true,
  FluxStorage: false,
  GitAllBranchReferences: true,
  GitForcePushBranch: true,
  GitShallowClone: true,
  GitSparseCheckout: false,
  GroupChangeLog: false,
  MigrateAPIVersion: false,
  OOMWatch: false,
  ObjectLevelWorkloadIdentity: undefined,
  UseHelm3Defaults: undefined,
};

/** Reads `NAME=true` and the like; throws for a gate that Flux does not have. */
export function readFeatureGates(items: readonly string[]): {
  readonly gates: FeatureGates;
  readonly notes: readonly string[];
} {
  const chosen = new Map<string, boolean>();
  const notes: string[] = [];
  for (const item of items) {
    const [name = "", text = "true"] = item.split("=");
    if (!Object.hasOwn(GATES, name)) {
      throw new CommandError("InvalidFlag", `feature-gate '${name}' not supported`);
    }
    if (text !== "true" && text !== "false") {
      throw new CommandError(
        "InvalidFlag",
        `invalid value "${text}" of feature-gate ${name}: want true or false`,
      );
    }
    const isOn = text === "true";
    const fixed = GATES[name];
    if (fixed === undefined) chosen.set(name, isOn);
    else if (fixed !== isOn) notes.push(`feature-gate ${name}=${text} changes nothing: it is not built`);
  }
  return { gates: gatesOf((name, standard) => chosen.get(name) ?? standard), notes };
}

function gatesOf(isOn: (name: string, standard: boolean) => boolean): FeatureGates {
  return {
    additiveCELDependencyCheck: isOn("AdditiveCELDependencyCheck", false),
    externalArtifact: isOn("ExternalArtifact", false),
    strictSubstitutions: isOn("StrictPostBuildSubstitutions", true),
    disableChartDigestTracking: isOn("DisableChartDigestTracking", false),
    defaultToRetryOnFailure: isOn("DefaultToRetryOnFailure", false),
    useHelm3Defaults: isOn("UseHelm3Defaults", false),
    cancelHealthCheckOnNewRevision: isOn("CancelHealthCheckOnNewRevision", false),
    objectLevelWorkloadIdentity: isOn("ObjectLevelWorkloadIdentity", false),
  };
}
