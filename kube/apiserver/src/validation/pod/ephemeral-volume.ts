import type { JsonObject } from "@weir/core";
import { type FieldError, forbiddenField, requiredField } from "@weir/schema";
import { child } from "../../resources/draft-access.ts";
import { claimSpecErrors } from "../../resources/rules/claim-errors.ts";
import { annotationErrors, labelErrors } from "../object-meta.ts";

/** Fields of metadata that a template of a claim does not have, in the order of their declaration, as messages name them. */
const REFUSED = [
  "name",
  "generateName",
  "namespace",
  "selfLink",
  "uid",
  "resourceVersion",
  "generation",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "ownerReferences",
  "finalizers",
  "managedFields",
];

/** What is wrong with a volume that comes and goes with its Pod. */
export function ephemeralErrors(source: JsonObject, field: string): readonly FieldError[] {
  const template = child(source, "volumeClaimTemplate");
  const at = `${field}.volumeClaimTemplate`;
  if (template === undefined) return [requiredField(at)];
  const metadata = child(template, "metadata") ?? {};
  return [
    ...annotationErrors(child(metadata, "annotations"), `${at}.metadata.annotations`),
    ...labelErrors(child(metadata, "labels"), `${at}.metadata.labels`),
    ...REFUSED.filter((name) => isSet(metadata, name)).map((name) =>
      forbiddenField(`${at}.metadata.${name === "uid" ? "uID" : name}`, "cannot be set"),
    ),
    ...claimSpecErrors(child(template, "spec") ?? {}, `${at}.spec`),
  ];
}

function isSet(metadata: JsonObject, name: string): boolean {
  const value = metadata[name];
  return value !== undefined && value !== null && value !== "" && value !== 0;
}
