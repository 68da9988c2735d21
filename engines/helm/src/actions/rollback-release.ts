import { InvariantError } from "@weir/core";
import type { Release } from "../release/release.ts";
import type { ReleaseContext, WaitRequest, WriteRequest } from "./release-context.ts";
import type { ServerSideApplyMode } from "./upgrade-release.ts";

/** What is rolled back, and to what. */
export interface RollbackRequest extends WaitRequest, WriteRequest {
  readonly name: string;
  /** The revision whose content comes back; 0, the default, is the one before the newest. */
  readonly version?: number;
  /** `auto`, the default, is the method of the revision that comes back. */
  readonly serverSideApply?: ServerSideApplyMode;
  readonly maxHistory?: number;
  /** Deletes what a failed rollback created; false by default. */
  readonly cleanupOnFail?: boolean;
}

/** Makes a new revision that copies an old one: nothing is rendered again. */
export function rollbackRelease(_context: ReleaseContext, _request: RollbackRequest): Promise<Release> {
  throw new InvariantError("rollbackRelease is not there yet");
}
