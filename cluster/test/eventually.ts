import { expect } from "vitest";

const LONGEST_MS = 20_000;
const PAUSE_MS = 5;

/** Waits until an assertion holds; fails with its last failure. */
export async function eventually<Value>(check: () => Promise<Value> | Value): Promise<Value> {
  const startedMs = performance.now();
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() - startedMs > LONGEST_MS) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

/** Waits until a read gives the wanted value. */
export function becomes<Value>(read: () => Promise<Value> | Value, wanted: unknown): Promise<void> {
  return eventually(async () => expect(await read()).toEqual(wanted));
}
