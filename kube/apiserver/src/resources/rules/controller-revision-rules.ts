import type { JsonObject, JsonValue } from "@weir/core";
import { jsonEqual } from "@weir/objects";
import { type FieldError, invalidField, requiredField } from "@weir/schema";
import type { KindRules } from "../builtin-strategy.ts";
import { isDraft } from "../draft-access.ts";
import { IMMUTABLE } from "./pod-set-errors.ts";
import { negativeErrors } from "./workload-status-rules.ts";

/** A revision's data never changes; its number does, when an old revision becomes the present one again. */
export const controllerRevisionRules: KindRules = {
  updateChecks: ["changes", "whole", "update"],
  validate: (object) => [...numberErrors(object), ...dataErrors(object["data"])],
  validateUpdate: (object, old) => [
    ...numberErrors(object),
    ...(jsonEqual(object["data"] ?? null, old["data"] ?? null)
      ? []
      : [invalidField("data", object["data"] ?? null, IMMUTABLE)]),
  ],
};

function numberErrors(object: JsonObject): readonly FieldError[] {
  return negativeErrors(object, ["revision"], "").map((error) => ({ ...error, field: "revision" }));
}

function dataErrors(data: JsonValue | undefined): readonly FieldError[] {
  if (data === undefined || data === null) return [requiredField("data", "data is mandatory")];
  return isDraft(data) ? [] : [requiredField("data", "data must be a valid JSON object")];
}
