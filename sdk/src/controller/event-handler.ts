import { WeirError } from "@weir/core";
import type { Kind } from "@weir/client";
import { controllerOf, keyOf, type KubeObject, type ObjectKey, parseApiVersion } from "@weir/objects";
import type { CacheReader } from "../cache/cache-reader.ts";
import type { Change } from "../cache/change.ts";
import type { AddOptions } from "../queue/work-queue.ts";
import { whenTaken } from "./guarded-predicate.ts";
import type { Predicate } from "./predicates.ts";

/** How a handler of changes asks for reconciles. */
export interface Enqueue {
  /** Asks for a reconcile of the key, at once or after a delay. */
  add(key: ObjectKey, options?: AddOptions): void;
  readonly cache: CacheReader;
}

/** Asks for reconciles when an object changes; each function is optional, synchronous, and given old and new. */
export interface EventHandler<R> {
  create?(object: R, enqueue: Enqueue): void;
  update?(previous: R, object: R, enqueue: Enqueue): void;
  delete?(object: R, enqueue: Enqueue): void;
}

/** Asks for reconciles when something happens outside of Kubernetes. */
export interface GenericHandler<Event> {
  generic(event: Event, enqueue: Enqueue): void;
}

/** Anything that names an object: a key, or the object itself. */
export type Reference = ObjectKey | Pick<KubeObject, "metadata">;

/**
 * Names the objects to reconcile when another object changes; pure.
 *
 * Called with the old and with the new state of an update, so that an object that is no longer referred to is
 * reconciled, too; what both name is reconciled once.
 */
export interface MapHandler<R> {
  map(object: R, cache: CacheReader): Iterable<Reference>;
  /** Which changes count; all by default. */
  when?: Predicate<R>;
}

/** A map function gave something that is no list of references; it must be synchronous. */
export class InvalidMapError extends WeirError {
  override readonly name = "InvalidMapError";
  readonly reason = "InvalidMap";
  readonly retry = "never";

  constructor(given: string) {
    super(`a map function gave ${given} instead of references`);
  }
}

/** Makes one function of changes out of either form of handler. */
export function changeHandler<R>(
  handler: EventHandler<R> | MapHandler<R>,
): (change: Change<R>, enqueue: Enqueue) => void {
  return "map" in handler ? mapChange(handler) : (change, enqueue) => forward(handler, change, enqueue);
}

/** Names the controller of an object, where it is of this group and kind, whatever its version. */
export function ownerMap(owner: Kind<unknown, unknown>): MapHandler<KubeObject>["map"] {
  return (object) => {
    const controller = controllerOf(object);
    if (controller === undefined || controller.kind !== owner.kind) return [];
    if (parseApiVersion(controller.apiVersion)?.group !== owner.group) return [];
    const { namespace } = object.metadata;
    const isNamespaced = owner.scope !== "Cluster" && namespace !== undefined;
    return [isNamespaced ? { namespace, name: controller.name } : { name: controller.name }];
  };
}

function mapChange<R>(handler: MapHandler<R>): (change: Change<R>, enqueue: Enqueue) => void {
  return (change, enqueue) => whenTaken(handler.when, change, () => enqueueMapped(handler, change, enqueue));
}

/** A state that the function cannot map does not keep the other one from being mapped. */
function enqueueMapped<R>(handler: MapHandler<R>, change: Change<R>, enqueue: Enqueue): void {
  const states = change.kind === "update" ? [change.previous, change.object] : [change.object];
  const failures: unknown[] = [];
  for (const state of states) {
    try {
      for (const reference of referencesOf(handler, state, enqueue)) enqueue.add(referenceKey(reference));
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

function referencesOf<R>(handler: MapHandler<R>, state: R, enqueue: Enqueue): Iterable<Reference> {
  const references: unknown = handler.map(state, enqueue.cache);
  if (typeof references === "object" && references !== null && Symbol.iterator in references) {
    return references as Iterable<Reference>;
  }
  // A promise may yet fail, and nobody else waits for it.
  if (references instanceof Promise) references.catch(() => {});
  throw new InvalidMapError(references instanceof Promise ? "a promise" : String(references));
}

function forward<R>(handler: EventHandler<R>, change: Change<R>, enqueue: Enqueue): void {
  switch (change.kind) {
    case "create":
      return handler.create?.(change.object, enqueue);
    case "update":
      return handler.update?.(change.previous, change.object, enqueue);
    case "delete":
      return handler.delete?.(change.object, enqueue);
  }
}

function referenceKey(reference: Reference): ObjectKey {
  return "metadata" in reference ? keyOf(reference) : reference;
}
