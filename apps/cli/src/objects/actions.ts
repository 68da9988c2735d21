import { ReconcileAnnotation } from "@weir/api";
import { isApiError, type KubeClient } from "@weir/client";
import type { Clock, JsonObject } from "@weir/core";
import type { KubeObject, ObjectKey } from "@weir/objects";
import { CommandError } from "../cli-error.ts";
import { findKind, type NamedKind, readKinds } from "./flux-kinds.ts";
import {
  type FluxObject,
  fluxObjectOf,
  isStatic,
  type ObjectReference,
  readyOf,
  revisionOf,
  sourceOf,
} from "./flux-object.ts";

/** What acting on objects needs. */
export interface ActionDeps {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Longest time that is waited for a reconcile. */
  readonly timeoutMs: number;
  /** Told each step, as flux tells them. */
  readonly say: (line: string) => void;
}

/** What `weir reconcile` was asked for. */
export interface ReconcileOptions {
  /** `hr podinfo`, `source git app`. */
  readonly words: readonly string[];
  readonly namespace: string;
  /** Its sources first. */
  readonly withSource: boolean;
  /** A HelmRelease installs or upgrades once, whatever its state. */
  readonly force: boolean;
  /** The failure counts of a HelmRelease start anew. */
  readonly reset: boolean;
}

/** What `weir suspend` and `weir resume` were asked for. */
export interface SuspensionOptions {
  /** `hr podinfo web`, `source git app`. */
  readonly words: readonly string[];
  readonly namespace: string;
  /** All objects of the kind in the namespace. */
  readonly all: boolean;
}

interface Target {
  readonly named: NamedKind;
  readonly key: ObjectKey;
}

const FIELD_MANAGER = "weir";
const POLL_MS = 200;

/** Asks for a reconcile now and waits for its end; with its sources first where that was asked for. */
export async function reconcileNow(options: ReconcileOptions, deps: ActionDeps): Promise<void> {
  const { kinds, isMixed, rest } = readKinds(options.words);
  const [named] = kinds;
  const [name, ...more] = rest;
  if (isMixed || named === undefined) throw new CommandError("InvalidArgument", "name the kind to reconcile");
  if (name === undefined) throw nameMissing(named);
  if (more.length > 0) throw new CommandError("InvalidArgument", "name one object to reconcile");
  if ((options.force || options.reset) && named.kind.kind !== "HelmRelease") {
    throw new CommandError("InvalidFlag", "--force and --reset are for a HelmRelease");
  }
  const target = { named, key: { namespace: options.namespace, name } };
  if (options.withSource) await reconcileSources(target, deps);
  await reconcileOne(target, deps, options);
}

/** The sources of an object, the farthest first. */
async function reconcileSources(target: Target, deps: ActionDeps): Promise<void> {
  const object = await find(target, deps);
  for (const { kind, name, namespace = "" } of sourcesOf(object)) {
    const named = findKind(kind);
    // Others write ExternalArtifacts, and nothing here reconciles one.
    if (named.kind.kind === "ExternalArtifact") continue;
    await reconcileOne({ named, key: { namespace, name } }, deps, {});
  }
}

function sourcesOf(object: FluxObject): readonly ObjectReference[] {
  const source = sourceOf(object);
  const [namespace = "", name] = object.status.helmChart?.split("/") ?? [];
  const hasChart = object.spec.chartRef === undefined && name !== undefined;
  return [
    ...(source === undefined ? [] : [source]),
    ...(hasChart ? [{ kind: "HelmChart", namespace, name }] : []),
  ];
}

async function reconcileOne(
  target: Target,
  deps: ActionDeps,
  { force = false, reset = false }: Partial<ReconcileOptions>,
): Promise<void> {
  const { kind } = target.named.kind;
  const { namespace = "", name } = target.key;
  const before = await find(target, deps);
  if (isStatic(before)) return deps.say("✔ reconciliation not supported by the object");
  if (before.spec.suspend === true) throw new CommandError("Suspended", "resource is suspended");
  deps.say(`► annotating ${kind} ${name} in ${namespace} namespace`);
  const requestedAt = new Date(deps.clock.now()).toISOString();
  const annotations = {
    [ReconcileAnnotation.requestedAt]: requestedAt,
    ...(force ? { [ReconcileAnnotation.forceAt]: requestedAt } : {}),
    ...(reset ? { [ReconcileAnnotation.resetAt]: requestedAt } : {}),
  };
  await merge(target, { metadata: { annotations } }, deps);
  deps.say(`✔ ${kind} annotated`);
  deps.say(`◎ waiting for ${kind} reconciliation`);
  const after = await waitFor(target, deps, ({ status }) => status.lastHandledReconcileAt === requestedAt);
  deps.say(`✔ ${successOf(after)}`);
}

