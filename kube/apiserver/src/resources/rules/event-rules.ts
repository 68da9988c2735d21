import type { JsonObject } from "@weir/core";
import { jsonEqual } from "@weir/objects";
import { type FieldError, invalidField, requiredField } from "@weir/schema";
import { invalidGoStruct } from "../../validation/go-struct.ts";
import { qualifiedNameErrors } from "../../validation/names.ts";
import type { KindRules } from "../builtin-strategy.ts";
import { child, number, text } from "../draft-access.ts";

const IMMUTABLE = "field is immutable";
const SHORT_LIMIT = 128;
const NOTE_LIMIT = 1024;

/** Events of the core group: those without an event time only have to name their namespace. */
export const coreEventRules: KindRules = {
  validate: (object) => commonErrors(readCore(object), "reportingComponent"),
  updateChecks: ["object"],
};

/** Events of events.k8s.io: none of the deprecated fields when made, and nothing but their series changes later. */
export const eventRules: KindRules = {
  validate(object) {
    const event = readNew(object);
    return [...commonErrors(event, "reportingController"), ...newEventErrors(event)];
  },
  updateChecks: ["changes", "update"],
  validateUpdate(object, old) {
    const event = readNew(object);
    const before = readNew(old);
    return [
      ...commonErrors(event, "reportingController"),
      ...(jsonEqual(event.series ?? null, before.series ?? null) ? [] : seriesErrors(event)),
      ...changedErrors(event, before),
    ];
  },
};

/** What both versions say of an event, under the names that errors use. */
interface EventFields {
  readonly namespace: string;
  readonly involvedObject: JsonObject;
  readonly reason: string;
  readonly message: string;
  readonly source: JsonObject;
  readonly firstTimestamp: string;
  readonly lastTimestamp: string;
  readonly count: number;
  readonly type: string;
  readonly eventTime: string;
  readonly action: string;
  readonly related: JsonObject | undefined;
  readonly reportingController: string;
  readonly reportingInstance: string;
  readonly series: JsonObject | undefined;
}

function readShared(
  object: JsonObject,
): Omit<
  EventFields,
  | "involvedObject"
  | "message"
  | "source"
  | "firstTimestamp"
  | "lastTimestamp"
  | "count"
  | "reportingController"
> {
  return {
    namespace: text(child(object, "metadata"), "namespace"),
    reason: text(object, "reason"),
    type: text(object, "type"),
    eventTime: text(object, "eventTime"),
    action: text(object, "action"),
    related: child(object, "related"),
    reportingInstance: text(object, "reportingInstance"),
    series: child(object, "series"),
  };
}

function readCore(object: JsonObject): EventFields {
  return {
    ...readShared(object),
    involvedObject: child(object, "involvedObject") ?? {},
    message: text(object, "message"),
    source: child(object, "source") ?? {},
    firstTimestamp: text(object, "firstTimestamp"),
    lastTimestamp: text(object, "lastTimestamp"),
    count: number(object, "count") ?? 0,
    reportingController: text(object, "reportingComponent"),
  };
}

function readNew(object: JsonObject): EventFields {
  return {
    ...readShared(object),
    involvedObject: child(object, "regarding") ?? {},
    message: text(object, "note"),
    source: child(object, "deprecatedSource") ?? {},
    firstTimestamp: text(object, "deprecatedFirstTimestamp"),
    lastTimestamp: text(object, "deprecatedLastTimestamp"),
    count: number(object, "deprecatedCount") ?? 0,
    reportingController: text(object, "reportingController"),
  };
}

function commonErrors(event: EventFields, controllerField: string): readonly FieldError[] {
  const about = text(event.involvedObject, "namespace");
  const mismatch = invalidField("involvedObject.namespace", about, "does not match event.namespace");
  const { namespace } = event;
  if (event.eventTime === "") {
    const matches = about === "" ? namespace === "default" : about === namespace;
    return matches ? [] : [mismatch];
  }
  const isSystems = namespace === "default" || namespace === "kube-system";
  return [...(about === "" && !isSystems ? [mismatch] : []), ...reporterErrors(event, controllerField)];
}

function reporterErrors(event: EventFields, controllerField: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const controller = event.reportingController;
  if (controller === "") errors.push(requiredField(controllerField));
  errors.push(
    ...qualifiedNameErrors(controller).map((detail) => invalidField(controllerField, controller, detail)),
  );
  for (const field of ["reportingInstance", "action", "reason"] as const) {
    if (event[field] === "") errors.push(requiredField(field));
    errors.push(...lengthErrors(field, event[field], SHORT_LIMIT));
  }
  return [...errors, ...lengthErrors("message", event.message, NOTE_LIMIT)];
}

function lengthErrors(field: string, value: string, limit: number): readonly FieldError[] {
  if (Buffer.byteLength(value) <= limit) return [];
  return [invalidField(field, "", `can have at most ${limit} characters`)];
}

function newEventErrors(event: EventFields): readonly FieldError[] {
  const errors = [...seriesErrors(event)];
  if (event.eventTime === "") errors.push(requiredField("eventTime"));
  if (event.type !== "Normal" && event.type !== "Warning")
    errors.push(invalidField("type", "", `has invalid value: ${event.type}`));
  const unset = (field: string): void => void errors.push(invalidField(field, "", "needs to be unset"));
  if (event.firstTimestamp !== "") unset("firstTimestamp");
  if (event.lastTimestamp !== "") unset("lastTimestamp");
  if (event.count !== 0) unset("count");
  if (text(event.source, "component") !== "" || text(event.source, "host") !== "") unset("source");
  return errors;
}

function seriesErrors({ series }: EventFields): readonly FieldError[] {
  if (series === undefined) return [];
  const errors: FieldError[] = [];
  if ((number(series, "count") ?? 0) < 2)
    errors.push(invalidField("series.count", "", "should be at least 2"));
  if (text(series, "lastObservedTime") === "") errors.push(requiredField("series.lastObservedTime"));
  return errors;
}

const fixed = [
  "involvedObject",
  "reason",
  "message",
  "source",
  "firstTimestamp",
  "lastTimestamp",
  "count",
  "reason",
  "type",
  "eventTime",
  "action",
  "related",
  "reportingController",
  "reportingInstance",
] as const;

/** Fields that are shown as upstream's structs. */
const SHOWN: Readonly<Record<string, string>> = {
  involvedObject: "ObjectReference",
  related: "?ObjectReference",
  source: "EventSource",
};

function changedErrors(event: EventFields, before: EventFields): readonly FieldError[] {
  return fixed
    .filter((field) => !jsonEqual(event[field] ?? null, before[field] ?? null))
    .map((field) => {
      const type = SHOWN[field];
      const value = event[field];
      return type === undefined
        ? invalidField(field, value ?? null, IMMUTABLE)
        : invalidGoStruct(field, { type, value: value as JsonObject | undefined }, IMMUTABLE);
    });
}
