import { type ControllerOptions, type ControllerStart, createController } from "@weir/sdk";

/** How the controller of a kind of source runs. */
export interface SourceControllerOptions {
  /** How many objects are reconciled at once; 2 by default, as Flux. */
  readonly concurrency?: number;
  /** How soon a failure is tried again; 750 ms doubling to 15 minutes by default, as source-controller. */
  readonly backoff?: NonNullable<ControllerOptions["backoff"]>;
}

const BACKOFF = { baseMs: 750, maxMs: 15 * 60_000 };

/** A controller that runs and speaks as source-controller does. */
export function startSourceController(
  name: string,
  { concurrency = 2, backoff = BACKOFF }: SourceControllerOptions,
): ControllerStart {
  return createController(name, { concurrency, component: "source-controller", backoff });
}
