import type { JsonObject, JsonValue } from "@weir/core";
import { jsonEqual } from "@weir/objects";
import { type FieldError, invalidField, requiredField } from "@weir/schema";
import { parseIpRange } from "../../validation/ip-address.ts";
import { canonicalIpRangeErrors } from "../../validation/ip-errors.ts";
import { dns1123Subdomain, pathSegmentName } from "../../validation/names.ts";
import { invalidStruct } from "../../validation/struct-field.ts";
import type { KindRules } from "../builtin-strategy.ts";
import { child, strings, text } from "../draft-access.ts";
import { segmentErrors } from "./ingress-rules.ts";

const RANGES = "spec.cidrs";
const FIXED = "field is immutable";

/** Addresses that Services may be given: one range of each family, to which the second may come later. */
export const serviceRangeRules: KindRules = {
  updateChecks: ["changes", "update"],
  validate: (object) => rangeErrors(strings(child(object, "spec"), "cidrs")),
  validateUpdate(object, old) {
    const now = strings(child(object, "spec"), "cidrs");
    const before = strings(child(old, "spec"), "cidrs");
    if (now.length === before.length)
      return before.flatMap((range, index) => (range === now[index] ? [] : [fixedError(now, index)]));
    if (before.length === 1 && now.length === 2)
      return [...(before[0] === now[0] ? [] : [fixedError(now, 0)]), ...rangeErrors(now)];
    return [invalidField(RANGES, child(object, "spec")?.["cidrs"] ?? null, FIXED)];
  },
};

function fixedError(ranges: readonly string[], index: number): FieldError {
  return invalidField(`${RANGES}[${index}]`, ranges[index] ?? "", FIXED);
}

function rangeErrors(ranges: readonly string[]): readonly FieldError[] {
  if (ranges.length === 0) return [requiredField(RANGES, "at least one CIDR required")];
  if (ranges.length > 2)
    return [invalidStruct(RANGES, { CIDRs: [...ranges] }, "may only hold up to 2 values")];
  const errors = ranges.flatMap((range, index) => canonicalIpRangeErrors(`${RANGES}[${index}]`, range));
  const [first = "", second] = ranges;
  const family = familyOfRange(first);
  if (second !== undefined && family !== undefined && family === familyOfRange(second)) {
    const detail = "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64";
    errors.push(invalidField(RANGES, [...ranges], detail));
  }
  return errors;
}

function familyOfRange(range: string): number | undefined {
  return parseIpRange(range)?.address.bytes.length;
}

/** An address that something holds, for good. */
export const ipAddressRules: KindRules = {
  updateChecks: ["whole", "object", "changes", "update"],
  validate: parentErrors,
  validateUpdate(object, old) {
    const [now, before] = [parentOf(object), parentOf(old)];
    const isFixed = jsonEqual(now ?? null, before ?? null);
    return isFixed ? [] : [invalidStruct("spec.parentRef", goParent(now), FIXED)];
  },
};

function parentOf(object: JsonObject): JsonObject | undefined {
  return child(child(object, "spec"), "parentRef");
}

/** A parent as a message prints it. */
function goParent(parent: JsonObject | undefined): JsonValue {
  if (parent === undefined) return null;
  return {
    Group: text(parent, "group"),
    Resource: text(parent, "resource"),
    Namespace: text(parent, "namespace"),
    Name: text(parent, "name"),
  };
}

function parentErrors(object: JsonObject): readonly FieldError[] {
  const parent = parentOf(object);
  const at = "spec.parentRef";
  if (parent === undefined) return [requiredField(at)];
  const group = text(parent, "group");
  const namespace = text(parent, "namespace");
  return [
    ...(group === ""
      ? []
      : dns1123Subdomain(group, false).map((why) => invalidField(`${at}.group`, group, why))),
    ...segmentErrors(parent, at, "resource"),
    ...segmentErrors(parent, at, "name"),
    ...(namespace === ""
      ? []
      : pathSegmentName(namespace, false).map((why) => invalidField(`${at}.namespace`, namespace, why))),
  ];
}
