import { describeError, type JsonObject, type JsonValue, type Outcome, WeirError } from "@weir/core";
import type { Kind } from "@weir/client";
import { deepFreeze, type KubeObject, parseKey } from "@weir/objects";
import { isBuiltInKind } from "../controller/built-in-kind.ts";
import type { Controller, PrimaryDeclaration, ReconcileResult } from "../controller/controller.ts";
import { REQUESTED_AT_ANNOTATION } from "../controller/predicates.ts";
import type { ReconcileContext } from "./context.ts";
import { addFinalizers, removeFinalizer } from "./finalizers.ts";
import { outcomeOfError, outcomeOfResult } from "./outcome-of.ts";
import { ObjectContext, type RunRecord } from "./object-context.ts";
import { ProgressWriter } from "./progress-writer.ts";
import type { Resource } from "../resource/define-resource.ts";
import { componentOf, type ReconcileDeps, type RunParts } from "./reconcile-deps.ts";
import { ManagerStoppedError } from "./reconcile-errors.ts";
import type { Observation, Progress, Report, Reported } from "./report.ts";
import { StatusWriter } from "./status-writer.ts";
import { summarize } from "./summarize.ts";

/** How the shell left an object. */
export type RunEnd =
  /** There is no such object (any more). */
  | { readonly kind: "gone" }
  | {
      readonly kind: "ended";
      readonly object: KubeObject | undefined;
      readonly outcome: Outcome;
      readonly thrown?: unknown;
    };

const PROGRESS_AFTER_MS = 250;
const IN_PROGRESS: Progress = { reason: "Progressing", message: "reconciliation in progress" };

/**
 * The one shell around every reconcile: reads the object, adds or works off finalizers, skips what is suspended, runs
 * the controller, and writes the status once, at the end.
 */
export async function reconcileObject(deps: ReconcileDeps, parts: RunParts): Promise<RunEnd> {
  const { controller, informers } = deps;
  const primary = controller.primary as PrimaryDeclaration;
  const found = informers.get(primary.kind as Kind<KubeObject>, parseKey(parts.key));
  if (found === undefined) return { kind: "gone" };
  if (found.metadata.deletionTimestamp !== undefined) return new ObjectRun(deps, parts, found).finalize();

  const held = controller.finalizers.length === 0 ? found : await withFinalizers(deps, parts, found);
  if (held === undefined) return { kind: "gone" };
  // What a write answered is as immutable to the controller as what the cache holds.
  const run = new ObjectRun(deps, parts, deepFreeze(held) as KubeObject);
  return isSuspended(primary, held) ? run.suspend() : run.reconcile();
}

function withFinalizers(
  { controller }: ReconcileDeps,
  { shellClient }: RunParts,
  object: KubeObject,
): Promise<KubeObject | undefined> {
  const { kind } = controller.primary as PrimaryDeclaration;
  const needed = controller.finalizers.filter(({ when }) => when?.(object) !== false);
  const names = needed.map(({ name }) => name);
  return addFinalizers(object, names, { client: shellClient, kind, fieldManager: componentOf(controller) });
}

class ObjectRun {
  readonly #deps: ReconcileDeps;
  readonly #parts: RunParts;
  readonly #primary: PrimaryDeclaration;
  readonly #object: KubeObject;
  readonly #status: StatusWriter;
  readonly #progress: ProgressWriter;
  readonly #report: Report<KubeObject, JsonObject> | undefined;
  readonly #record: RunRecord = { facts: {}, summary: { patch: {}, verdict: undefined } };

  constructor(deps: ReconcileDeps, parts: RunParts, object: KubeObject) {
    const { controller, clock, random } = deps;
    this.#deps = deps;
    this.#parts = parts;
    this.#object = object;
    this.#primary = controller.primary as PrimaryDeclaration;
    this.#report = reportOf(controller);
    const { kind } = this.#primary;
    const fieldManager = componentOf(controller);
    this.#status = new StatusWriter(object, { client: parts.shellClient, clock, random, kind, fieldManager });
    const afterMs = controller.options.progressAfterMs ?? PROGRESS_AFTER_MS;
    this.#progress = new ProgressWriter(clock, afterMs, (progress) => this.#writeProgress(progress));
  }

  /** Runs the controller's reconcile. */
  reconcile(): Promise<RunEnd> {
    this.#progress.set(IN_PROGRESS);
    return this.#execute((ctx) => this.#deps.controller.reconcile(this.#object, ctx));
  }

