import type { JsonObject } from "@weir/core";
import { duplicateField, type FieldError, invalidField, requiredField, unsupportedField } from "@weir/schema";
import { isIpv4, parseIp } from "../../validation/ip-address.ts";
import { ipErrors } from "../../validation/ip-errors.ts";
import { strings, text } from "../draft-access.ts";
import { HEADLESS, isExternalName, isHeadless } from "./service-shape.ts";

const FAMILIES = ["IPv4", "IPv6"];
const FAMILY_POLICIES = ["PreferDualStack", "RequireDualStack", "SingleStack"];
const ADDRESSES = "spec.clusterIPs";
const POLICY = "spec.ipFamilyPolicy";

/** The family of an address. */
export function familyOf(address: string): string {
  const ip = parseIp(address);
  if (ip === undefined) return "unknown";
  return isIpv4(ip) ? "IPv4" : "IPv6";
}

/** What is wrong with the addresses, families and family policy of a Service, which hang together. */
export function serviceAddressErrors(spec: JsonObject, old: JsonObject | undefined): readonly FieldError[] {
  if (isExternalName(spec)) return [];
  const addresses = strings(spec, "clusterIPs");
  const shown = spec["clusterIPs"] ?? null;
  const wrong = wrongAddresses(spec, strings(old, "clusterIPs"));
  const errors = [...singularErrors(spec), ...familyErrors(spec), ...wrong];
  if (addresses.length > 2) errors.push(invalidField(ADDRESSES, shown, "may only hold up to 2 values"));
  if (wrong.length > 0) return errors;
  if (addresses.length > 1 && new Set(addresses.map(familyOf)).size < 2)
    errors.push(invalidField(ADDRESSES, shown, "may specify no more than one IP for each IP family"));
  if (!isHeadless(spec)) errors.push(...mismatchErrors(addresses, strings(spec, "ipFamilies")));
  return errors;
}

/** One address is told twice: by itself and as the first of all. */
function singularErrors(spec: JsonObject): readonly FieldError[] {
  const address = text(spec, "clusterIP");
  const addresses = strings(spec, "clusterIPs");
  const shown = spec["clusterIPs"] ?? null;
  if (address === "")
    return addresses.length === 0
      ? []
      : [invalidField(ADDRESSES, shown, "must be empty when `clusterIP` is not specified")];
  if (addresses.length === 0) return [requiredField(ADDRESSES)];
  return addresses[0] === address
    ? []
    : [invalidField(ADDRESSES, shown, "first value must match `clusterIP`")];
}

function familyErrors(spec: JsonObject): readonly FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  strings(spec, "ipFamilies").forEach((family, index) => {
    const at = `spec.ipFamilies[${index}]`;
    if (!FAMILIES.includes(family)) errors.push(unsupportedField(at, family, FAMILIES));
    if (seen.has(family)) errors.push(duplicateField(at, family));
    seen.add(family);
  });
  const policy = spec["ipFamilyPolicy"];
  if (typeof policy === "string" && !FAMILY_POLICIES.includes(policy))
    errors.push(unsupportedField(POLICY, policy, FAMILY_POLICIES));
  return errors;
}

function wrongAddresses(spec: JsonObject, old: readonly string[]): readonly FieldError[] {
  const addresses = strings(spec, "clusterIPs");
  return addresses.flatMap((address, index) => {
    if (index !== 0 || address !== HEADLESS) return ipErrors(`${ADDRESSES}[${index}]`, address, old);
    if (addresses.length === 1) return [];
    return [invalidField(ADDRESSES, [...addresses], "'None' must be the first and only value")];
  });
}

function mismatchErrors(addresses: readonly string[], families: readonly string[]): readonly FieldError[] {
  return addresses.slice(0, families.length).flatMap((address, index) => {
    const wanted = families[index] ?? "";
    const isSix = familyOf(address) === "IPv6";
    const isWrong = (wanted === "IPv4" && isSix) || (wanted === "IPv6" && !isSix);
    if (!isWrong) return [];
    const detail = `expected an ${wanted} value as indicated by \`ipFamilies[${index}]\``;
    return [invalidField(`${ADDRESSES}[${index}]`, address, detail)];
  });
}

/** What an update may not change of the addresses and families of a Service that keeps having them. */
export function addressChangeErrors(spec: JsonObject, old: JsonObject): readonly FieldError[] {
  if (isExternalName(spec) || isExternalName(old)) return [];
  const [isNow, was] = [isHeadless(spec), isHeadless(old)];
  return [
    ...(isNow && was ? [] : addressChanges(spec, old)),
    ...(isNow || was ? [] : familyChanges(spec, old)),
  ];
}

const FIXED = "may not change once set";

function addressChanges(spec: JsonObject, old: JsonObject): readonly FieldError[] {
  const [now, before] = [strings(spec, "clusterIPs"), strings(old, "clusterIPs")];
  const shown = spec["clusterIPs"] ?? null;
  const fixed = (index: number): FieldError => invalidField(`${ADDRESSES}[${index}]`, shown, FIXED);
  if (now.length === before.length)
    return before.flatMap((address, index) => (address === now[index] ? [] : [fixed(index)]));
  if (now.length > before.length) return before.length > 0 && now[0] !== before[0] ? [fixed(0)] : [];
  if (now.length === 0) return [invalidField(`${ADDRESSES}[0]`, shown, "primary clusterIP can not be unset")];
  return [
    ...(now[0] === before[0] ? [] : [fixed(0)]),
    ...releaseErrors(spec, now.length, "secondary clusterIP"),
  ];
}

function familyChanges(spec: JsonObject, old: JsonObject): readonly FieldError[] {
  const [now, before] = [strings(spec, "ipFamilies"), strings(old, "ipFamilies")];
  const at = "spec.ipFamilies[0]";
  const shown = spec["ipFamilies"] ?? null;
  if (now.length === before.length)
    return before.flatMap((family, index) => (family === now[index] ? [] : [invalidField(at, shown, FIXED)]));
  // Upstream shows the addresses in place of the families here.
  const isMoved = before.length > 0 && now.length > 0 && now[0] !== before[0];
  const moved = isMoved ? [invalidField(at, spec["clusterIPs"] ?? null, FIXED)] : [];
  if (now.length > before.length) return moved;
  const isUnset = strings(spec, "clusterIPs").length === 0;
  return [
    ...(isUnset ? [invalidField(at, shown, "primary ipFamily can not be unset")] : []),
    ...moved,
    ...releaseErrors(spec, now.length, "secondary ipFamily"),
  ];
}

function releaseErrors(spec: JsonObject, left: number, what: string): readonly FieldError[] {
  const policy = spec["ipFamilyPolicy"];
  if (left !== 1 || policy === "SingleStack") return [];
  return [invalidField(POLICY, policy ?? null, `must be set to 'SingleStack' when releasing the ${what}`)];
}
