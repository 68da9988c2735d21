import type { JsonObject } from "@weir/core";
import { type FieldError, invalidField } from "@weir/schema";
import type { ScalePaths } from "./definition.ts";
import { nestedInteger, nestedText } from "./nested-field.ts";

const LARGEST = 2_147_483_647;

/** What is wrong with the replicas that a definition's Scale reads; nothing where there is no Scale. */
export function scaleSpecErrors(object: JsonObject, scale: ScalePaths | undefined): readonly FieldError[] {
  return scale === undefined ? [] : replicaErrors(object, scale.specReplicas);
}

/** The same of the replicas and the selector in the status. */
export function scaleStatusErrors(object: JsonObject, scale: ScalePaths | undefined): readonly FieldError[] {
  if (scale === undefined) return [];
  const { statusReplicas, labelSelector } = scale;
  const errors = replicaErrors(object, statusReplicas);
  const problem = labelSelector === undefined ? undefined : nestedText(object, labelSelector).problem;
  if (labelSelector === undefined || problem === undefined) return errors;
  return [...errors, invalidField(labelSelector, "", problem)];
}

function replicaErrors(object: JsonObject, path: string): readonly FieldError[] {
  const { value = 0, problem } = nestedInteger(object, path);
  if (problem !== undefined) return [invalidField(path, 0, problem)];
  if (value < 0) return [invalidField(path, value, "should be a non-negative integer")];
  if (value > LARGEST) return [invalidField(path, value, `should be less than or equal to ${LARGEST}`)];
  return [];
}
