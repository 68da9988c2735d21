import { Reason } from "@weir/api";
import type { BaseContext, Progress, ReconcileEvent } from "@weir/sdk";
import type { SourceFacts } from "../report/source-facts.ts";

/** What the steps that sources share need of a run. */
export interface SourceContext extends Pick<BaseContext, "live" | "get" | "list" | "signal"> {
  record(facts: Partial<SourceFacts>): void;
  progress(progress: Progress): Promise<void>;
  event(event: ReconcileEvent): void;
}

/** Says what a run is at. */
export async function sayProgress(ctx: SourceContext, message: string): Promise<void> {
  ctx.record({ progress: message });
  await ctx.progress({ reason: Reason.Progressing, message });
}
