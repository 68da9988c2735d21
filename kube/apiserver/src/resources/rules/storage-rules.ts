import type { JsonObject } from "@weir/core";
import { jsonEqual } from "@weir/objects";
import { type FieldError, forbiddenField, invalidField } from "@weir/schema";
import { formatQuantity, quantityFromJson, quantityMilliValue } from "@weir/text";
import type { KindRules } from "../builtin-strategy.ts";
import { child, ensureChild, text } from "../draft-access.ts";
import type { Draft } from "../resource.ts";
import { storageClassErrors } from "./storage-class-errors.ts";
import { claimSpecErrors, volumeErrors } from "./volume-errors.ts";

export const volumeClaimRules: KindRules = {
  warnings: claimWarnings,
  validate: claimErrors,
  validateUpdate: (object, old) => [...claimErrors(object), ...fixedClaim(object, old)],
};

function claimErrors(object: JsonObject): readonly FieldError[] {
  return claimSpecErrors(child(object, "spec") ?? {}, "spec");
}

/** Nobody has a part of a byte. */
function claimWarnings(object: JsonObject): readonly string[] {
  const resources = child(child(object, "spec"), "resources");
  return ["limits", "requests"].flatMap((list) => {
    const value = child(resources, list)?.["storage"];
    const quantity = value === undefined ? undefined : quantityFromJson(value);
    if (quantity === undefined || quantityMilliValue(quantity) % 1000n === 0n) return [];
    const shown = JSON.stringify(formatQuantity(quantity));
    return [`spec.resources.${list}[storage]: fractional byte value ${shown} is invalid, must be an integer`];
  });
}

const FIXED =
  "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n";

/** A claim's wishes are fixed; a bound one may ask for more room, and the binder names the volume. */
function fixedClaim(object: JsonObject, old: JsonObject): readonly FieldError[] {
  const now: Draft = { ...child(object, "spec") };
  const before: Draft = { ...child(old, "spec") };
  const isBound = text(child(old, "status"), "phase") === "Bound";
  if (isBound) {
    now["resources"] = {
      ...child(now, "resources"),
      requests: child(before, "resources")?.["requests"] ?? {},
    };
    for (const spec of [now, before]) delete spec["volumeAttributesClassName"];
  }
  if (text(before, "volumeName") === "") delete now["volumeName"];
  if (text(before, "storageClassName") === "") delete now["storageClassName"];
  const mode = now["volumeMode"] ?? null;
  return [
    ...(jsonEqual(now, before) ? [] : [forbiddenField("spec", FIXED)]),
    ...(mode === (before["volumeMode"] ?? null)
      ? []
      : [invalidField("volumeMode", mode, "field is immutable")]),
  ];
}

export const volumeRules: KindRules = {
  validate: volumeErrors,
  prepareForCreate: (object, { now }) => {
    ensureChild(object, "status")["lastPhaseTransitionTime"] = now;
  },
};

/** Who provides a class's volumes, and how, never changes. */
export const storageClassRules: KindRules = {
  validate: storageClassErrors,
  validateUpdate: (object, old) =>
    ["parameters", "provisioner"]
      .filter((field) => !jsonEqual(object[field] ?? null, old[field] ?? null))
      .map((field) => invalidField(field, object[field] ?? null, "field is immutable")),
};
