import { Namespace } from "@weir/builtin/core-v1";
import { isApiError, metadataOnly, type ResolvedKind } from "@weir/client";
import { describeError, type Outcome } from "@weir/core";
import { type BaseContext, type Controller, createController } from "@weir/sdk";
import { millisecondsOf } from "../workloads/timestamp.ts";
import { setCondition } from "../workloads/set-condition.ts";
import { type DeletionRound, namespaceConditions } from "./namespace-conditions.ts";

/** What the finalizer of a namespace stands for. */
export interface NamespaceOptions {
  /** `content` deletes everything in it first; `finalizer-only` lets it go as it is. */
  readonly mode: "content" | "finalizer-only";
  /** Whether something lets go of deleted pods that run on a node; else they are deleted by force. */
  readonly podsAreLetGo: boolean;
}

const FINALIZER = "kubernetes";
const SOONEST_MS = 50;
const LATEST_MS = 5_000;
const KINDS_AT_A_TIME = 8;

/** Works off the `kubernetes` finalizer of namespaces that are deleted. */
export function namespaceController(options: NamespaceOptions): Controller {
  return createController("namespace", { concurrency: 8, component: "kube-controller-manager" })
    .forKeys()
    .watches(Namespace, { map: (namespace) => [namespace] })
    .reconcile(async (name, ctx): Promise<Outcome | void> => {
      const namespace = await ctx.get(Namespace, { name });
      const isHeld = namespace?.spec?.finalizers?.includes(FINALIZER) === true;
      if (namespace?.metadata.deletionTimestamp === undefined || !isHeld) return;
      if (options.mode === "content") {
        const round = await deleteContent(name, options, ctx);
        await report(namespace, round, ctx);
        if (isUnfinished(round)) return waitFor(namespace, ctx);
      }
      await finalize(namespace, ctx);
    });
}

/** Deletes what there is of every kind that discovery names, and counts what stays for now. */
async function deleteContent(
  namespace: string,
  options: NamespaceOptions,
  ctx: BaseContext,
): Promise<DeletionRound> {
  const remaining = new Map<string, number>();
  const finalizers = new Map<string, number>();
  const problems: string[] = [];
  const deleteOne = async (kind: ResolvedKind): Promise<void> => {
    try {
      const left = await deleteKind(kind, namespace, options, ctx);
      if (left.length > 0) remaining.set(`${kind.plural}.${kind.group}`, left.length);
      for (const finalizer of left.flat()) finalizers.set(finalizer, (finalizers.get(finalizer) ?? 0) + 1);
    } catch (error) {
      problems.push(describeError(error));
    }
  };
  const { kinds, problem: discoveryProblem } = await discoverDeletable(ctx);
  for (let at = 0; at < kinds.length; at += KINDS_AT_A_TIME) {
    await Promise.all(kinds.slice(at, at + KINDS_AT_A_TIME).map(deleteOne));
  }
  const deletionProblem =
    problems.length === 0
      ? undefined
      : `Failed to delete all resource types, ${problems.length} remaining: ${problems.toSorted().join(", ")}`;
  return { discoveryProblem, deletionProblem, remaining, finalizers };
}

async function discoverDeletable(
  ctx: BaseContext,
): Promise<{ readonly kinds: readonly ResolvedKind[]; readonly problem: string | undefined }> {
  try {
    return { kinds: oncePerStorage(await ctx.client.discover({ refresh: true })), problem: undefined };
  } catch (error) {
    return { kinds: [], problem: `Discovery failed: ${describeError(error)}` };
  }
}

/** Gives the finalizers of each object that is left. */
async function deleteKind(
  kind: ResolvedKind,
  namespace: string,
  options: NamespaceOptions,
  ctx: BaseContext,
): Promise<readonly (readonly string[])[]> {
  const read = metadataOnly(kind);
  const present = await ctx.live.list(read, { namespace });
  if (present.items.length === 0) return [];
  const isForced = kind.plural === "pods" && kind.group === "" && !options.podsAreLetGo;
  for (const { metadata } of present.items) {
    if (metadata.deletionTimestamp !== undefined && !isForced) continue;
    await ctx.delete(
      read,
      { namespace, name: metadata.name ?? "" },
      { propagationPolicy: "Background", ...(isForced ? { gracePeriodSeconds: 0 } : {}) },
    );
  }
  const left = await ctx.live.list(read, { namespace });
  return left.items.map(({ metadata }) => metadata.finalizers ?? []);
}

/** Kinds that can be deleted, each once although several versions or groups may serve it. */
function oncePerStorage(kinds: readonly ResolvedKind[]): readonly ResolvedKind[] {
  const seen = new Set<string>();
  return kinds.filter((kind) => {
    const isDeletable =
      kind.scope === "Namespaced" && kind.verbs.includes("list") && kind.verbs.includes("delete");
    // Core events are the same objects as those of their own group.
    const group = kind.plural === "events" && kind.group === "events.k8s.io" ? "" : kind.group;
    const name = `${kind.plural}.${group}`;
    if (!isDeletable || seen.has(name)) return false;
    seen.add(name);
    return true;
  });
}

async function report(namespace: Namespace, round: DeletionRound, ctx: BaseContext): Promise<void> {
  const nowMs = ctx.clock.now();
  await ctx.update(
    Namespace,
    { name: namespace.metadata.name ?? "" },
    (current) => {
      let conditions = current.status?.conditions ?? [];
      for (const wanted of namespaceConditions(round)) conditions = setCondition(conditions, wanted, nowMs);
      return { ...current, status: { ...current.status, conditions } };
    },
    { subresource: "status" },
  );
}

async function finalize(namespace: Namespace, ctx: BaseContext): Promise<void> {
  try {
    await ctx.update(
      Namespace,
      { name: namespace.metadata.name ?? "" },
      (current) => {
        const finalizers = (current.spec?.finalizers ?? []).filter((finalizer) => finalizer !== FINALIZER);
        return { ...current, spec: { ...current.spec, finalizers } };
      },
      { subresource: "finalize" },
    );
  } catch (error) {
    if (!isApiError(error, "NotFound")) throw error;
  }
}

function isUnfinished(round: DeletionRound): boolean {
  return (round.discoveryProblem ?? round.deletionProblem) !== undefined || round.remaining.size > 0;
}

/** Looks again soon at first and, where finalizers take long, more seldom; at most twice as late as need be. */
function waitFor(namespace: Namespace, ctx: BaseContext): Outcome {
  const sinceMs = millisecondsOf(namespace.metadata.deletionTimestamp) ?? ctx.clock.now();
  const recheckAfterMs = Math.min(LATEST_MS, Math.max(SOONEST_MS, (ctx.clock.now() - sinceMs) / 8));
  return {
    kind: "waiting",
    reason: "ContentRemaining",
    message: "content of the namespace remains",
    recheckAfterMs,
  };
}
