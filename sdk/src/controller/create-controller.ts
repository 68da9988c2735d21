import { goDurationMs, type JsonObject, WeirError } from "@weir/core";
import { type Kind, type MetadataObject, metadataOnly } from "@weir/client";
import type { KubeObject } from "@weir/objects";
import type { IndexFunction } from "../cache/index-table.ts";
import type { WatchScope } from "../cache/reflector.ts";
import type { BaseContext, ReconcileContext } from "../reconcile/context.ts";
import type { Report } from "../reconcile/report.ts";
import type {
  Controller,
  ControllerOptions,
  EventSource,
  FinalizerDeclaration,
  PrimaryOptions,
  ReconcileResult,
  Source,
  WatchDeclaration,
  WatchOptions,
} from "./controller.ts";
import {
  changeHandler,
  type EventHandler,
  type GenericHandler,
  type MapHandler,
  ownerMap,
} from "./event-handler.ts";
import { whenTaken } from "./guarded-predicate.ts";
import type { Predicate } from "./predicates.ts";

/** Which labels and fields tell the objects of a watch apart; parts that are not set are left out. */
const SCOPE_FIELDS = ["namespace", "labelSelector", "fieldSelector"] as const;

/** The name of the index behind `ctx.owned`. */
export const CONTROLLER_INDEX = "weir:controller-uid";

type WholeObjects<W> = WatchOptions<W> & { readonly metadataOnly?: false };
type MetadataAlone = WatchOptions<MetadataObject> & { readonly metadataOnly: true };

/** A controller was declared in a way that cannot work. */
export class InvalidControllerError extends WeirError {
  override readonly name = "InvalidControllerError";
  readonly reason = "InvalidController";
  readonly retry = "never";

  constructor(controller: string, problem: string) {
    super(`the controller ${JSON.stringify(controller)} ${problem}`);
  }
}

/** The declarations that both forms of a controller share; each call gives a new value. */
interface Wiring<Self> {
  /** Reconciles when an object of this kind changes; `map` or a handler says which keys. */
  watches<W>(
    kind: Kind<W, unknown>,
    handler: EventHandler<W> | MapHandler<W>,
    options?: WholeObjects<W>,
  ): Self;
  /** The same with the metadata alone, which is all that the handler is given then. */
  watches(
    kind: Kind<unknown, unknown>,
    handler: EventHandler<MetadataObject> | MapHandler<MetadataObject>,
    options: MetadataAlone,
  ): Self;
  /** Keeps a kind in the cache so that it can be read, without reacting to it. */
  reads(kind: Kind<unknown, unknown>, options?: WatchScope & Pick<WatchOptions<unknown>, "cluster">): Self;
  /**
   * Lets cached objects of a kind be looked up by the values that a pure function gives. Two functions under one name
   * for one kind are refused with a `DuplicateIndexError` when the manager starts.
   */
  index<W>(
    kind: Kind<W, unknown>,
    name: string,
    valuesOf: IndexFunction<W>,
    options?: Pick<WatchOptions<unknown>, "cluster">,
  ): Self;
  /** Takes keys from anywhere else. */
  source(source: Source): Self;
  /** Takes events from anywhere else; the handler says which keys they mean. */
  source<Event>(events: AsyncIterable<Event>, handler: GenericHandler<Event>): Self;
}

/** A controller of a kind in the making. Immutable: every call gives a new one. */
export interface ControllerBuilder<R, Facts> extends Wiring<ControllerBuilder<R, Facts>> {
  /** Which changes of the controller's own kind count; replaces the default. */
  when(predicate: Predicate<R>): ControllerBuilder<R, Facts>;
  /** Reconciles the controller of an object of this kind when the object changes. */
  owns<W>(kind: Kind<W, unknown>, options?: WholeObjects<W>): ControllerBuilder<R, Facts>;
  /** The same with the metadata alone; `ctx.owned(metadataOnly(kind))` reads it. */
  owns(kind: Kind<unknown, unknown>, options: MetadataAlone): ControllerBuilder<R, Facts>;
  /**
   * Keeps the object from going before `remove` has settled.
   *
   * The finalizer is added before the first reconcile and taken off once `remove` returns; while it fails or waits it
   * is tried again. Several run in the order of their declaration. An object for which `when` does not hold gets none; one
   * that it has stays until the object is deleted.
   */
  finalizer(
    name: string,
    remove: (object: R, ctx: ReconcileContext<R, Facts>) => ReconcileResult,
    options?: { readonly when?: (object: R) => boolean },
  ): ControllerBuilder<R, Facts>;
  /** Makes the status: the only code of the controller that writes conditions. */
  report<NewFacts>(report: Report<R, NewFacts>): ControllerBuilder<R, NewFacts>;
  /** The controller, with the function that brings the world in line with one object. */
  reconcile(reconcile: (object: R, ctx: ReconcileContext<R, Facts>) => ReconcileResult): Controller;
}

