import { type ControlPlanePrograms, startControlPlane } from "@weir/testkit";
import { openSession } from "./embedded.ts";
import type { Target } from "./target.ts";

/**
 * A kube-apiserver with its etcd: proves the model. It is not killed; its watch caches answer watches without a revision, and
 * forget what they please.
 */
export async function startReal(programs: ControlPlanePrograms): Promise<Target> {
  const plane = await startControlPlane({ programs });
  return {
    promises: { watchesBeginFresh: false, expiresOnlyCompacted: false, deletionsSeeFinalizers: false },
    compactsEverything: true,
    connect: () => openSession(plane),
    compact: () => plane.compactHistory(),
    [Symbol.asyncDispose]: () => plane[Symbol.asyncDispose](),
  };
}
