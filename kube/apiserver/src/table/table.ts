import type { JsonObject, JsonValue } from "@weir/core";
import { badRequestError, type KubeObject } from "@weir/objects";
import type { Call } from "../resources/call.ts";
import type { Column, Resource } from "../resources/resource.ts";
import { partialMetadata } from "./partial-metadata.ts";

/** How a Table shows a kind. */
export type Printed = Pick<Resource, "cells" | "columns" | "rowConditions">;

const nameColumn: Column = {
  name: "Name",
  type: "string",
  format: "name",
  description: "Name of the object, unique among its kind in a namespace.",
  priority: 0,
};

const createdColumn: Column = {
  name: "Created At",
  type: "date",
  format: "",
  description: "When the object was created.",
  priority: 0,
};

/** The Table of one object. */
export function objectTable(call: Call, object: KubeObject, printed: Printed = call.resource): JsonObject {
  const row = rowOf(printed, object, includeObject(call), call.api.clock.now());
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata: { resourceVersion: object.metadata.resourceVersion ?? "" },
    columnDefinitions: columnsOf(printed) as unknown as JsonValue,
    rows: [row],
  };
}

/** The Table of objects, with the list's metadata. */
export function tableOf(
  call: Call,
  objects: readonly KubeObject[],
  metadata: JsonObject,
  withColumns = true,
): JsonObject {
  const { resource } = call;
  const row = tableRow(call);
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata,
    columnDefinitions: withColumns ? (columnsOf(resource) as unknown as JsonValue) : null,
    rows: objects.map(row),
  };
}

/** Whether nobody prints the kind but by its name and age: no rows are a nil slice upstream then. */
export function isPrintedPlainly({ columns, cells }: Printed): boolean {
  return cells === undefined || columns?.[1]?.name === createdColumn.name;
}

/** Makes the rows of a Table, one at a time. */
export function tableRow(call: Call): (object: KubeObject) => JsonObject {
  const { resource } = call;
  const include = includeObject(call);
  const now = call.api.clock.now();
  return (object) => rowOf(resource, object, include, now);
}

type Include = "None" | "Metadata" | "Object";

/** What each row carries beside its cells. */
function includeObject(call: Call): Include {
  const value = call.request.query.get("includeObject") ?? "";
  if (value === "") return "Metadata";
  if (value === "None" || value === "Metadata" || value === "Object") return value;
  throw badRequestError(
    `Unable to convert to Table as requested: includeObject: Invalid value: ${JSON.stringify(value)}: must be 'Metadata', 'Object', 'None', or empty`,
  );
}

function columnsOf(resource: Printed): readonly Column[] {
  return resource.cells === undefined || resource.columns === undefined
    ? [nameColumn, createdColumn]
    : resource.columns;
}

// oxlint-disable-next-line max-params -- one row of a table
function rowOf(resource: Printed, object: KubeObject, include: Include, now: number): JsonObject {
  const cells = resource.cells?.(object, now) ?? [
    object.metadata.name ?? "",
    object.metadata.creationTimestamp ?? "",
  ];
  const carried =
    include === "None"
      ? null
      : include === "Object"
        ? (object as unknown as JsonObject)
        : partialMetadata(object);
  const conditions = resource.rowConditions?.(object) ?? [];
  return conditions.length === 0 ? { cells, object: carried } : { cells, conditions, object: carried };
}
