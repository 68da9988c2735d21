import type { JsonObject } from "@weir/core";
import { type FieldError, forbiddenField, invalidField, requiredField, unsupportedField } from "@weir/schema";
import { parseIp } from "../../validation/ip-address.ts";
import { ipErrors, ipWarnings } from "../../validation/ip-errors.ts";
import { dns1123Subdomain } from "../../validation/names.ts";
import { child, children, list, text } from "../draft-access.ts";
import type { Draft } from "../resource.ts";

const AT = "status.loadBalancer.ingress";
const MODES = ["Proxy", "VIP"];

function pointsOf(object: JsonObject): readonly Draft[] {
  return children(child(child(object, "status"), "loadBalancer"), "ingress");
}

/**
 * What is wrong with where a load balancer says that it is reached. A Service has one only by its type and says how an address is
 * used; an Ingress (`spec` is absent) always may.
 */
export function balancerStatusErrors(
  object: JsonObject,
  old: JsonObject,
  spec?: JsonObject,
): readonly FieldError[] {
  const points = pointsOf(object);
  if (points.length === 0) return [];
  if (spec !== undefined && spec["type"] !== "LoadBalancer")
    return [forbiddenField(AT, "may only be used when `spec.type` is 'LoadBalancer'")];
  const known = pointsOf(old).map((point) => text(point, "ip"));
  return points.flatMap((point, index) => {
    const at = `${AT}[${index}]`;
    const address = text(point, "ip");
    return [
      ...(address === "" ? [] : ipErrors(`${at}.ip`, address, known)),
      ...(spec === undefined ? [] : modeErrors(point, `${at}.ipMode`)),
      ...hostNameErrors(text(point, "hostname"), `${at}.hostname`),
    ];
  });
}

function modeErrors(point: JsonObject, field: string): readonly FieldError[] {
  const mode = point["ipMode"];
  const hasAddress = text(point, "ip") !== "";
  if (typeof mode !== "string")
    return hasAddress ? [requiredField(field, "must be specified when `ip` is set")] : [];
  if (!hasAddress) return [forbiddenField(field, "may not be specified when `ip` is not set")];
  return MODES.includes(mode) ? [] : [unsupportedField(field, mode, MODES)];
}

function hostNameErrors(name: string, field: string): readonly FieldError[] {
  if (name === "") return [];
  const errors = dns1123Subdomain(name, false).map((why) => invalidField(field, name, why));
  if (parseIp(name) !== undefined)
    errors.push(invalidField(field, name, "must be a DNS name, not an IP address"));
  return errors;
}

/** What a client should hear of addresses of a load balancer. */
export function balancerStatusWarnings(object: JsonObject): readonly string[] {
  const points = list(child(child(object, "status"), "loadBalancer"), "ingress");
  if (points.length === 0) return [];
  return pointsOf(object).flatMap((point, index) => {
    const address = text(point, "ip");
    return address === "" ? [] : ipWarnings(`${AT}[${index}]`, address);
  });
}
