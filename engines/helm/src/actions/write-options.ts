import type { ReleaseContext } from "./release-context.ts";

/** Who writes, as the client takes it. */
export function writing({ fieldManager, signal }: ReleaseContext): {
  readonly fieldManager: string;
  readonly signal?: AbortSignal;
} {
  return signal === undefined ? { fieldManager } : { fieldManager, signal };
}
