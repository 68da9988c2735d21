import type { HelmRelease, HelmReleaseSnapshot } from "@weir/api";
import type { Release } from "@weir/helm";
import { valuesDigest } from "../values/values-digest.ts";
import { releaseDigest } from "./release-digest.ts";

/** What made a revision, as snapshots say it. */
export type SnapshotAction = "install" | "upgrade" | "rollback" | "uninstall" | "uninstall-remediation";

/** How one test of a revision ended. */
export type TestHooks = NonNullable<HelmReleaseSnapshot["testHooks"]>;

/** What a snapshot holds that a record does not. */
export interface SnapshotOrigin {
  readonly action?: string | undefined;
  readonly ociDigest?: string | undefined;
  readonly testHooks?: TestHooks | undefined;
}

/** The version of snapshots whose digest can be checked. */
export const SNAPSHOT_VERSION = "v2";

/** The form in which a HelmRelease remembers a revision. */
export function snapshotOf(release: Release, origin: SnapshotOrigin): HelmReleaseSnapshot {
  const { info, chart, config } = release;
  const { name: chartName = "", version: chartVersion = "", appVersion } = chart?.metadata ?? {};
  const optional = {
    appVersion,
    deleted: secondsOf(info.deleted),
    action: origin.action,
    ociDigest: origin.ociDigest,
  };
  const given = Object.entries(optional).filter(([, value]) => value !== undefined && value !== "");
  return {
    apiVersion: SNAPSHOT_VERSION,
    digest: releaseDigest(release, origin.ociDigest),
    name: release.name,
    namespace: release.namespace,
    version: release.version,
    status: info.status,
    chartName,
    chartVersion,
    configDigest: valuesDigest(config),
    firstDeployed: secondsOf(info.firstDeployed) ?? "",
    lastDeployed: secondsOf(info.lastDeployed) ?? "",
    ...(Object.fromEntries(given) as Partial<HelmReleaseSnapshot>),
    ...(origin.testHooks === undefined ? {} : { testHooks: origin.testHooks }),
  };
}

/** Whether a snapshot is of this revision. */
export function targets(snapshot: HelmReleaseSnapshot, { name, namespace, version }: Release): boolean {
  return snapshot.name === name && snapshot.namespace === namespace && snapshot.version === version;
}

/** `namespace/name.vN`, as messages name a revision. */
export function revisionText({
  namespace,
  name,
  version,
}: Pick<HelmReleaseSnapshot, "namespace" | "name" | "version">): string {
  return `${namespace}/${name}.v${version}`;
}

/** `name@version`, as messages name a chart. */
export function chartText({
  chartName,
  chartVersion,
}: Pick<HelmReleaseSnapshot, "chartName" | "chartVersion">): string {
  return `${chartName}@${chartVersion}`;
}

/** The tests of a revision that the filters of a HelmRelease select, as they ended. */
export function testHooksOf(
  { hooks }: Pick<Release, "hooks">,
  filters: NonNullable<NonNullable<HelmRelease["spec"]["test"]>["filters"]> = [],
): TestHooks {
  const excluded = new Set(filters.filter(({ exclude }) => exclude === true).map(({ name }) => name));
  const included = new Set(filters.filter(({ exclude }) => exclude !== true).map(({ name }) => name));
  const tests = hooks.filter(
    ({ name, events }) =>
      events.includes("test") && !excluded.has(name) && (included.size === 0 || included.has(name)),
  );
  return Object.fromEntries(
    tests.map(({ name, lastRun }) => {
      const { startedAt, completedAt, phase } = lastRun;
      const test = {
        ...(startedAt === undefined ? {} : { lastStarted: secondsOf(startedAt) ?? "" }),
        ...(completedAt === undefined ? {} : { lastCompleted: secondsOf(completedAt) ?? "" }),
        ...(phase === "" ? {} : { phase }),
      };
      return [name, test];
    }),
  );
}

/** Whether all tests of a revision ended, or one of them failed. */
export function hasBeenTested({ testHooks }: Pick<HelmReleaseSnapshot, "testHooks">): boolean {
  if (testHooks === undefined) return false;
  const phases = Object.values(testHooks).map(({ phase }) => phase);
  return phases.includes("Failed") || phases.every((phase) => phase === "Succeeded");
}

/** Whether a test of a revision failed. */
export function hasFailedTest({ testHooks = {} }: Pick<HelmReleaseSnapshot, "testHooks">): boolean {
  return Object.values(testHooks).some(({ phase }) => phase === "Failed");
}

/** A moment of a record as the API writes moments: in UTC, without a fraction of a second. */
function secondsOf(moment: string | undefined): string | undefined {
  if (moment === undefined) return undefined;
  const ms = Date.parse(moment);
  return Number.isNaN(ms) ? undefined : `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
