import type { JsonObject, Logger } from "@weir/core";
import type { Kind } from "@weir/client";
import type { KubeObject } from "@weir/objects";
import type { Controller, PrimaryDeclaration } from "../controller/controller.ts";
import { CONTROLLER_INDEX } from "../controller/create-controller.ts";
import { RunContext } from "./base-context.ts";
import type { BaseContext, ReconcileContext } from "./context.ts";
import { withController } from "./owner-reference.ts";
import type { ProgressWriter } from "./progress-writer.ts";
import { componentOf, type ReconcileDeps, type RunParts } from "./reconcile-deps.ts";
import type { StatusSummary } from "./report.ts";

/** What a reconcile said so far of what it found. */
export interface RunRecord {
  facts: JsonObject;
  summary: StatusSummary;
}

/** What the context of one object's run is made of. */
export interface ObjectContextParts {
  readonly deps: ReconcileDeps;
  readonly parts: RunParts;
  readonly primary: PrimaryDeclaration;
  readonly object: KubeObject;
  readonly record: RunRecord;
  readonly progress: ProgressWriter;
}

/** What a reconcile of an object has to work with: the context of any run, and what needs an object. */
export class ObjectContext implements ReconcileContext<KubeObject> {
  readonly #run: ObjectContextParts;
  readonly #base: RunContext;
  readonly key: string;
  readonly clock: BaseContext["clock"];
  readonly client: BaseContext["client"];
  readonly cache: BaseContext["cache"];
  readonly live: BaseContext["live"];
  readonly cluster: BaseContext["cluster"];
  readonly get: BaseContext["get"];
  readonly list: BaseContext["list"];
  readonly create: BaseContext["create"];
  readonly update: BaseContext["update"];
  readonly patch: BaseContext["patch"];
  readonly watch: BaseContext["watch"];
  readonly apply: BaseContext["apply"];
  readonly delete: BaseContext["delete"];

  constructor(run: ObjectContextParts) {
    const { deps, parts, object, primary } = run;
    const base = new RunContext({
      deps,
      run: parts,
      site: parts.home,
      own: (kind, intent, isOwned) =>
        (isOwned ?? ownsKind(deps.controller, kind)) ? withController(intent, object, primary.kind) : intent,
    });
    this.#run = run;
    this.#base = base;
    this.key = base.key;
    this.clock = base.clock;
    this.client = base.client;
    this.cache = base.cache;
    this.live = base.live;
    this.cluster = base.cluster;
    this.get = base.get;
    this.list = base.list;
    this.create = base.create;
    this.update = base.update;
    this.patch = base.patch;
    this.watch = base.watch;
    this.apply = base.apply;
    this.delete = base.delete;
  }

  get signal(): AbortSignal {
    return this.#base.signal;
  }

  get superseded(): AbortSignal {
    return this.#base.superseded;
  }

  get log(): Logger {
    return this.#base.log;
  }

  get facts(): JsonObject {
    return this.#run.record.facts;
  }

  readonly owned: ReconcileContext<KubeObject>["owned"] = (kind) =>
    this.cache.list(kind, { index: [CONTROLLER_INDEX, this.#run.object.metadata.uid ?? ""] });

  readonly record: ReconcileContext<KubeObject>["record"] = (facts) => {
    const { record } = this.#run;
    record.facts = { ...record.facts, ...(facts as JsonObject) };
  };

  readonly progress: ReconcileContext<KubeObject>["progress"] = (progress, options = {}) => {
    this.#run.progress.set(progress);
    return options.now === true ? this.#run.progress.flush() : Promise.resolve();
  };

  readonly status: ReconcileContext<KubeObject>["status"] = {
    patch: (fields) => {
      const { record } = this.#run;
      const { summary } = record;
      record.summary = { ...summary, patch: { ...summary.patch, ...(fields as JsonObject) } };
    },
    ready: (reason, message) => this.#conclude("ready", reason, message),
    notReady: (reason, message) => this.#conclude("notReady", reason, message),
    stalled: (reason, message) => this.#conclude("stalled", reason, message),
  };

  readonly event: ReconcileContext<KubeObject>["event"] = (event) => {
    const { deps, object, primary } = this.#run;
    deps.recorder.record({ kind: primary.kind, object, component: componentOf(deps.controller), event });
  };

  #conclude(kind: "ready" | "notReady" | "stalled", reason: string, message: string): void {
    const { record } = this.#run;
    record.summary = { ...record.summary, verdict: { kind, reason, message } };
  }
}

function ownsKind(controller: Controller, kind: Kind<unknown, unknown>): boolean {
  return controller.watches.some(
    (watch) => watch.role === "owns" && watch.kind.kind === kind.kind && watch.kind.group === kind.group,
  );
}
