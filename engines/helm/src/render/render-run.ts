import type { Clock, JsonObject, Random } from "@weir/core";
import type { TemplateRun, TemplateSet } from "@weir/gotemplate";
import type { GoValue } from "@weir/text";

import type { Notify } from "../chart/chart-notice.ts";
import { goObjectOf } from "../context/go-value-of.ts";
import { lookupKey, LookupPendingError, type LookupRequest } from "./lookup.ts";
import type { RenderCache } from "./render-cache.ts";

/** What a run needs besides its templates. */
export interface RenderRunOptions {
  /** What clock, randomness and budgets come from. */
  readonly run: TemplateRun;
  readonly cache: RenderCache;
  /** Answers of `lookup` by their keys; without it, every lookup finds nothing. */
  readonly lookups?: ReadonlyMap<string, JsonObject> | undefined;
  /** Whether `fail` and a missing `required` value are passed over, as a linter does. */
  readonly isLint?: boolean | undefined;
  /** Told what is passed over. */
  readonly notify?: Notify | undefined;
}

/** One render of a chart: what all its templates and the functions that they call share. */
export class RenderRun implements TemplateRun {
  readonly clock: Clock;
  readonly random: Random;
  readonly makeKey: TemplateRun["makeKey"];
  readonly charge: TemplateRun["charge"];
  readonly chargeSteps: TemplateRun["chargeSteps"];
  readonly markImpure: TemplateRun["markImpure"];
  readonly cache: RenderCache;
  /** The templates that can be included where the run stands: within a text of `tpl`, those that it defines, too. */
  templates: TemplateSet;
  /** How many texts of `tpl` the run is within. */
  textDepth = 0;
  /** How often each name is being included. */
  readonly included: Map<string, number> = new Map();
  /** Whether `fail` and a missing `required` value are passed over. */
  readonly isLint: boolean;
  readonly notify: Notify;
  readonly #lookups: ReadonlyMap<string, JsonObject> | undefined;

  constructor(templates: TemplateSet, options: RenderRunOptions) {
    const { run, cache, lookups, isLint = false, notify = () => undefined } = options;
    this.clock = run.clock;
    this.random = run.random;
    this.makeKey = run.makeKey;
    this.charge = run.charge;
    this.chargeSteps = run.chargeSteps;
    this.markImpure = run.markImpure;
    this.cache = cache;
    this.templates = templates;
    this.#lookups = lookups;
    this.isLint = isLint;
    this.notify = notify;
  }

  /** What a cluster says, if the render has one. */
  lookup(request: LookupRequest): Map<string, GoValue> {
    if (this.#lookups === undefined) return new Map();
    this.markImpure("lookup");
    const found = this.#lookups.get(lookupKey(request));
    if (found === undefined) throw new LookupPendingError(request);
    return goObjectOf(found);
  }
}
