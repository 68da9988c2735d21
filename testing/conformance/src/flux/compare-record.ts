import type { JsonObject, JsonValue } from "@weir/core";
import { jsonDifference } from "./json-difference.ts";
import { normalize, type Substitutions } from "./normalize.ts";
import type { RecordedEvent } from "./recording.ts";
import { orderDifference, type WatchedState } from "./transitions.ts";

/** Whether what a watch saw of every object is an in-order part of what it saw when it was recorded, with the same end. */
export function compareTransitions(
  recorded: ReadonlyMap<string, readonly { readonly state: WatchedState }[]>,
  seen: ReadonlyMap<string, readonly WatchedState[]>,
  substitutions: Substitutions,
): string | undefined {
  for (const [object, states] of recorded) {
    const wanted = states.map(({ state }) => normalize(state, substitutions) as JsonObject);
    const had = (seen.get(object) ?? []).map((state) => normalize(state, substitutions) as JsonObject);
    const difference = orderDifference(wanted, had);
    if (difference !== undefined) return `transitions of ${object}: ${difference}`;
  }
  const unknown = [...seen.keys()].find((object) => !recorded.has(object));
  return unknown === undefined ? undefined : `transitions of ${unknown}: recorded none`;
}

/** Whether the events of every object are the recorded ones in their order; repeats do not count. */
export function compareEvents(
  recorded: readonly RecordedEvent[],
  seen: readonly JsonObject[],
  substitutions: Substitutions,
): string | undefined {
  const wanted = eventsByObject(recorded.map(recordedEvent).filter(isNews), substitutions);
  const had = eventsByObject(seen.map(seenEvent).filter(isNews), substitutions);
  for (const object of new Set([...wanted.keys(), ...had.keys()])) {
    const difference = jsonDifference(
      [...(wanted.get(object)?.values() ?? [])],
      [...(had.get(object)?.values() ?? [])],
      `events of ${object}: `,
    );
    if (difference !== undefined) return difference;
  }
  return undefined;
}

/** How often the HelmChart of a HelmRelease is looked at again without anything new is up to chance. */
function isNews({ object, event }: NamedEvent): boolean {
  return !(event["reason"] === "ArtifactUpToDate" && object.startsWith("HelmChart/hr-"));
}

interface NamedEvent {
  readonly object: string;
  readonly event: JsonObject;
}

function recordedEvent({ object, type, reason, message, annotations }: RecordedEvent): NamedEvent {
  return { object, event: { type, reason, message, annotations: annotations ?? {} } };
}

function seenEvent({ involvedObject, type, reason, message, metadata }: JsonObject): NamedEvent {
  const { kind, name } = involvedObject as JsonObject;
  const { annotations = {} } = metadata as JsonObject;
  const event = { type: type ?? "", reason: reason ?? "", message: message ?? "", annotations };
  return { object: `${String(kind)}/${String(name)}`, event };
}

function eventsByObject(
  events: readonly NamedEvent[],
  substitutions: Substitutions,
): ReadonlyMap<string, ReadonlyMap<string, JsonValue>> {
  const byObject = new Map<string, Map<string, JsonValue>>();
  for (const { object, event } of events) {
    const normalized = normalize(event, substitutions);
    const known = byObject.get(object) ?? new Map<string, JsonValue>();
    const key = JSON.stringify(normalized);
    if (!known.has(key)) known.set(key, normalized);
    byObject.set(object, known);
  }
  return byObject;
}
