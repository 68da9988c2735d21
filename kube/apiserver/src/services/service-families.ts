import type { JsonObject } from "@weir/core";
import { type FieldError, invalidField } from "@weir/schema";
import { strings, text } from "../resources/draft-access.ts";
import type { Draft } from "../resources/resource.ts";
import { familyOf, serviceAddressErrors } from "../resources/rules/service-address-errors.ts";
import {
  HEADLESS,
  haveSameStrings,
  isExternalName,
  isOnNodes,
  isOpen,
} from "../resources/rules/service-shape.ts";

/** The one family of addresses that there is. */
const FAMILY = "IPv4";
const OTHER_FAMILY = "IPv6";
const POLICY = "spec.ipFamilyPolicy";
const SINGLE = "SingleStack";
const PREFERRED = "PreferDualStack";
const REQUIRED = "RequireDualStack";

/**
 * Settles the families and the family policy of a Service from what it says, what it said before and what the cluster
 * has; gives what of that cannot be, as upstream finds it before it looks at anything else of the Service.
 */
export function settleFamilies(spec: Draft, old: JsonObject | undefined): readonly FieldError[] {
  if (isExternalName(spec) || keepsPreferred(spec, old)) return [];
  if (typeof spec["ipFamilyPolicy"] !== "string") spec["ipFamilyPolicy"] = usualPolicy(spec, old);
  const malformed = serviceAddressErrors(spec, old);
  if (malformed.length > 0) return malformed;
  const errors = [
    ...(old === undefined ? [] : releaseErrors(spec, old)),
    ...singleErrors(spec),
    ...inferFamilies(spec),
  ];
  if (errors.length > 0) return errors;
  if (isOpen(spec)) {
    openFamilies(spec);
    return [];
  }
  const missing = missingFamilies(spec);
  if (missing.length === 0 && strings(spec, "ipFamilies").length === 0) spec["ipFamilies"] = [FAMILY];
  return missing;
}

/** Who would rather have two families has what there was when the Service was made, as long as nothing of it changes. */
export function keepsPreferred(spec: JsonObject, old: JsonObject | undefined): boolean {
  if (old === undefined || spec["ipFamilyPolicy"] !== PREFERRED || spec["type"] !== old["type"]) return false;
  if (!isOnNodes(spec) && spec["type"] !== "ClusterIP") return false;
  if ((old["ipFamilyPolicy"] ?? PREFERRED) !== PREFERRED) return false;
  return haveSameStrings(spec, old, "clusterIPs") && haveSameStrings(spec, old, "ipFamilies");
}

function usualPolicy(spec: JsonObject, old: JsonObject | undefined): string {
  const before = text(old, "ipFamilyPolicy");
  if (before !== "") return before;
  return isOpen(spec) ? REQUIRED : SINGLE;
}

/** An update to one family gives up the second; another one may not leave it out. */
function releaseErrors(spec: Draft, old: JsonObject): readonly FieldError[] {
  const lists = [
    ["clusterIPs", "cluster IP"],
    ["ipFamilies", "IP family"],
  ] as const;
  if (spec["ipFamilyPolicy"] === SINGLE) {
    for (const [field] of lists) {
      const values = strings(spec, field);
      if (values.length > 1 && haveSameStrings(spec, old, field)) spec[field] = values.slice(0, 1);
    }
    return [];
  }
  return lists.flatMap(([field, what]) => {
    const [now, before] = [strings(spec, field).length, strings(old, field).length];
    if (now === 0 || now >= before) return [];
    return [policyError(spec, `must be 'SingleStack' to release the secondary ${what}`)];
  });
}

function singleErrors(spec: JsonObject): readonly FieldError[] {
  if (spec["ipFamilyPolicy"] !== SINGLE) return [];
  const twice = (what: string): FieldError =>
    policyError(spec, `must be 'RequireDualStack' or 'PreferDualStack' when multiple ${what} are specified`);
  return [
    ...(strings(spec, "clusterIPs").length === 2 ? [twice("cluster IPs")] : []),
    ...(strings(spec, "ipFamilies").length === 2 ? [twice("IP families")] : []),
  ];
}

function policyError(spec: JsonObject, detail: string): FieldError {
  return invalidField(POLICY, spec["ipFamilyPolicy"] ?? null, detail);
}

/** An address that is asked for tells its family. */
function inferFamilies(spec: Draft): readonly FieldError[] {
  const errors: FieldError[] = [];
  const families = [...strings(spec, "ipFamilies")];
  const known = families.length;
  for (const [index, address] of strings(spec, "clusterIPs").entries()) {
    if (address === HEADLESS) break;
    if (index < families.length) continue;
    const family = familyOf(address);
    if (family === FAMILY) families.push(family);
    else {
      const detail = `${family} is not configured on this cluster`;
      errors.push(invalidField(`spec.clusterIPs[${index}]`, spec["clusterIPs"] ?? null, detail));
    }
  }
  if (families.length > known) spec["ipFamilies"] = families;
  return errors;
}

/** What nobody serves but its own endpoints may be of both families. */
function openFamilies(spec: Draft): void {
  const families = strings(spec, "ipFamilies");
  const [first = FAMILY] = families;
  const wantsBoth = families.length < 2 && spec["ipFamilyPolicy"] !== SINGLE;
  if (wantsBoth) spec["ipFamilies"] = [first, first === FAMILY ? OTHER_FAMILY : FAMILY];
  else if (families.length === 0) spec["ipFamilies"] = [first];
}

function missingFamilies(spec: JsonObject): readonly FieldError[] {
  const isDual = spec["ipFamilyPolicy"] === REQUIRED;
  return [
    ...(isDual ? [policyError(spec, "this cluster is not configured for dual-stack services")] : []),
    ...strings(spec, "ipFamilies").flatMap((family, index) =>
      family === FAMILY
        ? []
        : [invalidField(`spec.ipFamilies[${index}]`, family, "not configured on this cluster")],
    ),
  ];
}
