import {
  GitRepository,
  HelmChart,
  HelmRelease,
  HelmRepository,
  Kustomization,
  OCIRepository,
} from "@weir/api";
import type { Kind, KubeClient, WatchEvent } from "@weir/client";
import type { Clock } from "@weir/core";
import type { KubeObject } from "@weir/objects";
import { type ObjectState, objectStateOf } from "./object-state.ts";

/** The kinds whose progress is shown. */
const KINDS: readonly Kind<unknown, unknown>[] = [
  GitRepository,
  OCIRepository,
  HelmRepository,
  HelmChart,
  HelmRelease,
  Kustomization,
];
const RECONNECT_MS = 500;

/** Told of each change with the states of all objects. */
export type OnStateChange = (states: ReadonlyMap<string, ObjectState>, changed: ObjectState) => void;

/** Keeps the states of all Flux objects up to date until the signal aborts; `onChange` names what changed. */
export async function followObjects(
  client: KubeClient,
  clock: Clock,
  onChange: OnStateChange,
  signal: AbortSignal,
): Promise<void> {
  const states = new Map<string, ObjectState>();
  const take = (event: WatchEvent): void => {
    if (event.type === "BOOKMARK" || event.type === "ERROR") return;
    const state = objectStateOf(event.object);
    const before = states.get(state.id);
    if (event.type === "DELETED") states.delete(state.id);
    else states.set(state.id, state);
    if (event.type === "DELETED" || !sameState(before, state)) onChange(states, state);
  };
  const follow = async (kind: Kind<KubeObject>): Promise<void> => {
    while (!signal.aborted) {
      try {
        for await (const event of client.watch(kind, { sendInitialEvents: true, signal })) take(event);
      } catch {
        // The API server restarts or ends: the loop decides which.
      }
      await clock.sleep(RECONNECT_MS, signal).catch(() => {});
    }
  };
  await Promise.all(KINDS.map((kind) => follow(kind as Kind<KubeObject>)));
}

function sameState(a: ObjectState | undefined, b: ObjectState): boolean {
  return a?.phase === b.phase && a.message === b.message && a.revision === b.revision;
}
