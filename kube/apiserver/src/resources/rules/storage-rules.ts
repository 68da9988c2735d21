import type { JsonObject } from "@weir/core";
import { jsonEqual } from "@weir/objects";
import { type FieldError, forbiddenField, invalidField, requiredField } from "@weir/schema";
import type { KindRules } from "../builtin-strategy.ts";
import { child, ensureChild, strings, text } from "../draft-access.ts";
import type { Draft } from "../resource.ts";

export const volumeClaimRules: KindRules = {
  validate: claimErrors,
  validateUpdate: (object, old) => [...claimErrors(object), ...fixedClaim(object, old)],
};

function claimErrors(object: JsonObject): readonly FieldError[] {
  const spec = child(object, "spec") ?? {};
  const errors: FieldError[] = [];
  if (strings(spec, "accessModes").length === 0)
    errors.push(requiredField("spec.accessModes", "at least 1 access mode is required"));
  const requests = child(child(spec, "resources"), "requests") ?? {};
  if (requests["storage"] === undefined) errors.push(requiredField("spec.resources[storage]"));
  return errors;
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
  return jsonEqual(now, before) ? [] : [forbiddenField("spec", FIXED)];
}

export const volumeRules: KindRules = {
  prepareForCreate: (object, { now }) => {
    ensureChild(object, "status")["lastPhaseTransitionTime"] = now;
  },
};

/** Who provides a class's volumes, and how, never changes. */
export const storageClassRules: KindRules = {
  validate: (object) => (text(object, "provisioner") === "" ? [requiredField("provisioner")] : []),
  validateUpdate: (object, old) =>
    ["parameters", "provisioner"]
      .filter((field) => !jsonEqual(object[field] ?? null, old[field] ?? null))
      .map((field) => invalidField(field, object[field] ?? null, "field is immutable")),
};
