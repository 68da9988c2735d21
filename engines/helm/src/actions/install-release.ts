import { InvariantError } from "@weir/core";
import type { Release } from "../release/release.ts";
import type { CrdRequest } from "./apply-crds.ts";
import type { ReleaseContext, WaitRequest, WriteRequest } from "./release-context.ts";
import type { RenderedRelease, RenderRelease } from "./rendered-release.ts";

/** What is installed, and how. */
export interface InstallRequest extends WaitRequest, WriteRequest {
  readonly name: string;
  /** Where the release, and each object that names no namespace, goes. */
  readonly namespace: string;
  readonly render: RenderedRelease | RenderRelease;
  readonly crds?: CrdRequest;
  /** Server-side apply, or plain creation; true by default. */
  readonly serverSideApply?: boolean;
  /** Creates the namespace where it is missing; false by default. */
  readonly createNamespace?: boolean;
  /** Reuses the name of a release that was uninstalled or failed; false by default. */
  readonly replace?: boolean;
  /** Uninstalls what was installed if the install fails, and waits by the poller then; false by default. */
  readonly rollbackOnFailure?: boolean;
  /** `Install complete` by default. */
  readonly description?: string;
  /** Labels of the record. */
  readonly labels?: Readonly<Record<string, string>>;
}

/**
 * Installs a release: the record first (`pending-install`), then pre-install hooks, objects, the wait, post-install hooks,
 * and the record as `deployed`.
 *
 * A failure after the record is stored as `failed` and thrown as a `ReleaseActionError` that carries the revision. What
 * fails before leaves no record.
 */
export function installRelease(_context: ReleaseContext, _request: InstallRequest): Promise<Release> {
  throw new InvariantError("installRelease is not there yet");
}
