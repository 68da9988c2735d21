import type { JsonObject, JsonValue } from "@weir/core";
import { compareUtf8 } from "@weir/core";
import { quoteGo } from "@weir/text";
import type { FieldSet } from "../fields/field-set.ts";
import { readFieldsV1, writeFieldsV1 } from "../fields/fields-v1.ts";
import { ManagedFieldsError } from "../fields/managed-fields-error.ts";
import { marshalGoJson } from "../go-text.ts";
import { isJsonArray, isJsonObject, type MutableJsonObject } from "../json-object.ts";
import type { ManagedFieldsEntry } from "../object.ts";

/** What one manager owns, and how it came to own it. */
export interface Manager {
  readonly manager: string;
  readonly operation: "Apply" | "Update";
  readonly apiVersion: string;
  readonly subresource: string;
  readonly time: string | undefined;
  readonly fields: FieldSet;
}

/** An object's managers by identifier; two entries with one identifier are one manager. */
export type Managers = ReadonlyMap<string, Manager>;

/**
 * Tells managers apart as apimachinery does: by name, operation and subresource, and for updates by version too, so that
 * an applier stays the same when it moves to another version.
 */
export function managerId(manager: Omit<Manager, "fields" | "time">): string {
  const { manager: name, operation, apiVersion, subresource } = manager;
  const parts: [string, string][] = [];
  if (name !== "") parts.push(["manager", name]);
  parts.push(["operation", operation]);
  if (operation === "Update") parts.push(["apiVersion", apiVersion]);
  if (subresource !== "") parts.push(["subresource", subresource]);
  // Conflicts are listed in the order of these texts, so they are the very JSON that apimachinery makes.
  return `{${parts.map(([key, value]) => `"${key}":${marshalGoJson(value)}`).join(",")}}`;
}

/** Reads `metadata.managedFields`. Throws `ManagedFieldsError` when an entry cannot be read. */
export function readManagers(entries: JsonValue | undefined): Managers {
  const managers = new Map<string, Manager>();
  if (!isJsonArray(entries)) return managers;
  for (const [index, entry] of entries.entries()) {
    const manager = readManager(isJsonObject(entry) ? entry : {}, index);
    managers.set(managerId(manager), manager);
  }
  return managers;
}

function readManager(entry: JsonObject, index: number): Manager {
  const operation = textOf(entry, "operation");
  const apiVersion = textOf(entry, "apiVersion");
  const fieldsType = textOf(entry, "fieldsType");
  if (operation !== "Apply" && operation !== "Update") {
    throw new ManagedFieldsError("operation must be `Apply` or `Update`");
  }
  if (apiVersion === "") throw new ManagedFieldsError("apiVersion must not be empty");
  if (fieldsType === "") throw new ManagedFieldsError(`missing fieldsType in managed fields entry ${index}`);
  if (fieldsType !== "FieldsV1") {
    throw new ManagedFieldsError(
      `invalid fieldsType ${quoteGo(fieldsType)} in managed fields entry ${index}`,
    );
  }
  const time = textOf(entry, "time");
  return {
    manager: textOf(entry, "manager"),
    operation,
    apiVersion,
    subresource: textOf(entry, "subresource"),
    time: time === "" ? undefined : time,
    fields: readFieldsV1(entry["fieldsV1"] ?? {}),
  };
}

function textOf(entry: JsonObject, key: string): string {
  const value = entry[key];
  return typeof value === "string" ? value : "";
}

/** Writes `metadata.managedFields` in apimachinery's order; `undefined` where nobody manages anything. */
export function writeManagers(managers: Managers): readonly ManagedFieldsEntry[] | undefined {
  if (managers.size === 0) return undefined;
  return [...managers.values()].sort(compareManagers).map(writeManager);
}

function writeManager(manager: Manager): ManagedFieldsEntry {
  return {
    ...(manager.manager === "" ? {} : { manager: manager.manager }),
    operation: manager.operation,
    apiVersion: manager.apiVersion,
    ...(manager.time === undefined ? {} : { time: manager.time }),
    fieldsType: "FieldsV1",
    fieldsV1: writeFieldsV1(manager.fields),
    ...(manager.subresource === "" ? {} : { subresource: manager.subresource }),
  };
}

function compareManagers(left: Manager, right: Manager): number {
  return (
    compareUtf8(left.operation, right.operation) ||
    secondsOf(left) - secondsOf(right) ||
    compareUtf8(left.manager, right.manager) ||
    compareUtf8(left.apiVersion, right.apiVersion) ||
    compareUtf8(left.subresource, right.subresource)
  );
}

/** Seconds of a manager's time since the epoch; 0 where it has none, as for one whose apply changed nothing. */
export function secondsOf({ time }: Manager): number {
  const milliseconds = time === undefined ? Number.NaN : Date.parse(time);
  return Number.isNaN(milliseconds) ? 0 : Math.floor(milliseconds / 1000);
}

/** Gives the object these managers in place of those it has. The object itself is not changed. */
export function withManagers(object: JsonObject, managers: Managers): JsonObject {
  const { managedFields: _, ...metadata } = metadataOf(object);
  const entries = writeManagers(managers);
  const next: MutableJsonObject = metadata;
  if (entries !== undefined) next["managedFields"] = entries as unknown as JsonValue;
  return { ...object, metadata: next };
}

/** The object without `metadata.managedFields`, so that ownership is never tracked as content. */
export function withoutManagers(object: JsonObject): JsonObject {
  const metadata = metadataOf(object);
  if (!Object.hasOwn(metadata, "managedFields")) return object;
  const { managedFields: _, ...rest } = metadata;
  return { ...object, metadata: rest };
}

/** The object's metadata, or none. */
export function metadataOf(object: JsonObject): JsonObject {
  const metadata = object["metadata"];
  return isJsonObject(metadata) ? metadata : {};
}
