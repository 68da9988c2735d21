import type { KubeClient } from "@weir/client";
import type { Logger } from "@weir/core";
import { createManager, type ManagerOptions } from "@weir/sdk";
import { myapps } from "./controller.ts";
import { logAll } from "./log-all.ts";

/** Runs the controller and its periodic task on a cluster until the signal aborts. */
export async function runManager(
  client: KubeClient,
  logger: Logger,
  signal: AbortSignal,
  options: Partial<ManagerOptions> = {},
): Promise<void> {
  await using manager = createManager({
    ...options,
    client,
    logger,
    controllers: [myapps],
    tasks: [logAll],
  });
  logger.info("starting", { controller: myapps.name });
  await manager.run({ signal });
  logger.info("stopped");
}

/** Aborts at the first Ctrl-C or request to end, so that running reconciles can finish; a second one ends at once. */
export function shutdownSignal(process: NodeJS.Process): AbortSignal {
  const ending = new AbortController();
  const onSignal = (): void => {
    if (ending.signal.aborted) process.exit(130);
    ending.abort();
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return ending.signal;
}
