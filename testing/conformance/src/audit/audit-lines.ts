import type { JsonObject, JsonValue } from "@weir/core";

/** How a request says which case it is: by its user agent. */
export function agentOf(index: number): string {
  return `audit-case/${index}`;
}

/** The events of each case, without what differs from run to run, from the lines of an audit log. */
export function eventsByCase(lines: readonly string[]): ReadonlyMap<number, readonly JsonObject[]> {
  const found = new Map<number, JsonObject[]>();
  for (const line of lines) {
    const event = JSON.parse(line) as JsonObject & { readonly userAgent?: string };
    const index = /^audit-case\/(\d+)$/.exec(event.userAgent ?? "")?.[1];
    if (index === undefined) continue;
    const events = found.get(Number(index)) ?? [];
    events.push(normalized(event));
    found.set(Number(index), events);
  }
  return found;
}

const VARYING: ReadonlyMap<string, string> = new Map([
  ["auditID", "<id>"],
  ["uid", "<uid>"],
  ["resourceVersion", "<version>"],
  ["creationTimestamp", "<time>"],
  ["requestReceivedTimestamp", "<time>"],
  ["stageTimestamp", "<time>"],
  ["deletionTimestamp", "<time>"],
  ["time", "<time>"],
  ["expirationTimestamp", "<time>"],
  ["token", "<token>"],
  ["serverAddress", "<address>"],
  ["authentication.kubernetes.io/issued-credential-id", "<id>"],
  // Help texts of columns are our own.
  ["description", "<text>"],
]);

function normalized(value: JsonObject): JsonObject {
  const entries = Object.entries(value).map(([key, item]): [string, JsonValue] => [
    key,
    normalizedField(key, item),
  ]);
  return Object.fromEntries(entries);
}

function normalizedField(key: string, value: JsonValue): JsonValue {
  const replacement = VARYING.get(key);
  if (replacement !== undefined && typeof value === "string") return value === "" ? "" : replacement;
  if (key === "name" && typeof value === "string" && value.startsWith("some-")) return "<name>";
  // The cells of a table say how old an object is, too.
  if (key === "cells" && Array.isArray(value)) return (value as readonly JsonValue[]).map(cell);
  return deep(value);
}

function cell(value: JsonValue): JsonValue {
  return typeof value === "string" && /^\d+[smh]|^<invalid>$/.test(value) ? "<age>" : value;
}

function deep(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(deep);
  if (value === null || typeof value !== "object") return value;
  return normalized(value as JsonObject);
}
