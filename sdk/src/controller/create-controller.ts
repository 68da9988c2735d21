import type { JsonObject } from "@weir/core";
import { type Kind, metadataOnly } from "@weir/client";
import type { KubeObject } from "@weir/objects";
import type { IndexFunction } from "../cache/index-table.ts";
import type { WatchScope } from "../cache/reflector.ts";
import type { BaseContext, ReconcileContext } from "../reconcile/context.ts";
import type { Report } from "../reconcile/report.ts";
import type {
  Controller,
  ControllerOptions,
  FinalizerDeclaration,
  PrimaryOptions,
  ReconcileResult,
  Source,
  WatchDeclaration,
  WatchOptions,
} from "./controller.ts";
import { changeHandler, type EventHandler, type MapHandler, ownerMap } from "./event-handler.ts";
import type { Predicate } from "./predicates.ts";

/** Which labels and fields tell the objects of a watch apart; parts that are not set are left out. */
const SCOPE_FIELDS = ["namespace", "labelSelector", "fieldSelector"] as const;

/** The name of the index behind `ctx.owned`. */
export const CONTROLLER_INDEX = "weir:controller-uid";

/** The declarations that both forms of a controller share; each call gives a new value. */
interface Wiring<Self> {
  /** Reconciles when an object of this kind changes; `map` or a handler says which keys. */
  watches<W>(
    kind: Kind<W, unknown>,
    handler: EventHandler<W> | MapHandler<W>,
    options?: WatchOptions<W>,
  ): Self;
  /** Keeps a kind in the cache so that it can be read, without reacting to it. */
  reads(kind: Kind<unknown, unknown>, options?: WatchScope): Self;
  /** Lets cached objects of a kind be looked up by the values that a pure function gives. */
  index<W>(kind: Kind<W, unknown>, name: string, valuesOf: IndexFunction<W>): Self;
  /** Takes keys from anywhere else. */
  source(source: Source): Self;
}

/** A controller of a kind in the making. Immutable: every call gives a new one. */
export interface ControllerBuilder<R, Facts> extends Wiring<ControllerBuilder<R, Facts>> {
  /** Which changes of the controller's own kind count; replaces the default. */
  when(predicate: Predicate<R>): ControllerBuilder<R, Facts>;
  /** Reconciles the controller of an object of this kind when the object changes. */
  owns<W>(kind: Kind<W, unknown>, options?: WatchOptions<W>): ControllerBuilder<R, Facts>;
  /**
   * Keeps the object from going before `remove` has settled.
   *
   * The finalizer is added before the first reconcile and taken off once `remove` returns; while it fails or waits it
   * is tried again. Several run in the order of their declaration.
   */
  finalizer(
    name: string,
    remove: (object: R, ctx: ReconcileContext<R, Facts>) => ReconcileResult,
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
    watches: (kind, handler, options = {}) =>
      rebuild({ ...draft, watches: [...draft.watches, watchOf(kind, "watches", handler, options)] }),
    reads: (kind, options = {}) =>
      rebuild({ ...draft, watches: [...draft.watches, watchOf(kind, "reads", {}, options)] }),
    index: (kind, name, valuesOf) =>
      rebuild({
        ...draft,
        indexes: [...draft.indexes, { kind, name, valuesOf: valuesOf as IndexFunction<unknown> }],
      }),
    source: (source) => rebuild({ ...draft, sources: [...draft.sources, source] }),
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
    owns: (kind, options = {}) => rebuild(withOwned(draft, kind, options)),
    finalizer: (name, remove) =>
      rebuild({
        ...draft,
        finalizers: [
          ...draft.finalizers,
          { name, remove: remove as unknown as FinalizerDeclaration["remove"] },
        ],
      }),
    report: <NewFacts>(report: Report<R, NewFacts>) =>
      builderOf<R, NewFacts>({ ...draft, report: report as unknown as NonNullable<Controller["report"]> }),
    reconcile: (reconcile) =>
      Object.freeze({ ...draft, reconcile: reconcile as unknown as Controller["reconcile"] }),
  };
}

function keyedBuilderOf(draft: Controller): KeyedControllerBuilder {
  return {
    ...wiringOf(draft, keyedBuilderOf),
    reconcile: (reconcile) => Object.freeze({ ...draft, reconcileKey: reconcile }),
  };
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
  const index = { kind: watch.kind, name: CONTROLLER_INDEX, valuesOf: controllerUid };
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
    handle: (change, enqueue) => {
      if (when === undefined || when(change)) handle(change, enqueue);
    },
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
