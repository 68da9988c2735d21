import type { Clock, JsonValue } from "@weir/core";
import type { JudgeHealth } from "@weir/apply";
import type { KubeClient } from "@weir/client";
import type { ReleaseStore } from "../release/release-store.ts";

/**
 * A line that helm logs: Flux keeps the last ten and appends them to an event as
 * `TIME: [error: |warning: ]MESSAGE: JSON of the fields, keys sorted`.
 */
export interface ReleaseLogLine {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly message: string;
  /** As Go's encoding/json writes them: an error of the API server is `{ErrStatus: …}`, every other error `{}`. */
  readonly fields: Readonly<Record<string, JsonValue>>;
}

/** What one container of a hook printed, where the hook asks for it by `helm.sh/hook-output-log-policy`. */
export interface HookOutput {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly text: string;
}

/** What every action works with. */
export interface ReleaseContext {
  readonly client: KubeClient;
  readonly store: ReleaseStore;
  readonly clock: Clock;
  /** Who owns the applied fields: `helm` for helm, `helm-controller` for Flux. */
  readonly fieldManager: string;
  readonly log?: (line: ReleaseLogLine) => void;
  readonly onHookOutput?: (output: HookOutput) => void;
  /** Judges objects in place of the rules of kstatus while they are waited for, hooks included. */
  readonly judge?: JudgeHealth;
  /**
   * Ends an action early. What was begun is recorded as failed, with `context canceled`, as helm does when it is told to
   * stop; a process that dies leaves a pending record instead, which `unlockRelease` resolves.
   */
  readonly signal?: AbortSignal;
  /**
   * Ends the waits for objects alone, hooks excepted: the revision is recorded as failed with the reason of the signal.
   */
  readonly waitSignal?: AbortSignal;
}

/** How objects are waited for: `poller` is kstatus by Flux's rules, `legacy` is helm 3's, `hookOnly` waits for hooks only. */
export type WaitStrategy = "poller" | "legacy" | "hookOnly";

/** How an action waits. */
export interface WaitRequest {
  /** `poller` by default. */
  readonly waitStrategy?: WaitStrategy;
  /** Whether Jobs of the manifest must complete, too; false by default. */
  readonly waitForJobs?: boolean;
  /** The longest time of each wait: one hook, or all objects; 5 minutes by default. */
  readonly timeoutMs?: number;
}

/** How an action writes objects. */
export interface WriteRequest {
  /** Takes fields from other managers in a server-side apply; false by default. Flux always does. */
  readonly forceConflicts?: boolean;
  /** Replaces objects instead of patching them, where they are not applied server-side; false by default. */
  readonly forceReplace?: boolean;
  /** Adopts objects that another release, or nobody, owns; false by default. Flux does unless told otherwise. */
  readonly takeOwnership?: boolean;
  /** Runs no hook; false by default. */
  readonly disableHooks?: boolean;
}
