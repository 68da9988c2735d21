import { InvariantError } from "@weir/core";
import type { Release } from "../release/release.ts";
import type { CrdRequest } from "./apply-crds.ts";
import type { ReleaseContext, WaitRequest, WriteRequest } from "./release-context.ts";
import type { RenderedRelease, RenderRelease } from "./rendered-release.ts";

/** Whether objects are applied server-side; `auto` goes on as the release was written before. */
export type ServerSideApplyMode = "true" | "false" | "auto";

/** What is upgraded, to what, and how. */
export interface UpgradeRequest extends WaitRequest, WriteRequest {
  readonly name: string;
  /** The release's own namespace is used where it has a record. */
  readonly namespace: string;
  readonly render: RenderedRelease | RenderRelease;
  readonly crds?: CrdRequest;
  /** `auto` by default. */
  readonly serverSideApply?: ServerSideApplyMode;
  /** Takes fields from other managers wherever objects are applied server-side, as Flux does; false by default. */
  readonly forceConflicts?: boolean;
  /** How many revisions are kept; 0, the default, keeps all. */
  readonly maxHistory?: number;
  /** Deletes what a failed upgrade created; false by default. */
  readonly cleanupOnFail?: boolean;
  /** Rolls back to the last good revision if the upgrade fails, and waits by the poller then; false by default. */
  readonly rollbackOnFailure?: boolean;
  /** `Upgrade complete` by default. */
  readonly description?: string;
  /** Labels of the record beside those of the revision before; the value `null` removes one. */
  readonly labels?: Readonly<Record<string, string>>;
}

/**
 * Upgrades a release to a new revision: the record first (`pending-upgrade`), then pre-upgrade hooks, objects (those that
 * left the manifest are deleted, unless they are marked to be kept), the wait, post-upgrade hooks, the old revision as
 * `superseded` and the new one as `deployed`.
 *
 * Throws `NoDeployedReleasesError` without a release to upgrade and `ReleasePendingError` where another operation holds it.
 */
export function upgradeRelease(_context: ReleaseContext, _request: UpgradeRequest): Promise<Release> {
  throw new InvariantError("upgradeRelease is not there yet");
}
