import type { HelmRelease, HelmReleaseSnapshot } from "@weir/api";
import { isPending, type Release } from "@weir/helm";
import { latestOf } from "../release/history.ts";
import { releaseDigest } from "../release/release-digest.ts";
import { hasBeenTested, hasFailedTest, SNAPSHOT_VERSION } from "../release/snapshot.ts";
import { commonMetadataDigest, postRenderersDigest } from "../report/summarize-release.ts";
import { activeRemediationOf } from "../settings/failure-strategy.ts";

/** What is known of a release before anything is decided: one immutable value. */
export interface ReleaseObservation {
  /** The HelmRelease with the status after all that happened so far in this run. */
  readonly release: HelmRelease;
  /** The revisions in the store, the oldest first. */
  readonly records: readonly Release[];
  readonly chart: { readonly name: string; readonly version: string };
  readonly configDigest: string;
}

/** How a release stands to what is wanted, and why. */
export type ReleaseState =
  | { readonly kind: "absent"; readonly why: string }
  /** There is a release that this HelmRelease did not make, or does not know any more. */
  | { readonly kind: "unmanaged"; readonly why: string }
  | { readonly kind: "outOfSync"; readonly why: string }
  /** An operation holds the release, or died while it did. */
  | { readonly kind: "locked"; readonly why: string }
  /** An uninstallation began and did not end. */
  | { readonly kind: "uninstalling"; readonly why: string }
  | { readonly kind: "untested"; readonly why: string }
  | { readonly kind: "failed"; readonly why: string }
  | { readonly kind: "inSync"; readonly why: string }
  | { readonly kind: "unknown"; readonly why: string };

/** Determines the state of a release from what is remembered and what is stored; the cluster is not looked at. Pure. */
export function determineState(observation: ReleaseObservation): ReleaseState {
  const { release, records } = observation;
  const last = records.at(-1);
  if (last === undefined) return { kind: "absent", why: "no release in storage for object" };
  const { status } = last.info;
  if (isPending(status)) return { kind: "locked", why: `release with status '${status}'` };
  if (status === "uninstalling") return { kind: "uninstalling", why: "uninstallation was interrupted" };
  const latest = latestOf(release.status?.history);
  if (latest === undefined) {
    return status === "uninstalled"
      ? { kind: "absent", why: "found uninstalled release in storage" }
      : { kind: "unmanaged", why: "found existing release in storage" };
  }
  const doubt = doubtAbout(latest, last);
  if (doubt !== undefined) return { kind: "unmanaged", why: doubt };
  switch (status) {
    case "failed":
      return { kind: "failed", why: "" };
    case "uninstalled":
      return { kind: "absent", why: "found uninstalled release in storage" };
    case "deployed":
      return stateOfDeployed(observation, latest, last);
    default:
      return { kind: "unknown", why: `unable to determine state for release with status '${status}'` };
  }
}

/** Why a stored revision is not known to be the remembered one; `undefined` where it is. */
export function doubtAbout(snapshot: HelmReleaseSnapshot, stored: Release): string | undefined {
  if (snapshot.apiVersion !== SNAPSHOT_VERSION) return undefined;
  if (!snapshot.digest.startsWith("sha256:")) return "release digest verification error";
  return releaseDigest(stored, snapshot.ociDigest) === snapshot.digest
    ? undefined
    : "release not observed to be made for object";
}

function stateOfDeployed(
  { release, chart, configDigest }: ReleaseObservation,
  latest: HelmReleaseSnapshot,
  stored: Release,
): ReleaseState {
  const { name, version } = stored.chart?.metadata ?? {};
  if (name !== chart.name || version !== chart.version) {
    return { kind: "outOfSync", why: "release chart changed" };
  }
  if (latest.configDigest !== configDigest) {
    return { kind: "outOfSync", why: "release config values changed" };
  }
  return changedSpec(release) ?? testState(release, latest) ?? { kind: "inSync", why: "" };
}

/** What changes the objects of a release besides chart and values counts once a generation. */
function changedSpec({ metadata, spec, status }: HelmRelease): ReleaseState | undefined {
  if (status?.observedGeneration === metadata.generation) return undefined;
  if (postRenderersDigest(spec.postRenderers) !== status?.observedPostRenderersDigest) {
    return { kind: "outOfSync", why: "postrenderers digest has changed" };
  }
  if (commonMetadataDigest(spec.commonMetadata) !== status?.observedCommonMetadataDigest) {
    return { kind: "outOfSync", why: "common metadata digest has changed" };
  }
  return undefined;
}

function testState(release: HelmRelease, latest: HelmReleaseSnapshot): ReleaseState | undefined {
  if (release.spec.test?.enable !== true) return undefined;
  if (!hasBeenTested(latest)) return { kind: "untested", why: "" };
  const remediation = activeRemediationOf(release);
  const counts = remediation !== undefined && !remediation.ignoresTestFailures;
  return counts && hasFailedTest(latest)
    ? { kind: "failed", why: "release has test in failed phase" }
    : undefined;
}
