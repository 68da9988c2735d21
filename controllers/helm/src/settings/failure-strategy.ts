import type { HelmRelease } from "@weir/api";

/** An action that makes a revision: what failures are counted by. */
export type ReleaseAction = "install" | "upgrade";

/** How failures of an action are dealt with by undoing them. */
export interface Remediation {
  readonly retries: number;
  readonly failures: number;
  /** Whether the retries are used up. */
  readonly isExhausted: boolean;
  readonly undoesLastFailure: boolean;
  readonly ignoresTestFailures: boolean;
  readonly undoBy: "rollback" | "uninstall";
  /** Whether what is undone is an upgrade, so that the next try is an install with retries of its own. */
  readonly uninstallsUpgrade: boolean;
}

type Judged = Pick<HelmRelease, "spec" | "status">;

const DEFAULT_RETRY_INTERVAL = "5m0s";

/** How a failed action is remediated. */
export function remediationOf({ spec, status }: Judged, action: ReleaseAction): Remediation {
  const { retries = 0, remediateLastFailure } = spec[action]?.remediation ?? {};
  const counted = action === "install" ? status?.installFailures : status?.upgradeFailures;
  const failures = Number(counted ?? 0);
  const undoBy = undoingOf(spec, action);
  return {
    retries,
    failures,
    isExhausted: retries >= 0 && failures > retries,
    undoesLastFailure: remediateLastFailure ?? (action === "upgrade" && retries > 0),
    ignoresTestFailures: ignoresTests(spec, action),
    undoBy,
    uninstallsUpgrade: action === "upgrade" && undoBy === "uninstall",
  };
}

function ignoresTests(spec: HelmRelease["spec"], action: ReleaseAction): boolean {
  return spec[action]?.remediation?.ignoreTestFailures ?? spec.test?.ignoreFailures ?? false;
}

/** There is nothing to roll a failed install back to. */
function undoingOf({ upgrade }: HelmRelease["spec"], action: ReleaseAction): Remediation["undoBy"] {
  return action === "install" ? "uninstall" : (upgrade?.remediation?.strategy ?? "rollback");
}

/** The remediation of the last action that made, or was to make, a revision. */
export function activeRemediationOf(release: Judged): Remediation | undefined {
  const action = release.status?.lastAttemptedReleaseAction;
  return action === undefined ? undefined : remediationOf(release, action);
}

/** How soon an action is tried again that is not remediated but retried; `undefined` where it is remediated. */
export function retryIntervalOf(
  { spec }: Pick<HelmRelease, "spec">,
  action: ReleaseAction,
  isDefault: boolean,
): string | undefined {
  const strategy = spec[action]?.strategy ?? (isDefault ? { name: "RetryOnFailure" as const } : undefined);
  if (strategy?.name !== "RetryOnFailure") return undefined;
  return strategy.retryInterval ?? DEFAULT_RETRY_INTERVAL;
}

/** The same for the last action that made, or was to make, a revision. */
export function activeRetryIntervalOf(release: Judged, isDefault: boolean): string | undefined {
  const action = release.status?.lastAttemptedReleaseAction;
  return action === undefined ? undefined : retryIntervalOf(release, action, isDefault);
}
