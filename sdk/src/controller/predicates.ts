import { type JsonValue } from "@weir/core";
import { jsonEqual, type KubeObject, type ObjectMeta } from "@weir/objects";
import type { Change } from "../cache/change.ts";

/** Decides whether a change is worth a reconcile; sees the old and the new state. Pure. */
export type Predicate<R = KubeObject> = (change: Change<R>) => boolean;

/** What Flux and its users set to ask for a reconcile now. */
export const REQUESTED_AT_ANNOTATION = "reconcile.fluxcd.io/requestedAt";

/**
 * Predicates over updates: each lets creations and deletions through, and those updates that changed what it names.
 *
 * They compare the old with the new state, so a change that is made and taken back between two states is not seen.
 */
export const changed = {
  /** The spec changed, or deletion was asked for; `metadata.generation` counts both. */
  generation: (change: Change<unknown>): boolean =>
    onUpdate(
      change,
      (before, after) => before.generation !== after.generation || startsDeletion(before, after),
    ),

  /** Anything at all changed. */
  resourceVersion: (change: Change<unknown>): boolean =>
    onUpdate(change, (before, after) => before.resourceVersion !== after.resourceVersion),

  /** An annotation was added, changed or removed. */
  annotation:
    (key: string) =>
    (change: Change<unknown>): boolean =>
      onUpdate(change, (before, after) => before.annotations?.[key] !== after.annotations?.[key]),

  /** A label was added, changed or removed. */
  label:
    (key: string) =>
    (change: Change<unknown>): boolean =>
      onUpdate(change, (before, after) => before.labels?.[key] !== after.labels?.[key]),

  /** Any label changed. */
  labels: (change: Change<unknown>): boolean =>
    onUpdate(change, (before, after) => !jsonEqual(before.labels ?? {}, after.labels ?? {})),

  /** A value computed from the object changed; a creation passes where `of` gives something. */
  value:
    <R>(of: (object: R) => JsonValue | undefined) =>
    (change: Change<R>): boolean => {
      if (change.kind === "update") return !jsonEqual(of(change.previous), of(change.object));
      return change.kind === "delete" || of(change.object) !== undefined;
    },

  /** Passes what any of the predicates passes. */
  any:
    <R>(...predicates: readonly Predicate<R>[]) =>
    (change: Change<R>): boolean =>
      predicates.some((predicate) => predicate(change)),

  /** Passes what all of the predicates pass. */
  all:
    <R>(...predicates: readonly Predicate<R>[]) =>
    (change: Change<R>): boolean =>
      predicates.every((predicate) => predicate(change)),

  /** Passes what the predicate does not. */
  not:
    <R>(predicate: Predicate<R>) =>
    (change: Change<R>): boolean =>
      !predicate(change),

  /** Passes the kinds of change that are named. */
  only:
    (...kinds: readonly Change["kind"][]) =>
    (change: Change<unknown>): boolean =>
      kinds.includes(change.kind),
} as const;

/**
 * What a controller reacts to in its own kind unless it says otherwise: a new generation, a reconcile request, and any
 * change of an object that counts no generations (ConfigMaps and Secrets do not).
 */
export const DEFAULT_PREDICATE: Predicate<unknown> = changed.any<unknown>(
  changed.generation,
  changed.annotation(REQUESTED_AT_ANNOTATION),
  changed.all<unknown>(changed.resourceVersion, ({ object }) => {
    return (object as KubeObject).metadata.generation === undefined;
  }),
);

function onUpdate(
  change: Change<unknown>,
  isChanged: (before: ObjectMeta, after: ObjectMeta) => boolean,
): boolean {
  if (change.kind !== "update") return true;
  const { metadata: before } = change.previous as KubeObject;
  const { metadata: after } = change.object as KubeObject;
  return isChanged(before, after);
}

/** Kinds without a generation show it only by the timestamp. */
function startsDeletion(before: ObjectMeta, after: ObjectMeta): boolean {
  return before.deletionTimestamp === undefined && after.deletionTimestamp !== undefined;
}