/** A controller of keys in the making, for loops that have no object of their own. */
export interface KeyedControllerBuilder extends Wiring<KeyedControllerBuilder> {
  reconcile(reconcile: (key: string, ctx: BaseContext) => ReconcileResult): Controller;
}

/** A controller of which only the name is known. */
export interface ControllerStart {
  /** The kind whose objects are reconciled. */
  for<R>(kind: Kind<R, unknown>, options?: PrimaryOptions<R>): ControllerBuilder<R, JsonObject>;
  /** Reconciles keys that watches and sources give. */
  forKeys(): KeyedControllerBuilder;
}

/**
 * Begins a controller. The result of the chain is a plain value that does nothing until a manager runs it.
 *
 * The name labels metrics and log lines and must be unique in a manager.
 */
export function createController(name: string, options: ControllerOptions = {}): ControllerStart {
  const empty: Controller = {
    name,
    options,
    primary: undefined,
    watches: [],
    indexes: [],
    finalizers: [],
    sources: [],
    report: undefined,
    reconcile: () => {},
    reconcileKey: () => {},
  };
  return {
    for: <R>(kind: Kind<R, unknown>, primaryOptions: PrimaryOptions<R> = {}) =>
      builderOf<R, JsonObject>({
        ...empty,
        primary: { kind, options: primaryOptions as PrimaryOptions<KubeObject> },
      }),
    forKeys: () => keyedBuilderOf(empty),
  };
}

function wiringOf<Self>(draft: Controller, rebuild: (draft: Controller) => Self): Wiring<Self> {
  return {
    watches: <W>(
      kind: Kind<W, unknown>,
      handler: EventHandler<W> | MapHandler<W>,
      options: WatchOptions<W> = {},
    ) => rebuild({ ...draft, watches: [...draft.watches, watchOf(kind, "watches", handler, options)] }),
    reads: (kind, options = {}) =>
      rebuild({ ...draft, watches: [...draft.watches, watchOf(kind, "reads", {}, options)] }),
    index: (kind, name, valuesOf, { cluster } = {}) => {
      const index = { kind, name, valuesOf: valuesOf as IndexFunction<unknown>, cluster };
      return rebuild({ ...draft, indexes: [...draft.indexes, index] });
    },
    source: <Event>(source: Source | AsyncIterable<Event>, handler?: GenericHandler<Event>) => {
      const events =
        handler === undefined
          ? (source as Source)
          : ({ events: source as AsyncIterable<unknown>, handler } as EventSource);
      return rebuild({ ...draft, sources: [...draft.sources, events] });
    },
  };
}

function builderOf<R, Facts>(draft: Controller): ControllerBuilder<R, Facts> {
  const rebuild = (next: Controller): ControllerBuilder<R, Facts> => builderOf<R, Facts>(next);
  const { primary } = draft;
  return {
    ...wiringOf(draft, rebuild),
    when: (predicate) =>
      rebuild({
        ...draft,
        primary: primary && {
          ...primary,
          options: { ...primary.options, when: predicate as Predicate },
        },
      }),
    owns: <W>(kind: Kind<W, unknown>, options: WatchOptions<W> = {}) =>
      rebuild(withOwned(draft, kind, options)),
    finalizer: (name, remove, { when } = {}) =>
      rebuild({
        ...draft,
        finalizers: [
          ...draft.finalizers,
          {
            name,
            remove: remove as unknown as FinalizerDeclaration["remove"],
            when: when as FinalizerDeclaration["when"],
          },
        ],
      }),
    report: <NewFacts>(report: Report<R, NewFacts>) =>
      builderOf<R, NewFacts>({ ...draft, report: report as unknown as NonNullable<Controller["report"]> }),
    reconcile: (reconcile) =>
      finished({ ...draft, reconcile: reconcile as unknown as Controller["reconcile"] }),
  };
}

