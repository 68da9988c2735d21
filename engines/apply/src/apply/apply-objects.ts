import { type Clock, WeirError } from "@weir/core";
import { type Kind, type KubeClient, KubeApiError } from "@weir/client";
import { gvkOf, keyOf, type KubeObject } from "@weir/objects";
import { subjectOf } from "../object-name.ts";
import { mapConcurrently } from "../map-concurrently.ts";
import type { AppliedStates } from "./applied-states.ts";
import { applyRefused, DeletionTimeoutError, dryRunRefused, isImmutableRefusal } from "./apply-error.ts";
import type { Change } from "./change-set.ts";
import { hasDrifted } from "./drift.ts";
import { normalizeForApply, type OnDroppedFields } from "./normalize.ts";
import { stagesOf } from "./order.ts";
import { applyPolicyOf, isForced } from "./policy.ts";
import { healthOf } from "../health/health-status.ts";
import { takeOverFields } from "./take-over-fields.ts";

/** What applying needs from the outside. */
export interface ApplyDeps {
  readonly client: KubeClient;
  readonly clock: Clock;
  /** Waits until definitions are served and namespaces are active, before the next stage begins. */
  readonly waitForStage: (applied: readonly KubeObject[], signal: AbortSignal | undefined) => Promise<void>;
}

/** How a set of objects is applied. */
export interface ApplyOptions {
  readonly fieldManager: string;
  /** The group of the marks on objects, such as `kustomize.toolkit.fluxcd.io`. */
  readonly markGroup: string;
  /** Deletes and creates anew what has changed in a field that cannot change; false by default. */
  readonly force?: boolean;
  /** Other managers whose fields are taken over, besides kubectl and the applier's own updates. */
  readonly overrideManagers?: readonly string[];
  /** How many objects are dry-run or applied at once; 4 by default, as Flux. */
  readonly concurrency?: number;
  /** What was applied before; with it, objects that are as they were left are not dry-run again. */
  readonly known?: AppliedStates;
  /** Objects that are probably not there yet: they are dry-run without being read first. None by default. */
  readonly isNew?: (object: KubeObject) => boolean;
  /** Hears of fields that a built-in kind does not have: they are not sent. */
  readonly onDroppedFields?: OnDroppedFields;
  readonly signal?: AbortSignal;
}

/** A set of objects applied in part: what was done before one was refused, and why. */
export interface ApplyResult {
  readonly changes: readonly Change[];
  readonly error?: WeirError;
}

interface Plan {
  readonly desired: KubeObject;
  readonly live: KubeObject | undefined;
  readonly action: "create" | "configure" | "recreate" | "unchanged" | "skip";
}

const RECREATE_TIMEOUT_MS = 60_000;
const RECREATE_POLL_MS = 50;

/**
 * Applies objects in stages: definitions first, then classes, then the rest.
 *
 * Every object of a stage is dry-run before any of it is applied, so one that is refused keeps its whole stage from being
 * applied, as in Flux. Objects that would not change are not written. What earlier stages did is in the result.
 */
