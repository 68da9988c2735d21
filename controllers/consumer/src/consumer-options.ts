import { WATCH_ENABLED, WATCH_LABEL } from "@weir/api";
import type { ControllerOptions } from "@weir/sdk";

/** What every controller that consumes artifacts may be told by flags; each default is Flux's. */
export interface ConsumerOptions {
  /** How many objects are reconciled at once; 4 by default. */
  readonly concurrency?: number;
  /** When to look again for a dependency, an artifact or a chart that is not there yet, in milliseconds; 30 s by default. */
  readonly requeueDependencyMs?: number;
  /** By how much of itself an interval may be longer or shorter, so that many do not end at once; 0.05 by default. */
  readonly intervalJitter?: number;
  /** How soon an error is tried again; 750 ms doubling to 15 minutes by default. */
  readonly backoff?: NonNullable<ControllerOptions["backoff"]>;
  /** Labels of the ConfigMaps and Secrets whose changes wake objects; `reconcile.fluxcd.io/watch=Enabled` by default. */
  readonly configSelector?: string;
  /** Refuses sources, and the charts of such, in other namespaces; false by default. */
  readonly noCrossNamespaceRefs?: boolean;
  /** Lets sources be ExternalArtifacts; false by default. */
  readonly allowExternalArtifact?: boolean;
  /** Lets a dependency with a `readyExpr` count only if it is Ready, too; false by default. */
  readonly additiveCELDependencyCheck?: boolean;
  /** How often a failed download of an artifact is tried again; 9 by default. */
  readonly fetchRetries?: number;
  /** The service account that an object acts as that names none; the controller's own by default. */
  readonly defaultServiceAccount?: string;
  /** Lets a kubeconfig of a Secret run programs; false by default. */
  readonly insecureKubeconfigExec?: boolean;
  /** Lets a kubeconfig of a Secret skip the verification of its server; false by default. */
  readonly insecureKubeconfigTls?: boolean;
  /**
   * The service account whose tokens reach the clusters of ConfigMaps that name none; the controller's own by default. It
   * works with `objectLevelWorkloadIdentity` only.
   */
  readonly defaultKubeconfigServiceAccount?: string;
  /** Lets tokens of the service accounts that objects name be used; false by default. */
  readonly objectLevelWorkloadIdentity?: boolean;
  /** How many tokens for other clusters are kept; 100 by default, 0 keeps none. */
  readonly tokenCacheMaxSize?: number;
  /** How long such a token is kept at most, in milliseconds; an hour by default, which is also the limit. */
  readonly tokenCacheMaxDurationMs?: number;
}

/** What holds where nothing is said. */
export const consumerDefaults: Required<ConsumerOptions> = {
  concurrency: 4,
  requeueDependencyMs: 30_000,
  intervalJitter: 0.05,
  backoff: { baseMs: 750, maxMs: 15 * 60_000 },
  configSelector: `${WATCH_LABEL}=${WATCH_ENABLED}`,
  noCrossNamespaceRefs: false,
  allowExternalArtifact: false,
  additiveCELDependencyCheck: false,
  fetchRetries: 9,
  defaultServiceAccount: "",
  insecureKubeconfigExec: false,
  insecureKubeconfigTls: false,
  defaultKubeconfigServiceAccount: "",
  objectLevelWorkloadIdentity: false,
  tokenCacheMaxSize: 100,
  tokenCacheMaxDurationMs: 3_600_000,
};
