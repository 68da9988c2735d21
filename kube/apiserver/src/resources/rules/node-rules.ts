import type { JsonObject } from "@weir/core";
import { jsonEqual } from "@weir/objects";
import {
  duplicateField,
  type FieldError,
  forbiddenField,
  invalidField,
  requiredField,
  unsupportedField,
} from "@weir/schema";
import {
  compareQuantities,
  formatQuantity,
  parseQuantity,
  quantityFromJson,
  quantityMilliValue,
} from "@weir/text";
import { goStructText } from "../../validation/go-struct.ts";
import { isIpv4, parseIpRange } from "../../validation/ip-address.ts";
import { ipRangeErrors, ipRangeWarnings } from "../../validation/ip-errors.ts";
import { dns1123Label, labelValueErrors, qualifiedNameErrors } from "../../validation/names.ts";
import { labelErrors } from "../../validation/object-meta.ts";
import { deprecatedNodeLabel } from "../../validation/node-labels.ts";
import { COUNTED_RESOURCES, resourceErrors } from "../../validation/pod/resources.ts";
import { tolerationErrors } from "../../validation/pod/scheduling.ts";
import { isExtendedResource } from "../../validation/resource-names.ts";
import type { KindRules } from "../builtin-strategy.ts";
import { child, children, strings, text } from "../draft-access.ts";
import type { Draft } from "../resource.ts";

const ZERO = parseQuantity("0");

/** A node says itself what it has; who named it, and the addresses of its Pods, stay once they are said. */
export const nodeRules: KindRules = {
  prepareForCreate(object) {
    dropConfiguration(object, {});
  },
  prepareForUpdate: dropConfiguration,
  validate: nodeErrors,
  updateChecks: ["whole", "object", "changes", "update"],
  validateUpdate: changeErrors,
  validateStatus: changeErrors,
  warnings(node) {
    const ranges = strings(child(node, "spec"), "podCIDRs");
    return [
      ...(text(child(node, "spec"), "externalID") === ""
        ? []
        : ["spec.externalID: this field is deprecated, and is unused by Kubernetes"]),
      ...ranges.flatMap((range, index) => ipRangeWarnings(`spec.podCIDRs[${index}]`, range)),
    ];
  },
};

/** Nodes were once configured through the API. */
function dropConfiguration(node: Draft, old: JsonObject): void {
  const spec = child(node, "spec");
  if (spec !== undefined && child(child(old, "spec"), "configSource") === undefined)
    delete spec["configSource"];
}

function nodeErrors(node: JsonObject): readonly FieldError[] {
  const spec = child(node, "spec");
  return [
    ...taintErrors(children(spec, "taints")),
    ...amountErrors(node),
    ...rangeErrors(strings(spec, "podCIDRs")),
  ];
}

const EFFECTS = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

function taintErrors(taints: readonly JsonObject[]): readonly FieldError[] {
  const known = new Set<string>();
  return taints.flatMap((taint, index) => {
    const at = `metadata.taints[${index}]`;
    const [key, value, effect] = ["key", "value", "effect"].map((field) => text(taint, field));
    const errors = qualifiedNameErrors(key ?? "").map((why) => invalidField(`${at}.key`, key ?? "", why));
    const problems = labelValueErrors(value ?? "");
    if (problems.length > 0) errors.push(invalidField(`${at}.value`, value ?? "", problems.join(";")));
    if (effect === "") errors.push(requiredField(`${at}.effect`));
    else if (!EFFECTS.includes(effect ?? ""))
      errors.push(unsupportedField(`${at}.effect`, effect ?? "", EFFECTS));
    const pair = JSON.stringify([key, effect]);
    if (known.has(pair)) errors.push(twiceError(at, taint));
    known.add(pair);
    return errors;
  });
}

function twiceError(field: string, taint: JsonObject): FieldError {
  const detail = "taints must be unique by key and effect pair";
  const error = duplicateField(field, taint);
  return { ...error, detail, message: `Duplicate value: ${goStructText("Taint", taint)}: ${detail}` };
}

function amountErrors(node: JsonObject): readonly FieldError[] {
  return ["capacity", "allocatable"].flatMap((list) =>
    Object.entries(child(child(node, "status"), list) ?? {}).flatMap(([name, value]) => {
      const quantity = quantityFromJson(value ?? "0");
      const at = `status.${list}.${name}`;
      const shown = formatQuantity(quantity);
      const isWhole = COUNTED_RESOURCES.has(name) || isExtendedResource(name);
      return [
        ...(compareQuantities(quantity, ZERO) < 0
          ? [invalidField(at, shown, "must be greater than or equal to 0")]
          : []),
        ...(isWhole && quantityMilliValue(quantity) % 1000n !== 0n
          ? [invalidField(at, shown, "must be an integer")]
          : []),
      ];
    }),
  );
}

