import type { JsonObject } from "@weir/core";
import { type FieldError, forbiddenField, invalidField, requiredField, unsupportedField } from "@weir/schema";
import { dns1123Label, pathSegmentName } from "../../validation/names.ts";
import { containerResourceErrors } from "../../validation/resource-names.ts";
import { child, number, text } from "../draft-access.ts";

/** The types of metrics by the fields that describe them. */
const SOURCES: Readonly<Record<string, string>> = {
  ContainerResource: "containerResource",
  External: "external",
  Object: "object",
  Pods: "pods",
  Resource: "resource",
};
const TYPES = Object.keys(SOURCES);
/** The order in which upstream looks for a source; only the first is looked into. */
const ORDER = ["object", "external", "pods", "resource", "containerResource"];

/** What is wrong with one metric that an autoscaler goes by. */
export function metricErrors(metric: JsonObject, field: string): readonly FieldError[] {
  const type = text(metric, "type");
  const errors: FieldError[] = [];
  if (type === "") errors.push(requiredField(`${field}.type`, "must specify a metric source type"));
  if (!TYPES.includes(type)) errors.push(unsupportedField(`${field}.type`, type, TYPES));
  const present = ORDER.filter((name) => child(metric, name) !== undefined);
  const [first] = present;
  if (first !== undefined)
    errors.push(...sourceErrors(first, child(metric, first) ?? {}, `${field}.${first}`));
  const expected = SOURCES[type];
  if (expected === undefined) errors.push(unsupportedField(`${field}.type`, type, TYPES));
  else if (!present.includes(expected))
    errors.push(
      requiredField(`${field}.${expected}`, "must populate information for the given metric source"),
    );
  if (present.length === 1) return errors;
  const others = present.filter((name) => name !== expected);
  return [
    ...errors,
    ...others.map((name) => forbiddenField(`${field}.${name}`, "must populate the given metric source only")),
  ];
}

function sourceErrors(kind: string, source: JsonObject, field: string): readonly FieldError[] {
  const target = child(source, "target") ?? {};
  const errors = [...namingErrors(kind, source, field), ...targetErrors(target, `${field}.target`)];
  const has = (name: string): boolean => target[name] !== undefined;
  if (kind === "resource" || kind === "containerResource") {
    if (!has("averageUtilization") && !has("averageValue")) {
      const detail = "must set either a target raw value or a target utilization";
      errors.push(requiredField(`${field}.target.averageUtilization`, detail));
    }
    if (has("averageUtilization") && has("averageValue")) {
      const detail = "may not set both a target raw value and a target utilization";
      errors.push(forbiddenField(`${field}.target.averageValue`, detail));
    }
  } else if (kind === "pods" && !has("averageValue")) {
    errors.push(requiredField(`${field}.target.averageValue`, "must specify a positive target averageValue"));
  } else if (kind !== "pods") {
    errors.push(...valueErrors(kind, target, `${field}.target`));
  }
  return errors;
}

/** What is there without Pods has a value, or one for each of them. */
function valueErrors(kind: string, target: JsonObject, field: string): readonly FieldError[] {
  const [whole, each] = [target["value"] !== undefined, target["averageValue"] !== undefined];
  const isExternal = kind === "external";
  if (!whole && !each) {
    const detail = isExternal
      ? "must set either a target value for metric or a per-pod target"
      : "must set either a target value or averageValue";
    return [requiredField(`${field}.averageValue`, detail)];
  }
  if (!isExternal || !whole || !each) return [];
  const detail = "may not set both a target value for metric and a per-pod target";
  return [forbiddenField(`${field}.value`, detail)];
}

function namingErrors(kind: string, source: JsonObject, field: string): readonly FieldError[] {
  const isResource = kind === "resource" || kind === "containerResource";
  if (!isResource) {
    const name = text(child(source, "metric"), "name");
    const at = `${field}.metric.name`;
    const errors: FieldError[] = kind === "object" ? describedErrors(source, `${field}.describedObject`) : [];
    if (name === "") errors.push(requiredField(at, "must specify a metric name"));
    else errors.push(...pathSegmentName(name, false).map((why) => invalidField(at, name, why)));
    return errors;
  }
  const errors: FieldError[] = [];
  const name = text(source, "name");
  if (name === "") errors.push(requiredField(`${field}.name`, "must specify a resource name"));
  if (kind !== "containerResource") return errors;
  if (name !== "") errors.push(...containerResourceErrors(name, `${field}.name`));
  const container = text(source, "container");
  if (container === "") return [...errors, requiredField(`${field}.container`, "must specify a container")];
  const problems = dns1123Label(container, false);
  return [...errors, ...problems.map((why) => invalidField(`${field}.container`, container, why))];
}

function describedErrors(source: JsonObject, field: string): FieldError[] {
  const object = child(source, "describedObject") ?? {};
  return [...referenceErrors(object, field), ...groupErrors(object, field, false)];
}

/** What is wrong with the kind and name of what is looked at or scaled. */
export function referenceErrors(reference: JsonObject, field: string): readonly FieldError[] {
  return ["kind", "name"].flatMap((name) => {
    const value = text(reference, name);
    if (value === "") return [requiredField(`${field}.${name}`)];
    return pathSegmentName(value, false).map((why) => invalidField(`${field}.${name}`, value, why));
  });
}

/** What is wrong with the apiVersion of what is looked at or scaled. */
export function groupErrors(
  reference: JsonObject,
  field: string,
  needsGroup: boolean,
): readonly FieldError[] {
  const version = text(reference, "apiVersion");
  const parts = version.split("/");
  const refuse = (detail: string): readonly FieldError[] => [
    invalidField(`${field}.apiVersion`, version, detail),
  ];
  if (parts.length > 2) return refuse(`unexpected GroupVersion string: ${version}`);
  const hasGroup = parts.length === 2 && parts[0] !== "";
  return needsGroup && !hasGroup ? refuse("apiVersion must specify API group") : [];
}

function targetErrors(target: JsonObject, field: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const type = text(target, "type");
  if (type === "") errors.push(requiredField(`${field}.type`, "must specify a metric target type"));
  if (!["Utilization", "Value", "AverageValue"].includes(type)) {
    errors.push(invalidField(`${field}.type`, type, "must be either Utilization, Value, or AverageValue"));
  }
  for (const name of ["value", "averageValue"]) {
    const value = target[name];
    const isPositive = value === undefined || !/^(?:-.*|0)$/.test(String(value));
    if (!isPositive) errors.push(invalidField(`${field}.${name}`, String(value), "must be positive"));
  }
  const share = number(target, "averageUtilization");
  if (share !== undefined && share < 1)
    errors.push(invalidField(`${field}.averageUtilization`, share, "must be greater than 0"));
  return errors;
}
