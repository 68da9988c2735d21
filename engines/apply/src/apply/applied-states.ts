import type { JsonObject } from "@weir/core";
import { jsonEqual, type KubeObject } from "@weir/objects";
import { hasDrifted } from "./drift.ts";

interface AppliedState {
  readonly desired: KubeObject;
  readonly live: KubeObject;
}

const REMEMBERED = 20_000;

/**
 * Remembers what was applied and what the cluster then had, so that an apply that would change nothing needs no dry run.
 *
 * What was used longest ago is forgotten first; nothing is lost by that but time.
 */
export class AppliedStates {
  readonly #states = new Map<string, AppliedState>();

  /** Whether this intent was applied to this very object, and nothing of it but its status has changed since. */
  isApplied(desired: KubeObject, live: KubeObject): boolean {
    const key = keyOf(desired);
    const state = this.#states.get(key);
    if (state === undefined || state.live.metadata.uid !== live.metadata.uid) return false;
    if (!jsonEqual(json(state.desired), json(desired))) return false;
    if (state.live.metadata.resourceVersion !== live.metadata.resourceVersion) {
      if (hasDrifted(state.live, live)) return false;
      this.#states.set(key, { desired, live });
    }
    return true;
  }

  /** Notes that the intent is in effect and that this is what the cluster has. */
  remember(desired: KubeObject, live: KubeObject): void {
    const key = keyOf(desired);
    this.#states.delete(key);
    this.#states.set(key, { desired, live });
    if (this.#states.size <= REMEMBERED) return;
    const oldest = this.#states.keys().next();
    if (!oldest.done) this.#states.delete(oldest.value);
  }
}

function keyOf({ apiVersion, kind, metadata }: KubeObject): string {
  return JSON.stringify([apiVersion, kind, metadata.namespace ?? "", metadata.name ?? ""]);
}

function json(object: KubeObject): JsonObject {
  return object as unknown as JsonObject;
}
