/** Annotations by which a person asks a controller for something. */
export const ReconcileAnnotation = {
  /** Any change reconciles at once; the value is echoed in `status.lastHandledReconcileAt`. */
  requestedAt: "reconcile.fluxcd.io/requestedAt",
  /** With the value of `requestedAt`: one forced install or upgrade of a HelmRelease. */
  forceAt: "reconcile.fluxcd.io/forceAt",
  /** With the value of `requestedAt`: the failure counts of a HelmRelease start anew. */
  resetAt: "reconcile.fluxcd.io/resetAt",
} as const;

/** The label of a ConfigMap or Secret whose changes wake the objects that refer to it. */
export const WATCH_LABEL = "reconcile.fluxcd.io/watch";

/** The value of `WATCH_LABEL` that switches it on. */
export const WATCH_ENABLED = "Enabled";

/** The label that says which shard of a controller reconciles an object. */
export const SHARD_LABEL = "sharding.fluxcd.io/key";

/**
 * What a managed object says to the Kustomization that applies it, by an annotation or a label of this key; values are
 * compared without regard to case.
 */
export const KustomizeAnnotation = {
  /** `disabled`: neither applied nor pruned. */
  reconcile: "kustomize.toolkit.fluxcd.io/reconcile",
  /** `disabled`: never pruned. */
  prune: "kustomize.toolkit.fluxcd.io/prune",
  /** How the object is applied; see `ServerSideApplyMode`. */
  ssa: "kustomize.toolkit.fluxcd.io/ssa",
  /** `enabled`: recreated when a change is refused. */
  force: "kustomize.toolkit.fluxcd.io/force",
  /** `disabled`: variables are left as they are. */
  substitute: "kustomize.toolkit.fluxcd.io/substitute",
  /** `disabled`: not decrypted. */
  decrypt: "kustomize.toolkit.fluxcd.io/decrypt",
} as const;

/** The value that switches off what an annotation is about. */
export const DISABLED = "disabled";

/** The value that switches on what an annotation is about. */
export const ENABLED = "enabled";

/** How an object is applied, as the `ssa` annotation says. */
export const ServerSideApplyMode = {
  /** All fields are taken; the default. */
  override: "Override",
  /** Fields of others stay, also those that are not declared. */
  merge: "Merge",
  /** Created where it is missing, and never changed. */
  ifNotPresent: "IfNotPresent",
  /** Left alone. */
  ignore: "Ignore",
} as const;

/** What a managed object says to the HelmRelease that owns it. */
export const HelmAnnotation = {
  /** `disabled`: drift of this object is not looked for. */
  driftDetection: "helm.toolkit.fluxcd.io/driftDetection",
} as const;

/** Annotations with this prefix are copied into the metadata of an object's events. */
export const EVENT_ANNOTATION_PREFIX = "event.toolkit.fluxcd.io/";
