import type { JsonObject, JsonValue } from "@weir/core";
import { labelSelectorFrom, LabelSelectorError, type LabelSelectorSpec } from "@weir/text";
import { child, children, strings, text } from "../resources/draft-access.ts";
import { humanAge } from "./age.ts";

/** An object that a row is printed of, and the time of printing. */
export interface RowInput {
  readonly object: JsonObject;
  readonly spec: JsonObject;
  readonly status: JsonObject;
  readonly now: number;
}

/** Prints the cells of a row, the name included. */
export type RowPrinter = (row: RowInput) => readonly JsonValue[];

export function nameOf({ object }: RowInput): string {
  return text(child(object, "metadata"), "name");
}

export function ageOf({ object, now }: RowInput): string {
  return since(text(child(object, "metadata"), "creationTimestamp"), now);
}

/** The age of a time, `<unknown>` where it is not set. */
export function since(time: string, now: number): string {
  return time === "" ? "<unknown>" : humanAge(time, now);
}

/** Texts joined by commas; `none` where there are none. */
export function joined(items: readonly string[], none = "<none>"): string {
  return items.length === 0 ? none : items.join(",");
}

export function count(value: JsonValue | undefined): number {
  return typeof value === "number" ? value : 0;
}

/** A selector as kubectl writes it: `a=b,c in (d)`. */
export function selectorText(selector: JsonObject | undefined): string {
  if (selector === undefined || Object.keys(selector).length === 0) return "<none>";
  try {
    return labelSelectorFrom(selector as LabelSelectorSpec).toString() || "<none>";
  } catch (error) {
    if (error instanceof LabelSelectorError) return "<error>";
    throw error;
  }
}

/** Plain labels as a selector. */
export function labelsText(labels: JsonObject | undefined): string {
  return joined(
    Object.entries(labels ?? {})
      .map(([key, value]) => `${key}=${String(value)}`)
      .sort(),
  );
}

/** Names and images of a Pod template's containers. */
export function containersOf(spec: JsonObject): readonly [names: string, images: string] {
  const containers = children(child(child(spec, "template"), "spec"), "containers");
  return [
    containers.map((container) => text(container, "name")).join(","),
    containers.map((container) => text(container, "image")).join(","),
  ];
}

const accessModes: Readonly<Record<string, string>> = {
  ReadWriteOnce: "RWO",
  ReadOnlyMany: "ROX",
  ReadWriteMany: "RWX",
  ReadWriteOncePod: "RWOP",
};

export function accessModesText(parent: JsonObject | undefined): string {
  const modes = new Set(strings(parent, "accessModes"));
  return Object.entries(accessModes)
    .flatMap(([mode, short]) => (modes.has(mode) ? [short] : []))
    .join(",");
}

/** Whether a condition of a status is True. */
export function isTrueCondition(status: JsonObject, type: string): boolean {
  return children(status, "conditions").some(
    (condition) => condition["type"] === type && condition["status"] === "True",
  );
}

/** `True` and `False` as Go's template prints them. */
export function boolText(value: JsonValue | undefined): string {
  return value === true ? "True" : "False";
}
