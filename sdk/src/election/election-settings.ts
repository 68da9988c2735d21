import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { goDurationMs, WeirError } from "@weir/core";

/** How managers of one name agree on which of them works. Durations are milliseconds, or as Go writes them. */
export interface LeaderElectionOptions {
  /** The Lease that is fought for. */
  readonly name: string;
  readonly namespace: string;
  /** Who this manager is; must differ between processes. Host name and a random UUID by default. */
  readonly identity?: string;
  /** How long others wait after the last renewal that they saw; `35s` by default, as Flux. */
  readonly leaseDuration?: number | string;
  /** How long after its last renewal the leader goes on to work; `30s` by default. */
  readonly renewDeadline?: number | string;
  /** How long between two tries to take or to renew the lease; `5s` by default. */
  readonly retryPeriod?: number | string;
  /** Whether the lease is given up once all work has stopped, so that the next need not wait; true by default. */
  readonly releaseOnStop?: boolean;
  /** Labels of the Lease when this manager makes it. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** Leader election was asked for with options under which two could lead, or nobody. */
export class LeaderElectionConfigError extends WeirError {
  override readonly name = "LeaderElectionConfigError";
  readonly reason = "InvalidLeaderElection";
  readonly retry = "never";
}

/** The options with defaults filled in, in milliseconds. */
export interface ElectionSettings {
  readonly name: string;
  readonly namespace: string;
  readonly identity: string;
  readonly leaseDurationMs: number;
  readonly renewDeadlineMs: number;
  readonly retryPeriodMs: number;
  readonly releaseOnStop: boolean;
  readonly labels: Readonly<Record<string, string>>;
}

/** Tries come up to this many periods later than the period, at random, so that rivals do not try in step. */
export const JITTER_FACTOR = 1.2;

/** Fills in defaults and refuses what client-go refuses: the deadline must leave room for tries, the lease for both. */
export function electionSettings(options: LeaderElectionOptions): ElectionSettings {
  const settings: ElectionSettings = {
    name: options.name,
    namespace: options.namespace,
    identity: options.identity ?? `${hostname()}_${randomUUID()}`,
    leaseDurationMs: milliseconds(options.leaseDuration ?? "35s"),
    renewDeadlineMs: milliseconds(options.renewDeadline ?? "30s"),
    retryPeriodMs: milliseconds(options.retryPeriod ?? "5s"),
    releaseOnStop: options.releaseOnStop ?? true,
    labels: options.labels ?? {},
  };
  for (const [isRight, message] of rulesOf(settings)) {
    if (!isRight) throw new LeaderElectionConfigError(message);
  }
  return settings;
}

function rulesOf(settings: ElectionSettings): readonly (readonly [isRight: boolean, message: string])[] {
  const { leaseDurationMs, renewDeadlineMs, retryPeriodMs } = settings;
  return [
    [settings.name !== "", "the lease needs a name"],
    [settings.namespace !== "", "the lease needs a namespace"],
    [settings.identity !== "", "the lock identity is empty"],
    // The Lease counts whole seconds; less would be none.
    [leaseDurationMs >= 1_000, "leaseDuration must be a second at least"],
    [renewDeadlineMs > 0, "renewDeadline must be greater than zero"],
    [retryPeriodMs > 0, "retryPeriod must be greater than zero"],
    [leaseDurationMs > renewDeadlineMs, "leaseDuration must be greater than renewDeadline"],
    [
      renewDeadlineMs > retryPeriodMs * JITTER_FACTOR,
      `renewDeadline must be greater than retryPeriod*${JITTER_FACTOR}`,
    ],
  ];
}

function milliseconds(duration: number | string): number {
  return typeof duration === "string" ? goDurationMs(duration) : duration;
}
