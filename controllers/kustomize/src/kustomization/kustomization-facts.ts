import type { InventoryEntry } from "@weir/apply";

/** What a run found out so far; the report makes the status of it. */
export interface KustomizationFacts {
  /** What the run is at, as the Reconciling condition says it; absent until the source and dependencies are ready. */
  readonly stage: string;
  /** The revision whose artifact was fetched and holds the path. */
  readonly attemptedRevision: string;
  /** What is applied now. */
  readonly inventory: readonly InventoryEntry[];
  readonly attempt: Attempt;
  readonly health: HealthFact;
}

/** A build that was brought to the cluster, or was to be. */
export interface Attempt {
  /** Digest of the built objects. */
  readonly digest: string;
  readonly durationMs: number;
  readonly revision: string;
  readonly originRevision?: string;
}

/** What is known of the health of the applied objects. */
export type HealthFact =
  | { readonly kind: "unchecked" }
  | { readonly kind: "checking"; readonly message: string }
  | { readonly kind: "passed"; readonly message: string }
  | { readonly kind: "failed"; readonly message: string };