function keyedBuilderOf(draft: Controller): KeyedControllerBuilder {
  return {
    ...wiringOf(draft, keyedBuilderOf),
    reconcile: (reconcile) => finished({ ...draft, reconcileKey: reconcile }),
  };
}

/** The value that a chain ends in; nothing of it can be changed any more. */
function finished(draft: Controller): Controller {
  const { name, options, finalizers } = draft;
  const problem = problemOf(options) ?? finalizerProblem(finalizers);
  if (name === "") throw new InvalidControllerError(name, "has no name");
  if (problem !== undefined) throw new InvalidControllerError(name, problem);
  for (const part of [options, draft.watches, draft.indexes, finalizers, draft.sources]) Object.freeze(part);
  return Object.freeze(draft);
}

function problemOf({ concurrency = 1, timeout = 1, rateLimit }: ControllerOptions): string | undefined {
  if (!Number.isInteger(concurrency) || concurrency < 1) return "needs a concurrency of 1 or more";
  if (milliseconds(timeout) <= 0) return "needs a timeout greater than zero";
  if (rateLimit === undefined) return undefined;
  const isLimit = Number.isInteger(rateLimit.runs) && rateLimit.runs > 0 && milliseconds(rateLimit.per) > 0;
  return isLimit ? undefined : "needs a rate limit of one run or more in some time";
}

function finalizerProblem(finalizers: Controller["finalizers"]): string | undefined {
  const names = finalizers.map(({ name }) => name);
  // An API server warns of names without a domain, and refuses them for its own kinds.
  const odd = names.find((name) => !/^[^/\s]+\.[^/\s]+\/[^/\s]+$|^[^/\s]+(\.[^/\s]+)+$/.test(name));
  if (odd !== undefined) return `has a finalizer ${JSON.stringify(odd)} that is not qualified by a domain`;
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  return twice === undefined ? undefined : `has two finalizers ${JSON.stringify(twice)}`;
}

/** A duration in milliseconds, of a number of them or of Go's writing. */
export function milliseconds(duration: number | string): number {
  return typeof duration === "string" ? goDurationMs(duration) : duration;
}

function withOwned<W>(draft: Controller, kind: Kind<W, unknown>, options: WatchOptions<W>): Controller {
  const owner = draft.primary?.kind;
  if (owner === undefined) return draft;
  const handler: MapHandler<KubeObject> = {
    map: ownerMap(owner),
    ...(options.when === undefined ? {} : { when: options.when as unknown as Predicate }),
  };
  const watch = watchOf(
    kind as Kind<KubeObject, unknown>,
    "owns",
    handler,
    options as WatchOptions<KubeObject>,
  );
  const index = {
    kind: watch.kind,
    name: CONTROLLER_INDEX,
    valuesOf: controllerUid,
    cluster: watch.cluster,
  };
  return { ...draft, watches: [...draft.watches, watch], indexes: [...draft.indexes, index] };
}

function watchOf<W>(
  kind: Kind<W, unknown>,
  role: WatchDeclaration["role"],
  handler: EventHandler<W> | MapHandler<W>,
  options: WatchOptions<W>,
): WatchDeclaration {
  const handle = changeHandler(handler) as unknown as WatchDeclaration["handle"];
  const { when } = options as { readonly when?: Predicate };
  return {
    kind: options.metadataOnly === true ? metadataOnly(kind) : kind,
    role,
    scope: scopeOf(options),
    cluster: options.cluster,
    handle: (change, enqueue) => whenTaken(when, change, () => handle(change, enqueue)),
  };
}

/** The part of some options that says which objects are watched. */
export function scopeOf(options: WatchScope): WatchScope {
  const scope: { -readonly [K in keyof WatchScope]: WatchScope[K] } = {};
  for (const field of SCOPE_FIELDS) {
    const value = options[field];
    if (value !== undefined) scope[field] = value;
  }
  return scope;
}

function controllerUid({ metadata }: KubeObject): readonly string[] {
  return (metadata.ownerReferences ?? [])
    .filter((reference) => reference.controller === true)
    .map((reference) => reference.uid);
}
