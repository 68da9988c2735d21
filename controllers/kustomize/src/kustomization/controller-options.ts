import { consumerDefaults, type ConsumerOptions } from "@weir/consumer";

/** What the controller may be told by flags; each default is Flux's. */
export interface KustomizationControllerOptions extends ConsumerOptions {
  /** How many objects of one Kustomization are dry-run at once; 4 by default. */
  readonly concurrentApplies?: number;
  /** Whether a variable without a value fails the build; true by default. */
  readonly strictSubstitutions?: boolean;
  /** Field managers whose changes are undone, besides kubectl's. */
  readonly overrideManagers?: readonly string[];
  /** Longest time one build may take, in milliseconds; 60 s by default. */
  readonly buildTimeoutMs?: number;
  /** Largest heap of the worker of one build, in megabytes; 512 by default. */
  readonly buildMemoryMb?: number;
}

/** The options with what was not said filled in. */
export type ResolvedOptions = Required<KustomizationControllerOptions>;

/** Fills in the defaults. */
export function resolveOptions(options: KustomizationControllerOptions = {}): ResolvedOptions {
  return {
    ...consumerDefaults,
    concurrentApplies: 4,
    strictSubstitutions: true,
    overrideManagers: [],
    buildTimeoutMs: 60_000,
    buildMemoryMb: 512,
    ...options,
  };
}
