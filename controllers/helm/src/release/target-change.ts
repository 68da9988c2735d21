import type { HelmRelease } from "@weir/api";
import { releaseNameOf, releaseNamespaceOf, storageNamespaceOf } from "../settings/release-settings.ts";
import { latestOf } from "./history.ts";

/** What makes another release of a HelmRelease, so that the one of before is to be uninstalled first. */
export type TargetChange = "storage namespace" | "release namespace" | "release name" | "chart name";

/** Tells whether a HelmRelease names another release than it did; a chart may be exchanged in place where the spec says so. */
export function findTargetChange(release: HelmRelease, chartName: string): TargetChange | undefined {
  const { history, storageNamespace: storage = "" } = release.status ?? {};
  const latest = latestOf(history);
  if (storage === "" || latest === undefined) return undefined;
  if (storageNamespaceOf(release) !== storage) return "storage namespace";
  if (releaseNamespaceOf(release) !== latest.namespace) return "release namespace";
  if (releaseNameOf(release) !== latest.name) return "release name";
  const isInPlace = release.spec.upgrade?.chartNameChangeStrategy === "InPlaceUpdate";
  return !isInPlace && chartName !== latest.chartName ? "chart name" : undefined;
}
