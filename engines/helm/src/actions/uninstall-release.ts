import { InvariantError } from "@weir/core";
import type { Release } from "../release/release.ts";
import type { ReleaseContext, WaitStrategy } from "./release-context.ts";

/** What is uninstalled, and how. */
export interface UninstallRequest {
  readonly name: string;
  readonly disableHooks?: boolean;
  /** Keeps the records, the newest as `uninstalled`; false by default. */
  readonly keepHistory?: boolean;
  readonly waitStrategy?: WaitStrategy;
  /** `background` by default. */
  readonly deletionPropagation?: "background" | "foreground" | "orphan";
  readonly timeoutMs?: number;
  /** `Uninstallation complete` by default. */
  readonly description?: string;
}

/** What an uninstallation did. */
export interface UninstallResult {
  /** The newest revision in its last state. */
  readonly release: Release;
  /** helm's text about objects that their resource policy kept; empty where there are none. */
  readonly info: string;
}

/**
 * Uninstalls a release: pre-delete hooks, objects in the order of uninstalls, the wait until they are gone, post-delete
 * hooks, and the records. One that was interrupted goes on: hooks that were started are not started again.
 */
export function uninstallRelease(
  _context: ReleaseContext,
  _request: UninstallRequest,
): Promise<UninstallResult> {
  throw new InvariantError("uninstallRelease is not there yet");
}
