/** What the controller may be told by flags; each default is Flux's. */
export interface KustomizationControllerOptions {
  /** How many Kustomizations are reconciled at once; 4 by default. */
  readonly concurrency?: number;
  /** How many objects of one Kustomization are dry-run at once; 4 by default. */
  readonly concurrentApplies?: number;
  /** When to look again for a dependency or an artifact that is not there yet, in milliseconds; 30 s by default. */
  readonly requeueDependencyMs?: number;
  /** Refuses sources in other namespaces; false by default. */
  readonly noCrossNamespaceRefs?: boolean;
  /** Lets sources be ExternalArtifacts; false by default. */
  readonly allowExternalArtifact?: boolean;
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
    concurrency: 4,
    concurrentApplies: 4,
    requeueDependencyMs: 30_000,
    noCrossNamespaceRefs: false,
    allowExternalArtifact: false,
    strictSubstitutions: true,
    overrideManagers: [],
    buildTimeoutMs: 60_000,
    buildMemoryMb: 512,
    ...options,
  };
}