function rangeErrors(ranges: readonly string[]): readonly FieldError[] {
  const errors = ranges.flatMap((range, index) => ipRangeErrors(`spec.podCIDRs[${index}]`, range));
  if (ranges.length < 2) return errors;
  const families = new Set(
    ranges.flatMap((range) => {
      const read = parseIpRange(range);
      return read === undefined ? [] : [isIpv4(read.address)];
    }),
  );
  if (ranges.length === 2 && families.size === 2) return errors;
  const detail = "may specify no more than one CIDR for each IP family";
  return [...errors, invalidField("spec.podCIDRs", [...ranges], detail)];
}

function changeErrors(node: JsonObject, old: JsonObject): readonly FieldError[] {
  const [spec, before] = [child(node, "spec") ?? {}, child(old, "spec") ?? {}];
  const errors = [...amountErrors(node), ...addressErrors(node)];
  const [ranges, then] = [strings(spec, "podCIDRs"), strings(before, "podCIDRs")];
  if (then.length > 0 && !jsonEqual([...ranges], [...then])) {
    const detail = 'node updates may not change podCIDR except from "" to valid';
    errors.push(forbiddenField("spec.podCIDRs", detail));
  }
  const provider = text(before, "providerID");
  if (provider !== "" && provider !== text(spec, "providerID")) {
    const detail = 'node updates may not change providerID except from "" to valid';
    errors.push(forbiddenField("spec.providerID", detail));
  }
  errors.push(...taintErrors(children(spec, "taints")));
  if (text(spec, "externalID") !== text(before, "externalID"))
    errors.push(forbiddenField("spec.externalID", "may not be updated"));
  return errors;
}

function addressErrors(node: JsonObject): readonly FieldError[] {
  const known = new Set<string>();
  return children(child(node, "status"), "addresses").flatMap((address, index) => {
    const key = JSON.stringify([text(address, "type"), text(address, "address")]);
    const isTwice = known.has(key);
    known.add(key);
    if (!isTwice) return [];
    const error = duplicateField(`status.addresses[${index}]`, address);
    return [{ ...error, message: `Duplicate value: ${goStructText("NodeAddress", address)}` }];
  });
}

/** How containers are run; the handler stays. */
export const runtimeClassRules: KindRules = {
  validate: runtimeErrors,
  updateChecks: ["whole", "object", "changes", "update"],
  validateUpdate: (object, old) =>
    text(object, "handler") === text(old, "handler")
      ? []
      : [invalidField("handler", text(object, "handler"), "field is immutable")],
  warnings: (object) =>
    Object.keys(child(child(object, "scheduling"), "nodeSelector") ?? {}).flatMap((key) => {
      const why = deprecatedNodeLabel(key);
      return why === undefined ? [] : [`scheduling.nodeSelector: ${why}`];
    }),
};

function runtimeErrors(object: JsonObject): readonly FieldError[] {
  const handler = text(object, "handler");
  const fixed = child(child(object, "overhead"), "podFixed");
  const scheduling = child(object, "scheduling") ?? {};
  return [
    ...(handler === ""
      ? [requiredField("handler")]
      : dns1123Label(handler, false).map((why) => invalidField("handler", handler, why))),
    ...(fixed === undefined
      ? []
      : resourceErrors({ limits: fixed }, "overhead", { owner: "container", claims: new Set() })),
    ...labelErrors(child(scheduling, "nodeSelector"), "scheduling.nodeSelector"),
    ...tolerationErrors(scheduling, "scheduling.tolerations"),
    ...repeatedTolerations(children(scheduling, "tolerations")),
  ];
}

function repeatedTolerations(tolerations: readonly JsonObject[]): readonly FieldError[] {
  const known = new Set<string>();
  return tolerations.flatMap((toleration, index) => {
    const key = JSON.stringify(
      ["key", "operator", "value", "effect"].map((field) => text(toleration, field)),
    );
    const isTwice = known.has(key);
    known.add(key);
    if (!isTwice) return [];
    const error = duplicateField(`scheduling.tolerations[${index}]`, toleration);
    return [{ ...error, message: `Duplicate value: ${goStructText("Toleration", toleration)}` }];
  });
}
