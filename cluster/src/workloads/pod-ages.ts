import type { Pod } from "@weir/builtin/core-v1";
import { millisecondsOf } from "./timestamp.ts";

/** Creation times are whole seconds: a pod that was made within the last ones is as old as when it was first seen. */
const FRESH_MS = 1_500;

/** How old pods are, to the millisecond where they were seen to be made. */
export class PodAges {
  readonly #seen = new Map<string, { readonly uid: string; readonly ms: number }>();

  ageOf(key: string, { metadata }: Pod, nowMs: number): number {
    const uid = metadata.uid ?? "";
    const before = this.#seen.get(key);
    if (before?.uid === uid) return nowMs - before.ms;
    const createdMs = millisecondsOf(metadata.creationTimestamp) ?? nowMs;
    const ms = nowMs - createdMs < FRESH_MS ? nowMs : createdMs;
    this.#seen.set(key, { uid, ms });
    return nowMs - ms;
  }

  /** For how long a pod has been going, which it has since a whole second. */
  goingFor({ metadata }: Pod, sinceMs: number, nowMs: number): number {
    const key = `${metadata.namespace}/${metadata.name}`;
    const uid = `${metadata.uid} is going`;
    const before = this.#seen.get(key);
    if (before?.uid === uid) return nowMs - before.ms;
    const ms = nowMs - sinceMs < FRESH_MS ? nowMs : sinceMs;
    this.#seen.set(key, { uid, ms });
    return nowMs - ms;
  }

  forget(key: string): void {
    this.#seen.delete(key);
  }
}
