import type { JsonObject, JsonValue } from "@weir/core";
import { isObject } from "./json-difference.ts";
import type { RecordedTransition } from "./recording.ts";

/** What a watch shows of an object at one time: its conditions by type, its finalizers, and whether it is going. */
export type WatchedState = JsonObject;

/** An object is not there any more. */
export const GONE: WatchedState = { gone: true };

/** The states that recorded changes lead through, by object, each with the step at which it was seen. */
export function recordedStates(
  transitions: readonly RecordedTransition[],
): ReadonlyMap<string, readonly { readonly step: number; readonly state: WatchedState }[]> {
  const states = new Map<string, { readonly step: number; readonly state: WatchedState }[]>();
  const drafts = new Map<string, Draft>();
  for (const transition of transitions) {
    const { object, step } = transition;
    const draft = transition.event === "ADDED" ? emptyDraft() : (drafts.get(object) ?? emptyDraft());
    advance(draft, transition);
    drafts.set(object, draft);
    const seen = states.get(object) ?? [];
    seen.push({ step, state: transition.event === "DELETED" ? GONE : stateOf(draft) });
    states.set(object, seen);
  }
  return states;
}

interface Draft {
  readonly conditions: Map<string, JsonObject>;
  finalizers: readonly string[];
  isDeleting: boolean;
}

function emptyDraft(): Draft {
  return { conditions: new Map(), finalizers: [], isDeleting: false };
}

function advance(draft: Draft, transition: RecordedTransition): void {
  for (const type of transition.removed ?? []) draft.conditions.delete(type);
  for (const condition of transition.changed ?? [])
    draft.conditions.set(String(condition["type"]), withoutNulls(condition));
  draft.finalizers = transition.finalizers ?? draft.finalizers;
  draft.isDeleting ||= transition.deleting === true;
}

/** The recordings say `null` of fields that a condition lacks. */
function withoutNulls(condition: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(condition).filter(([, value]) => value !== null)) as JsonObject;
}

function stateOf({ conditions, finalizers, isDeleting }: Draft): WatchedState {
  const sorted = [...conditions.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    conditions: Object.fromEntries(sorted),
    // The last finalizer goes with the object itself.
    ...(isDeleting ? { isDeleting } : { finalizers: [...finalizers] }),
  };
}

/** What a watch shows of an object as the API gives it. */
export function watchedState(object: JsonObject): WatchedState {
  const { metadata, status } = object as { readonly metadata: JsonObject; readonly status?: JsonObject };
  const conditions = (status?.["conditions"] ?? []) as readonly JsonObject[];
  const draft: Draft = {
    conditions: new Map(
      conditions.map(({ lastTransitionTime: _time, ...condition }) => [String(condition["type"]), condition]),
    ),
    finalizers: (metadata["finalizers"] ?? []) as readonly string[],
    isDeleting: metadata["deletionTimestamp"] !== undefined,
  };
  return stateOf(draft);
}

/** Says where what was seen is not an in-order part of what was recorded with the same end; `undefined` where it is. */
export function orderDifference(
  recorded: readonly WatchedState[],
  seen: readonly WatchedState[],
): string | undefined {
  const wanted = recorded.map((state) => JSON.stringify(sorted(state)));
  let from = 0;
  let last = -1;
  for (const state of seen) {
    const text = JSON.stringify(sorted(state));
    if (last >= 0 && wanted[last] === text) continue;
    const found = wanted.indexOf(text, from);
    if (found < 0) return `was never so at that time: ${text}`;
    last = found;
    from = found + 1;
  }
  const end = wanted.at(-1);
  return last >= 0 && end !== undefined && wanted[last] !== end
    ? `ends as ${wanted[last]}, recorded ${end}`
    : undefined;
}

function sorted(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item as JsonValue)]),
  );
}
