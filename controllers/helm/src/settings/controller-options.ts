import { consumerDefaults, type ConsumerOptions } from "@weir/consumer";

/** What the controller may be told by flags; each default is Flux's. */
export interface HelmReleaseControllerOptions extends ConsumerOptions {
  /** Leaves the versions of charts from OCI artifacts as they are, so that a moved tag is no new chart; false by default. */
  readonly disableChartDigestTracking?: boolean;
  /** Retries failed actions that name no strategy instead of remediating them; false by default. */
  readonly defaultToRetryOnFailure?: boolean;
  /** Installs by patches that the controller computes, and waits as helm 3 did, where the spec says nothing; false by default. */
  readonly useHelm3Defaults?: boolean;
  /** Ends waits for health when a newer state waits to be reconciled; false by default. */
  readonly cancelHealthCheckOnNewRevision?: boolean;
  /** Longest time one render may take, in milliseconds; 60 s by default. */
  readonly renderTimeoutMs?: number;
  /** Largest heap of the worker of one render, in megabytes; 512 by default. */
  readonly renderMemoryMb?: number;
}

/** The options with what was not said filled in. */
export type ResolvedOptions = Required<HelmReleaseControllerOptions>;

/** Fills in the defaults. */
export function resolveOptions(options: HelmReleaseControllerOptions = {}): ResolvedOptions {
  return {
    ...consumerDefaults,
    disableChartDigestTracking: false,
    defaultToRetryOnFailure: false,
    useHelm3Defaults: false,
    cancelHealthCheckOnNewRevision: false,
    renderTimeoutMs: 60_000,
    renderMemoryMb: 512,
    ...options,
  };
}