export async function applyObjects(
  objects: readonly KubeObject[],
  deps: ApplyDeps,
  options: ApplyOptions,
): Promise<ApplyResult> {
  const changes: Change[] = [];
  const stages = stagesOf(objects.map((object) => normalizeForApply(object, options.onDroppedFields)));
  for (const [index, stage] of stages.entries()) {
    try {
      const applied = await applyStage(stage, deps, options);
      changes.push(...applied);
      if (index < stages.length - 1) await waitForStage(applied, deps, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      if (error instanceof WeirError) return { changes, error };
      throw error;
    }
  }
  return { changes };
}

/** Most definitions are ready in the very answer to their apply; only the others are waited for. */
async function waitForStage(
  applied: readonly Change[],
  deps: ApplyDeps,
  options: ApplyOptions,
): Promise<void> {
  const pending = applied
    .filter(({ object, action }) => action !== "skipped" && healthOf(object).status !== "Current")
    .map(({ object }) => object);
  if (pending.length > 0) await deps.waitForStage(pending, options.signal);
}

async function applyStage(
  stage: readonly KubeObject[],
  deps: ApplyDeps,
  options: ApplyOptions,
): Promise<readonly Change[]> {
  const { concurrency = 4, signal } = options;
  const plans = await mapConcurrently(
    stage,
    concurrency,
    (desired) => planApply(desired, deps, options),
    signal,
  );
  return mapConcurrently(plans, 1, (plan) => carryOut(plan, deps, options), signal);
}

async function planApply(desired: KubeObject, deps: ApplyDeps, options: ApplyOptions): Promise<Plan> {
  if (await wouldCreate(desired, deps, options)) return { desired, live: undefined, action: "create" };
  const live = await readLive(desired, deps, options);
  const policy = applyPolicyOf(desired, live, options.markGroup);
  switch (policy) {
    case "ignore":
      return { desired, live, action: "skip" };
    case "if-not-present":
      return live === undefined
        ? planByDryRun(desired, live, deps, options)
        : { desired, live, action: "skip" };
    case "merge":
      return planByDryRun(desired, live, deps, options);
    case "override": {
      if (live !== undefined && options.known?.isApplied(desired, live) === true) {
        return { desired, live, action: "unchanged" };
      }
      const own = live === undefined ? live : await ensureOwnFields(live, deps, options);
      return planByDryRun(desired, own, deps, options);
    }
  }
}

/** Whether the dry run alone shows that the object is to be created; whatever else it shows is looked at again. */
async function wouldCreate(desired: KubeObject, deps: ApplyDeps, options: ApplyOptions): Promise<boolean> {
  if (options.isNew?.(desired) !== true) return false;
  if (applyPolicyOf(desired, undefined, options.markGroup) === "ignore") return false;
  try {
    const { metadata } = await sendApply(desired, deps, options, true);
    return (metadata.resourceVersion ?? "") === "";
  } catch {
    options.signal?.throwIfAborted();
    return false;
  }
}

async function planByDryRun(
  desired: KubeObject,
  live: KubeObject | undefined,
  deps: ApplyDeps,
  options: ApplyOptions,
): Promise<Plan> {
  try {
    const dryRun = await sendApply(desired, deps, options, true);
    if (live === undefined) return { desired, live, action: "create" };
    if (hasDrifted(live, dryRun)) return { desired, live, action: "configure" };
    options.known?.remember(desired, live);
    return { desired, live, action: "unchanged" };
  } catch (error) {
    options.signal?.throwIfAborted();
    if (live === undefined || !mayRecreate({ desired, live }, error, options)) {
      throw dryRunRefused(desired, error);
    }
    return { desired, live, action: "recreate" };
  }
}

function mayRecreate(
  { desired, live }: { readonly desired: KubeObject; readonly live: KubeObject },
  error: unknown,
  options: ApplyOptions,
): boolean {
  const isAsked = options.force === true || isForced(desired, live, options.markGroup);
  return isAsked && isImmutableRefusal(error);
}

async function readLive(
  desired: KubeObject,
  deps: ApplyDeps,
  options: ApplyOptions,
): Promise<KubeObject | undefined> {
  try {
    return await deps.client.get(kindOf(desired), keyOf(desired), signalOf(options));
  } catch (error) {
    options.signal?.throwIfAborted();
    // Who may apply but not read sees the dry run's answer instead.
    if (error instanceof KubeApiError && error.reason === "Forbidden") return undefined;
    throw dryRunRefused(desired, error);
  }
}

/** Gives kubectl's and older fields to our manager, so that what leaves the manifest leaves the object. */
async function ensureOwnFields(
  live: KubeObject,
  deps: ApplyDeps,
  options: ApplyOptions,
): Promise<KubeObject> {
  const { fieldManager, overrideManagers = [] } = options;
  const operations = takeOverFields(live, {
    fieldManager,
    from: [
      { name: "kubectl", operation: "Apply" },
      { name: "kubectl", operation: "Update" },
      { name: "before-first-apply", operation: "Update" },
      { name: fieldManager, operation: "Update" },
      ...overrideManagers.map((name) => ({ name, operation: "Apply" as const })),
      ...overrideManagers.map((name) => ({ name, operation: "Update" as const })),
    ],
    annotations: ["kubectl.kubernetes.io/last-applied-configuration"],
  });
  if (operations.length === 0) return live;
  return deps.client.patch(
    kindOf(live),
    keyOf(live),
    { type: "json", operations },
    { fieldManager, ...signalOf(options) },
  );
}

async function carryOut(plan: Plan, deps: ApplyDeps, options: ApplyOptions): Promise<Change> {
  const { desired, live, action } = plan;
  if (action === "unchanged") return { object: live ?? desired, action: "unchanged" };
  if (action === "skip") return { object: live ?? desired, action: "skipped" };
  try {
    if (action === "recreate") await deleteAndWait(desired, deps, options);
    const object = await sendApply(desired, deps, options, false);
    options.known?.remember(desired, object);
    return { object, action: action === "configure" ? "configured" : "created" };
  } catch (error) {
    options.signal?.throwIfAborted();
    throw applyRefused(desired, error);
  }
}

function sendApply(
  desired: KubeObject,
  deps: ApplyDeps,
  options: ApplyOptions,
  dryRun: boolean,
): Promise<KubeObject> {
  return deps.client.apply(kindOf(desired), desired, {
    fieldManager: options.fieldManager,
    force: true,
    dryRun,
    fieldValidation: "Warn",
    ...signalOf(options),
  });
}

/** Deletes an object and waits until its finalizers have let it go. */
async function deleteAndWait(desired: KubeObject, deps: ApplyDeps, options: ApplyOptions): Promise<void> {
  const kind = kindOf(desired);
  const key = keyOf(desired);
  await deps.client.delete(kind, key, { propagationPolicy: "Background", ...signalOf(options) });
  const deadline = deps.clock.monotonic() + RECREATE_TIMEOUT_MS;
  while ((await deps.client.get(kind, key, signalOf(options))) !== undefined) {
    if (deps.clock.monotonic() > deadline) throw new DeletionTimeoutError(subjectOf(desired));
    await deps.clock.sleep(RECREATE_POLL_MS, options.signal);
  }
}

/** The kind of an object, for the client. */
export function kindOf(object: { readonly apiVersion: string; readonly kind: string }): Kind {
  return gvkOf(object);
}

function signalOf(options: { readonly signal?: AbortSignal }): { readonly signal?: AbortSignal } {
  return options.signal === undefined ? {} : { signal: options.signal };
}
