import type { HelmRelease } from "@weir/api";
import type { ReconcileContext, ReconcileEvent } from "@weir/sdk";
import { applyHappening } from "../report/apply-happening.ts";
import { type Happening, type HappeningBody, isShown } from "../report/happening.ts";
import type { HelmReleaseFacts } from "../report/report-helm-release.ts";
import type { Status } from "../report/status-draft.ts";

/** The context of a run of this controller. */
export type HelmReleaseContext = ReconcileContext<HelmRelease, HelmReleaseFacts>;

/**
 * What became of a HelmRelease in one run so far. The status after all that happened decides what is done next, and is
 * what the report writes.
 */
export class RunStory {
  readonly #release: HelmRelease;
  readonly #ctx: HelmReleaseContext;
  #status: Status;

  constructor(release: HelmRelease, ctx: HelmReleaseContext) {
    this.#release = release;
    this.#ctx = ctx;
    this.#status = (release.status ?? {}) as Status;
    ctx.record({ status: this.#status, shown: this.#status });
  }

  /** The status after all that happened. */
  get status(): Status {
    return this.#status;
  }

  /** The HelmRelease with that status. */
  get release(): HelmRelease {
    return { ...this.#release, status: this.#status } as HelmRelease;
  }

  /** Notes what happened; where Flux writes the status at this point, a run that takes long shows it. */
  async note(body: HappeningBody, options: { readonly now?: boolean } = {}): Promise<void> {
    const happening = { ...body, atMs: this.#ctx.clock.now() } as Happening;
    this.#status = applyHappening(this.#status, happening, this.#release);
    this.#ctx.record({ status: this.#status });
    if (!isShown(happening)) return;
    this.#ctx.record({ shown: this.#status });
    await this.#ctx.progress({ reason: "Progressing", message: body.kind }, options);
  }

  /** Says that what happened explains the end of the run. */
  explain(facts: Partial<Pick<HelmReleaseFacts, "isExplained" | "isObserved" | "isQuiet">>): void {
    this.#ctx.record(facts);
  }

  /** Publishes an event about the release. */
  publish(event: ReconcileEvent): void {
    this.#ctx.event(event);
  }
}
