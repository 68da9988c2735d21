import type { JsonObject, JsonValue } from "@weir/core";

/** What core/v1 calls a field of events.k8s.io/v1; the rest has one name. */
const coreNames: readonly (readonly [eventsName: string, coreName: string])[] = [
  ["regarding", "involvedObject"],
  ["note", "message"],
  ["reportingController", "reportingComponent"],
  ["deprecatedSource", "source"],
  ["deprecatedFirstTimestamp", "firstTimestamp"],
  ["deprecatedLastTimestamp", "lastTimestamp"],
  ["deprecatedCount", "count"],
];

const toCore = new Map(coreNames);
const fromCore = new Map(coreNames.map(([eventsName, coreName]) => [coreName, eventsName]));

/** Fields that one version writes even when they are empty and the other leaves out. */
const coreAlways: JsonObject = {
  reportingComponent: "",
  reportingInstance: "",
  involvedObject: {},
  source: {},
};

/** A core Event as events.k8s.io serves it. */
export function eventFromCore(object: JsonObject): JsonObject {
  const { reportingComponent, reportingInstance, involvedObject, source, message, ...rest } = object;
  return {
    ...rename(rest, fromCore),
    regarding: involvedObject ?? {},
    deprecatedSource: source ?? {},
    ...present({ note: message, reportingController: reportingComponent, reportingInstance }),
  };
}

/** An events.k8s.io Event as core stores it. */
export function eventToCore(object: JsonObject): JsonObject {
  return { ...coreAlways, ...rename(object, toCore) };
}

function rename(object: JsonObject, names: ReadonlyMap<string, string>): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [names.get(key) ?? key, value]));
}

function present(fields: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  return Object.fromEntries(
    Object.entries(fields).filter(
      (entry): entry is [string, JsonValue] => entry[1] !== undefined && entry[1] !== "",
    ),
  );
}
