import type { JsonObject } from "@weir/core";
import { jsonEqual } from "@weir/objects";
import { type FieldError, forbiddenField, invalidField } from "@weir/schema";
import type { KindRules } from "../builtin-strategy.ts";
import { child, ensureChild, text } from "../draft-access.ts";
import type { Draft } from "../resource.ts";
import { storageClassErrors } from "./storage-class-errors.ts";
import { claimSpecErrors, volumeErrors } from "./volume-errors.ts";

export const volumeClaimRules: KindRules = {
  validate: claimErrors,
  validateUpdate: (object, old) => [...claimErrors(object), ...fixedClaim(object, old)],
};

function claimErrors(object: JsonObject): readonly FieldError[] {
  return claimSpecErrors(child(object, "spec") ?? {}, "spec");
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
