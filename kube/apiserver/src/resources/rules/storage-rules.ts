import type { JsonObject } from "@weir/core";
import { jsonEqual } from "@weir/objects";
import { type FieldError, forbiddenField, invalidField, requiredField, tooLongField } from "@weir/schema";
import { dns1123Subdomain } from "../../validation/names.ts";
import { invalidGoStruct } from "../../validation/go-struct.ts";
import { deprecatedNodeLabel } from "../../validation/node-labels.ts";
import { selectorErrors } from "../../validation/label-selector.ts";
import type { KindRules } from "../builtin-strategy.ts";
import { child, children, number, text } from "../draft-access.ts";
import { csiDriverNameErrors } from "./csi-names.ts";
import { nonNegativeErrors } from "./claim-errors.ts";
import { driverErrors, parameterErrors, storageClassErrors } from "./storage-class-errors.ts";
import { inlineVolumeErrors } from "./volume-errors.ts";

const IMMUTABLE = "field is immutable";

/** Who provides a class's volumes, and how, never changes. */
export const storageClassRules: KindRules = {
  validate: storageClassErrors,
  updateChecks: ["whole", "object", "changes", "update"],
  validateUpdate: (object, old) =>
    ["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"]
      .filter((field) => !jsonEqual(object[field] ?? null, old[field] ?? null))
      .map((field) => invalidField(field, object[field] ?? null, IMMUTABLE)),
  warnings: (object) =>
    children(object, "allowedTopologies").flatMap((term, index) =>
      children(term, "matchLabelExpressions").flatMap((expression, each) => {
        const why = deprecatedNodeLabel(text(expression, "key"));
        const at = `allowedTopologies[${index}].matchLabelExpressions[${each}].key`;
        return why === undefined ? [] : [`${at}: ${why}`];
      }),
    ),
};

/** What makes up a class of attributes never changes. */
export const attributesClassRules: KindRules = {
  validate(object) {
    const isEmpty = Object.keys(child(object, "parameters") ?? {}).length === 0;
    const missing = isEmpty ? [requiredField("parameters", "must contain at least one key/value pair")] : [];
    return [...driverErrors(object, "driverName"), ...parameterErrors(object), ...missing];
  },
  updateChecks: ["changes", "update", "whole", "object"],
  validateUpdate: (object, old) =>
    ["driverName", "parameters"]
      .filter((field) => !jsonEqual(object[field] ?? null, old[field] ?? null))
      .map((field) => forbiddenField(field, `updates to ${field} are forbidden.`)),
};

/** What a driver can still store in a part of a cluster. */
export const storageCapacityRules: KindRules = {
  validate(object) {
    const name = text(object, "storageClassName");
    const selector = child(object, "nodeTopology");
    return [
      ...(selector === undefined ? [] : selectorErrors(selector, "nodeTopology")),
      ...dns1123Subdomain(name, false).map((why) => invalidField("storageClassName", name, why)),
      ...nonNegativeErrors(object["capacity"], "capacity"),
    ];
  },
  updateChecks: ["whole", "object", "changes", "update"],
  validateUpdate: (object, old) =>
    ["nodeTopology", "storageClassName"]
      .filter((field) => !jsonEqual(object[field] ?? null, old[field] ?? null))
      .map((field) =>
        field === "nodeTopology"
          ? invalidGoStruct(field, { type: "?LabelSelector", value: object[field] }, IMMUTABLE)
          : invalidField(field, text(object, field), IMMUTABLE),
      ),
  warnings(object) {
    const selector = child(object, "nodeTopology");
    const keyed = children(selector, "matchExpressions").flatMap((expression, index) => {
      const key = text(expression, "key");
      const why = deprecatedNodeLabel(key);
      return why === undefined ? [] : [`nodeTopology.matchExpressions[${index}].key: ${key} is ${why}`];
    });
    const named = Object.keys(child(selector, "matchLabels") ?? {}).flatMap((key) => {
      const why = deprecatedNodeLabel(key);
      return why === undefined ? [] : [`nodeTopology.matchLabels.${key}: ${why}`];
    });
    return [...keyed, ...named];
  },
};

/** A volume that is attached to a node: which and where never changes. */
export const attachmentRules: KindRules = {
  validate: attachmentErrors,
  updateChecks: ["whole", "object", "update"],
  validateUpdate: (object, old) =>
    jsonEqual(object["spec"] ?? null, old["spec"] ?? null)
      ? []
      : [invalidGoStruct("spec", { type: "VolumeAttachmentSpec", value: object["spec"] }, IMMUTABLE)],
  validateStatus: attachmentErrors,
};

function attachmentErrors(object: JsonObject): readonly FieldError[] {
  const spec = child(object, "spec") ?? {};
  const source = child(spec, "source") ?? {};
  const node = text(spec, "nodeName");
  const volume = text(source, "persistentVolumeName");
  const isNamed = typeof source["persistentVolumeName"] === "string";
  const at = "spec.source.persistentVolumeName";
  return [
    ...csiDriverNameErrors(text(spec, "attacher"), "spec.attacher"),
    ...attachedErrors(source, "spec.source"),
    ...dns1123Subdomain(node, false).map((why) => invalidField("spec.nodeName", node, why)),
    ...attachmentStatusErrors(child(object, "status")),
    ...(isNamed ? dns1123Subdomain(volume, false).map((why) => invalidField(at, volume, why)) : []),
  ];
}

function attachedErrors(source: JsonObject, field: string): readonly FieldError[] {
  const volume = source["persistentVolumeName"];
  const inline = child(source, "inlineVolumeSpec");
  const isNamed = typeof volume === "string";
  const detail = "must specify exactly one of inlineVolumeSpec and persistentVolumeName";
  if (inline === undefined && !isNamed) return [requiredField(field, detail)];
  if (inline === undefined)
    return volume === ""
      ? [requiredField(`${field}.persistentVolumeName`, "must specify non empty persistentVolumeName")]
      : [];
  if (isNamed) return [forbiddenField(field, detail)];
  return inlineVolumeErrors(inline, `${field}.inlineVolumeSpec`);
}

const MOST_METADATA = 256 * 1024;
const MOST_MESSAGE = 1024;

function attachmentStatusErrors(status: JsonObject | undefined): readonly FieldError[] {
  if (status === undefined) return [];
  const errors: FieldError[] = [];
  const size = Object.entries(child(status, "attachmentMetadata") ?? {}).reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(String(value)),
    0,
  );
  if (size > MOST_METADATA) errors.push(tooLongField("status.attachmentMetadata", MOST_METADATA));
  for (const name of ["attachError", "detachError"]) {
    const error = child(status, name);
    const code = number(error, "errorCode") ?? 0;
    // Upstream names the limit of another field.
    if (Buffer.byteLength(text(error, "message")) > MOST_MESSAGE)
      errors.push(tooLongField(`status.${name}.message`, MOST_METADATA));
    if (code < 0) {
      const detail = "must be between 0 and 2147483647, inclusive";
      errors.push(invalidField(`status.${name}.errorCode`, code, detail));
    }
  }
  return errors;
}