/** Suspends objects: nothing is reconciled until they are resumed. */
export async function suspend(options: SuspensionOptions, deps: ActionDeps): Promise<void> {
  for (const target of await targetsOf(options, deps)) {
    const { words } = target.named;
    deps.say(`► suspending ${words} ${target.key.name} in ${options.namespace} namespace`);
    await merge(target, { spec: { suspend: true } }, deps);
    deps.say(`✔ ${words} suspended`);
  }
}

/** Resumes objects; waits for the next reconcile to end where a single one was named. */
export async function resume(options: SuspensionOptions, deps: ActionDeps): Promise<void> {
  const targets = await targetsOf(options, deps);
  for (const target of targets) {
    const { words, kind } = target.named;
    const { name } = target.key;
    deps.say(`► resuming ${words} ${name} in ${options.namespace} namespace`);
    const { metadata } = await merge(target, { spec: { suspend: false } }, deps);
    deps.say(`✔ ${words} resumed`);
    if (options.all || targets.length > 1 || isStatic(await find(target, deps))) continue;
    deps.say(`◎ waiting for ${kind.kind} reconciliation`);
    const isNew = (object: FluxObject): boolean =>
      readyOf(object)?.observedGeneration === metadata.generation;
    const after = await waitFor(target, deps, isNew);
    deps.say(`✔ ${kind.kind} ${name} reconciliation completed`);
    deps.say(`✔ ${successOf(after)}`);
  }
}

/** The objects that were named and are there, or all of the kind; one that is missing is told, as flux does. */
async function targetsOf(
  { words, namespace, all }: SuspensionOptions,
  deps: ActionDeps,
): Promise<readonly Target[]> {
  const { kinds, isMixed, rest } = readKinds(words);
  const [named] = kinds;
  if (isMixed || named === undefined)
    throw new CommandError("InvalidArgument", "name the kind of the objects");
  if (rest.length === 0 && !all) throw nameMissing(named);
  const { items } = await deps.client.list(named.kind, { namespace, signal: deps.signal });
  const present = items.map(({ metadata }) => metadata.name ?? "");
  for (const name of rest) {
    if (!present.includes(name)) deps.say(`✗ ${named.kind.kind} ${name} not found in ${namespace} namespace`);
  }
  const names = all ? present : rest.filter((name) => present.includes(name));
  return names.map((name) => ({ named, key: { namespace, name } }));
}

function nameMissing({ words }: NamedKind): CommandError {
  return new CommandError("InvalidArgument", `${words} name is required`);
}

async function find({ named: { kind }, key }: Target, deps: ActionDeps): Promise<FluxObject> {
  const object = await deps.client.get(kind, key, { signal: deps.signal });
  if (object !== undefined) return fluxObjectOf({ ...object, kind: kind.kind });
  const resource = `${kind.plural ?? kind.kind}.${kind.group}`;
  throw new CommandError("NotFound", `${resource} ${JSON.stringify(key.name)} not found`);
}

async function merge(
  { named: { kind }, key }: Target,
  patch: JsonObject,
  { client, signal }: ActionDeps,
): Promise<KubeObject> {
  try {
    return await client.patch(kind, key, { type: "merge", patch }, { fieldManager: FIELD_MANAGER, signal });
  } catch (cause) {
    if (!isApiError(cause)) throw cause;
    throw new CommandError("PatchFailed", `cannot change ${kind.kind} ${key.name}`, { cause });
  }
}

async function waitFor(
  target: Target,
  deps: ActionDeps,
  isHandled: (object: FluxObject) => boolean,
): Promise<FluxObject> {
  const { kind } = target.named.kind;
  const deadline = deps.clock.monotonic() + deps.timeoutMs;
  for (;;) {
    const object = await find(target, deps);
    const ready = readyOf(object);
    if (ready !== undefined && ready.status !== "Unknown" && isHandled(object)) {
      if (ready.status === "True") return object;
      const name = `${kind} ${target.key.name}`;
      throw new CommandError("ReconcileFailed", `${name} is not ready: ${ready.message.trim()}`);
    }
    if (deps.clock.monotonic() > deadline) {
      throw new CommandError("TimedOut", `timed out waiting for ${kind} ${target.key.name} to be reconciled`);
    }
    await deps.clock.sleep(POLL_MS, deps.signal);
  }
}

function successOf(object: FluxObject): string {
  const isSource = findKind(object.kind).source !== undefined;
  return `${isSource ? "fetched" : "applied"} revision ${revisionOf(object) ?? ""}`;
}
