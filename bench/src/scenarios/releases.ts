import { startToolkit } from "@weir/testkit";
import { createNamespace } from "./fleet-toolkit.ts";
import {
  createRelease,
  createRepository,
  releaseNames,
  requestAll,
  serveSmallChart,
  watchReleases,
} from "./release-load.ts";
import { countRequests, type RequestCounter } from "./request-counter.ts";
import type { ReleasesFigures, RoundFigures } from "./scenario.ts";

/** Creates many HelmReleases of a small chart at once, waits until all are Ready, and lets them reconcile for nothing. */
export async function runReleases(
  { count, rounds }: { readonly count: number; readonly rounds: number },
  searchPath: string,
): Promise<ReleasesFigures> {
  let requests: RequestCounter | undefined;
  await using charts = await serveSmallChart();
  await using toolkit = await startToolkit({
    searchPath,
    transport: (inner) => {
      requests = countRequests(inner);
      return requests.transport;
    },
  });
  const { client } = toolkit;
  await createNamespace(client);
  await createRepository(client, charts);
  await using watch = watchReleases(client);
  const names = releaseNames(count);
  requests?.take();
  const memoryBeforeMb = process.memoryUsage.rss() / 1024 ** 2;
  const installed = startMeter();
  for (const name of names) await createRelease(client, name);
  const createMs = installed().wallMs;
  await watch.ready(names);
  const { wallMs, cpuSeconds } = installed();
  const figures = {
    wallMs,
    createMs,
    cpuSeconds,
    memoryBeforeMb,
    peakMb: process.resourceUsage().maxRSS / 1024,
    requests: Object.fromEntries(requests?.take() ?? []),
  };
  const idle: RoundFigures[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const meter = startMeter();
    await requestAll(client, names, { watch, at: `round-${round}` });
    const took = meter();
    globalThis.gc?.();
    const { rss, heapUsed } = process.memoryUsage();
    const taken = Object.fromEntries(requests?.take() ?? []);
    idle.push({ ...took, memoryMb: rss / 1024 ** 2, heapMb: heapUsed / 1024 ** 2, requests: taken });
  }
  return { ...figures, rounds: idle };
}

/** Tells the time and the CPU time since it was started. */
function startMeter(): () => { readonly wallMs: number; readonly cpuSeconds: number } {
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  return () => {
    const { user, system } = process.cpuUsage(cpuBefore);
    return { wallMs: performance.now() - start, cpuSeconds: (user + system) / 1e6 };
  };
}
