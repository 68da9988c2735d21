import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** What a process holds. */
export interface ResourcesInUse {
  readonly heapMb: number;
  /** Handles and requests that keep it alive, by kind. */
  readonly handles: Readonly<Record<string, number>>;
}

/** Measures after a garbage collection. */
export async function resourcesInUse(): Promise<ResourcesInUse> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  for (let times = 0; times < 3; times++) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
  const handles: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) handles[kind] = (handles[kind] ?? 0) + 1;
  return { heapMb: process.memoryUsage().heapUsed / 1_048_576, handles };
}
