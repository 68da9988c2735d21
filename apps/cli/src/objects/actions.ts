import { ReconcileAnnotation } from "@weir/api";
import type { Kind, KubeClient } from "@weir/client";
import type { Clock, JsonObject } from "@weir/core";
import { formatKey, type KubeObject, type ObjectKey } from "@weir/objects";
import { CommandError } from "../cli-error.ts";
import { type FluxObject, fluxObjectOf, readyOf } from "./flux-object.ts";

/** The object that is acted on. */
export interface ActionTarget {
  readonly kind: Kind<KubeObject>;
  readonly key: ObjectKey;
}

/** What acting on an object needs. */
export interface ActionDeps {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Longest time that is waited for a reconcile. */
  readonly timeoutMs: number;
}

const FIELD_MANAGER = "weir";
const POLL_MS = 200;

/** Asks for a reconcile now and waits for its end. Returns what the object says of it. */
export async function reconcileNow(target: ActionTarget, deps: ActionDeps): Promise<string> {
  const before = await find(target, deps);
  if (before.spec.suspend === true) {
    throw new CommandError("Suspended", `${nameOf(target)} is suspended: resume it first`);
  }
  const requestedAt = new Date(deps.clock.now()).toISOString();
  await merge(
    target,
    { metadata: { annotations: { [ReconcileAnnotation.requestedAt]: requestedAt } } },
    deps,
  );
  return waitFor(target, deps, ({ status }) => status.lastHandledReconcileAt === requestedAt);
}

/** Suspends an object: nothing is reconciled until it is resumed. */
export async function suspend(target: ActionTarget, deps: ActionDeps): Promise<string> {
  await find(target, deps);
  await merge(target, { spec: { suspend: true } }, deps);
  return `${nameOf(target)} is suspended`;
}

/** Resumes an object and waits for its next reconcile to end. */
export async function resume(target: ActionTarget, deps: ActionDeps): Promise<string> {
  await find(target, deps);
  const { metadata } = await merge(target, { spec: { suspend: false } }, deps);
  return waitFor(target, deps, (object) => readyOf(object)?.observedGeneration === metadata.generation);
}

async function find({ kind, key }: ActionTarget, deps: ActionDeps): Promise<FluxObject> {
  const object = await deps.client.get(kind, key, { signal: deps.signal });
  if (object === undefined) throw new CommandError("NotFound", `there is no ${nameOf({ kind, key })}`);
  return fluxObjectOf(object);
}

function merge({ kind, key }: ActionTarget, patch: JsonObject, deps: ActionDeps): Promise<KubeObject> {
  const { client, signal } = deps;
  return client.patch(kind, key, { type: "merge", patch }, { fieldManager: FIELD_MANAGER, signal });
}

async function waitFor(
  target: ActionTarget,
  deps: ActionDeps,
  isHandled: (object: FluxObject) => boolean,
): Promise<string> {
  const deadline = deps.clock.monotonic() + deps.timeoutMs;
  for (;;) {
    const object = await find(target, deps);
    const ready = readyOf(object);
    if (ready !== undefined && ready.status !== "Unknown" && isHandled(object)) {
      if (ready.status === "True") return `${nameOf(target)}: ${ready.message}`;
      throw new CommandError("ReconcileFailed", `${nameOf(target)} is not ready: ${ready.message.trim()}`);
    }
    if (deps.clock.monotonic() > deadline) {
      throw new CommandError("TimedOut", `timed out waiting for ${nameOf(target)} to be reconciled`);
    }
    await deps.clock.sleep(POLL_MS, deps.signal);
  }
}

function nameOf({ kind, key }: ActionTarget): string {
  return `${kind.kind} ${formatKey(key)}`;
}
