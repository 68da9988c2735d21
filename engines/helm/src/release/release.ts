import type { JsonObject } from "@weir/core";
import type { Hook } from "../manifests/hook.ts";

/** What state a revision of a release is in, in helm's words. */
export type ReleaseStatus =
  | "unknown"
  | "deployed"
  | "uninstalled"
  | "superseded"
  | "failed"
  | "uninstalling"
  | "pending-install"
  | "pending-upgrade"
  | "pending-rollback";

/** How the objects of a revision were written: by server-side apply, or by patches that the client computed. */
export type ApplyMethod = "ssa" | "csa";

/** How a run of a hook stands. */
export type HookPhase = "" | "Unknown" | "Running" | "Succeeded" | "Failed";

/** The last run of a hook. Moments are RFC 3339 with up to nine digits of a second, as the record has them. */
export interface HookRun {
  readonly startedAt?: string | undefined;
  readonly completedAt?: string | undefined;
  /** Empty before the first run. */
  readonly phase: HookPhase;
}

/** A hook as it stands in a record. */
export interface ReleaseHook extends Hook {
  readonly lastRun: HookRun;
}

/** What is known of a revision beside its content. Moments are written as in `HookRun`. */
export interface RevisionInfo {
  /** When revision 1 was installed. */
  readonly firstDeployed?: string | undefined;
  readonly lastDeployed?: string | undefined;
  /** When the uninstallation began. */
  readonly deleted?: string | undefined;
  readonly description: string;
  readonly status: ReleaseStatus;
  /** Rendered NOTES.txt; empty where there are none. */
  readonly notes: string;
}

/** What a record says of Chart.yaml: helm's JSON, with every further field as it was read. */
export type StoredMetadata = JsonObject & {
  readonly name?: string;
  readonly version?: string;
  readonly appVersion?: string;
};

/**
 * A chart as a record keeps it, in helm's JSON: `metadata`, `lock`, `templates`, `values`, `schema`, `schemamodtime`,
 * `files`, `modtime`. Subcharts are not in it, so it cannot be rendered again; it is handed on from revision to revision.
 */
export type StoredChart = JsonObject & {
  readonly metadata: StoredMetadata | null;
  readonly values?: JsonObject | null;
};

/** One revision of a release: what helm keeps in a Secret of the type `helm.sh/release.v1`. */
export interface Release {
  readonly name: string;
  readonly namespace: string;
  /** The revision: 1 for an install. */
  readonly version: number;
  readonly info: RevisionInfo;
  /** Missing in a record that was cut short. */
  readonly chart: StoredChart | undefined;
  /** What the user set, without the chart's defaults. */
  readonly config: JsonObject;
  /** The objects as they were rendered, hooks left out: the text that `helm get manifest` prints. */
  readonly manifest: string;
  readonly hooks: readonly ReleaseHook[];
  /** Undefined in records of helm 3, which stand for `csa`. */
  readonly applyMethod: ApplyMethod | undefined;
  /** Labels of the Secret; helm's own are among them where the record was found by a query, as in helm. */
  readonly labels: Readonly<Record<string, string>>;
}

/** Tells whether another operation holds, or left, the release. */
export function isPending(status: ReleaseStatus): boolean {
  return status === "pending-install" || status === "pending-upgrade" || status === "pending-rollback";
}

/** The release in another state; its description says why. */
export function withStatus(release: Release, status: ReleaseStatus, description: string): Release {
  return { ...release, info: { ...release.info, status, description } };
}
