import type { JsonValue } from "@weir/core";
import { KubeApiError } from "@weir/client";
import type { BuiltObject } from "./built-object.ts";
import { formatGvk } from "@weir/objects";
import type { ReleaseContext, ReleaseLogLine } from "./release-context.ts";

/** Writes the line that helm logs at this place. */
export function logLine(
  context: Pick<ReleaseContext, "log">,
  level: ReleaseLogLine["level"],
  message: string,
  fields: Readonly<Record<string, JsonValue>> = {},
): void {
  context.log?.({ level, message, fields });
}

/** The same, for lines that helm writes at its level of debugging, which Flux keeps, too. */
export function logDebug(
  context: Pick<ReleaseContext, "log">,
  message: string,
  fields: Readonly<Record<string, JsonValue>> = {},
): void {
  logLine(context, "debug", message, fields);
}

/** An error as Go's encoding/json writes it: only an API error that nothing wraps has public fields. */
export function loggedError(error: unknown): JsonValue {
  return error instanceof KubeApiError ? { ErrStatus: error.status } : {};
}

/** `{namespace, name, kind}`. */
export function loggedKind({ object }: BuiltObject): Readonly<Record<string, JsonValue>> {
  const { name = "", namespace = "" } = object.metadata;
  return { namespace, name, kind: object.kind };
}

/** `{namespace, name, gvk}`. */
export function loggedGvk({ object, kind }: BuiltObject): Readonly<Record<string, JsonValue>> {
  const { name = "", namespace = "" } = object.metadata;
  return { namespace, name, gvk: formatGvk(kind) };
}