  /** Works off the finalizers of an object that is being deleted; the status is not touched once the last is gone. */
  async finalize(): Promise<RunEnd> {
    const present = this.#object.metadata.finalizers ?? [];
    const { controller } = this.#deps;
    const finalizers = {
      client: this.#parts.shellClient,
      kind: this.#primary.kind,
      fieldManager: componentOf(controller),
    };
    for (const { name, remove } of controller.finalizers) {
      if (!present.includes(name)) continue;
      const { outcome, thrown } = await this.#run((ctx) => remove(this.#object, ctx));
      if (outcome.kind !== "settled") return this.#end(outcome, thrown);
      await this.#progress.finish();
      await removeFinalizer(this.#object, name, finalizers);
    }
    return { kind: "ended", object: this.#object, outcome: { kind: "settled" } };
  }

  /** Leaves a suspended object alone, but for what its report says of it. */
  async suspend(): Promise<RunEnd> {
    await this.#progress.finish();
    await this.#writeStatus({ kind: "suspended" });
    return { kind: "ended", object: this.#object, outcome: { kind: "settled" } };
  }

  async #execute(code: (ctx: ReconcileContext<KubeObject>) => ReconcileResult): Promise<RunEnd> {
    const { outcome, thrown } = await this.#run(code);
    return this.#end(outcome, thrown);
  }

  async #run(
    code: (ctx: ReconcileContext<KubeObject>) => ReconcileResult,
  ): Promise<{ readonly outcome: Outcome; readonly thrown?: unknown }> {
    try {
      const ctx = this.#context();
      return { outcome: outcomeOfResult(await this.#parts.supervise(() => code(ctx))) };
    } catch (thrown) {
      if (thrown instanceof ManagerStoppedError) {
        // Not an end of the run: the next manager takes the object up from where it is.
        await this.#progress.finish();
        throw thrown;
      }
      const intervalMs = this.#primary.options.intervalMs?.(this.#object);
      const error = this.#misfit(thrown) ?? thrown;
      return { outcome: outcomeOfError(error, intervalMs), thrown: error };
    }
  }

  /**
   * Why code that threw unexpectedly may have done so: an object that does not fit the declared kind, of an older
   * version or edited by hand where nothing validated it. Says what is wrong with it, and waits until it is changed.
   */
  #misfit(thrown: unknown): Error | undefined {
    if (thrown instanceof WeirError) return undefined;
    const { safeParse } = this.#primary.kind as Partial<Pick<Resource<unknown>, "safeParse">>;
    const parsed = safeParse?.(this.#object);
    if (parsed === undefined || parsed.success) return undefined;
    this.#parts.log.warn("the reconcile threw, and the object does not fit its kind", {
      error: describeError(thrown),
    });
    return parsed.error;
  }

  async #end(outcome: Outcome, thrown: unknown): Promise<RunEnd> {
    await this.#progress.finish();
    await this.#writeStatus(outcome);
    return { kind: "ended", object: this.#object, outcome, thrown };
  }

  async #writeStatus(reported: Reported): Promise<void> {
    if (this.#report === undefined) return;
    const report = this.#report;
    const observation = this.#observation();
    await this.#status.write((before) => {
      const wanted = report(before, observation, reported, this.#deps.clock) ?? before;
      return this.#withHandledAt(wanted, reported);
    });
  }

  async #writeProgress(progress: Progress): Promise<void> {
    try {
      await this.#writeStatus({ kind: "progressing", ...progress });
    } catch (error) {
      // Progress is news, not state: the end of the run is what must be written.
      this.#parts.log.warn("cannot write progress to the status", { error: describeError(error) });
    }
  }

  #withHandledAt(status: JsonObject, reported: Reported): JsonObject {
    const requestedAt = this.#object.metadata.annotations?.[REQUESTED_AT_ANNOTATION];
    const isKept = this.#primary.options.handledAt === true && requestedAt !== undefined;
    // A request is handled once its run has ended: whoever made it waits for that.
    const isEnd = reported.kind !== "suspended" && reported.kind !== "progressing";
    return isKept && isEnd ? { ...status, lastHandledReconcileAt: requestedAt } : status;
  }

  #observation(): Observation<KubeObject, JsonObject> {
    return {
      object: this.#object,
      isDeleting: this.#object.metadata.deletionTimestamp !== undefined,
      facts: this.#record.facts,
      summary: this.#record.summary,
    };
  }

  #context(): ReconcileContext<KubeObject> {
    return new ObjectContext({
      deps: this.#deps,
      parts: this.#parts,
      primary: this.#primary,
      object: this.#object,
      record: this.#record,
      progress: this.#progress,
    });
  }
}

function reportOf(controller: Controller): Report<KubeObject, JsonObject> | undefined {
  if (controller.report !== undefined) return controller.report;
  const { primary, options } = controller;
  const isOthers = primary === undefined || isBuiltInKind(primary.kind);
  const status = options.status ?? (isOthers ? "none" : "summary");
  return status === "summary" ? summarize : undefined;
}

function isSuspended(primary: PrimaryDeclaration, object: KubeObject): boolean {
  if (primary.options.suspended !== undefined) return primary.options.suspended(object);
  const spec = object["spec"] as JsonValue | undefined;
  return (
    typeof spec === "object" &&
    spec !== null &&
    !Array.isArray(spec) &&
    (spec as JsonObject)["suspend"] === true
  );
}
