import type { JsonObject, JsonValue } from "@weir/core";
import { child, text } from "./draft-access.ts";

/** Fields that are not read where their path says. */
const special: Readonly<Record<string, (object: JsonObject) => string>> = {
  "metadata.name": (object) => text(child(object, "metadata"), "name"),
  "metadata.namespace": (object) => text(child(object, "metadata"), "namespace"),
  source: (object) => text(child(object, "source"), "component") || text(object, "reportingComponent"),
  reportingComponent: (object) => text(object, "reportingComponent"),
  "spec.unschedulable": (object) => String(child(object, "spec")?.["unschedulable"] ?? false),
  "spec.hostNetwork": (object) => String(child(object, "spec")?.["hostNetwork"] ?? false),
  "status.successful": (object) => String(child(object, "status")?.["succeeded"] ?? 0),
  "status.replicas": (object) => String(child(object, "status")?.["replicas"] ?? 0),
};

/** The value that a field selector compares: the field's text, `""` where it is absent. */
export function builtinFieldValue(object: JsonObject, field: string): string {
  const read = Object.hasOwn(special, field) ? special[field] : undefined;
  if (read !== undefined) return read(object);
  let value: JsonValue | undefined = object;
  for (const part of field.split(".")) {
    value =
      value !== null && typeof value === "object" && !Array.isArray(value)
        ? (value as JsonObject)[part]
        : undefined;
  }
  return value === undefined || value === null ? "" : String(value);
}
