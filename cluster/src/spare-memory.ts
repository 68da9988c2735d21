import { flushCompileCache } from "node:module";
import { setFlagsFromString } from "node:v8";

/**
 * Takes a fifth less memory in a process that does nothing but run a cluster, for all its life: V8's middle compiler, whose
 * work its last one does again, is left out, the last one sets in sooner, and garbage is looked for sooner. Until the code is
 * warm, a request costs up to a tenth more.
 *
 * To be called once the cluster serves: until then the middle compiler pays. What was compiled until then is written to
 * Node's compile cache, if that is on, because what is compiled under other flags is not found again at the next start.
 */
export function spareMemory(): void {
  flushCompileCache();
  setFlagsFromString("--no-maglev");
  setFlagsFromString("--interrupt-budget=66000");
  setFlagsFromString("--minimum-invocations-after-ic-update=200");
  setFlagsFromString("--heap-growing-percent=20");
}
