import { createMemoryStorage } from "@weir/apiserver";
import { faultyTransport, type FaultPlan, type FaultTarget, RestartableCluster } from "@weir/testenv";
import { sessionOf } from "./in-process.ts";
import { LOOPS_OFF } from "./loops-off.ts";
import type { Target } from "./target.ts";

/** So many revisions are never forgotten: who reads as fast as it can is not that far behind. */
const KEPT = 10;

/**
 * The API of a test environment in this process, whose clients meet faults by a plan. What watches over everything meets none,
 * so that it can be told what the faults did.
 */
export async function startFaulty(plan: FaultPlan): Promise<Target> {
  const storage = createMemoryStorage();
  const cluster = await RestartableCluster.start({ storage, loops: LOOPS_OFF });
  const target: FaultTarget = {
    compact: async () => storage.compact(Math.max(1, (await storage.revision()) - KEPT)),
    restart: async () => {
      await cluster.kill();
      await cluster.start();
    },
  };
  const faulty = faultyTransport(cluster.transport, plan, { target });
  return {
    promises: { watchesBeginFresh: true, expiresOnlyCompacted: true, deletionsSeeFinalizers: true },
    compactsEverything: true,
    connect: () => ({ ...sessionOf(faulty), auditor: sessionOf(cluster.transport).plain }),
    [Symbol.asyncDispose]: async () => {
      await cluster[Symbol.asyncDispose]();
      await storage[Symbol.asyncDispose]();
    },
  };
}
