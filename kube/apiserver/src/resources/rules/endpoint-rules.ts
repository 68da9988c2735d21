import type { JsonObject } from "@weir/core";
import { jsonEqual } from "@weir/objects";
import { type FieldError, invalidField, requiredField, unsupportedField } from "@weir/schema";
import { endpointIpErrors, ipErrors, ipWarnings } from "../../validation/ip-errors.ts";
import { dns1123Label, dns1123Subdomain, qualifiedNameErrors } from "../../validation/names.ts";
import type { KindRules } from "../builtin-strategy.ts";
import { child, children, list, number, text } from "../draft-access.ts";

/** Where the ports of a Service lead, in the kind that EndpointSlice follows. */
export const endpointsRules: KindRules = {
  updateChecks: ["changes", "whole", "update"],
  validate: subsetErrors,
  validateUpdate(object, old) {
    const errors = subsetErrors(object);
    // What older servers took may stay as it is.
    if (errors.length > 0 && jsonEqual(object["subsets"] ?? null, old["subsets"] ?? null)) return [];
    return errors;
  },
  warnings: endpointsWarnings,
};

const LISTS = ["addresses", "notReadyAddresses"] as const;

function subsetErrors(object: JsonObject): readonly FieldError[] {
  return children(object, "subsets").flatMap((subset, index) => {
    const at = `subsets[${index}]`;
    const ports = children(subset, "ports");
    const isEmpty = LISTS.every((name) => list(subset, name).length === 0);
    return [
      ...(isEmpty ? [requiredField(at, "must specify `addresses` or `notReadyAddresses`")] : []),
      ...LISTS.flatMap((name) =>
        children(subset, name).flatMap((address, each) => addressErrors(address, `${at}.${name}[${each}]`)),
      ),
      ...ports.flatMap((port, each) => portErrors(port, `${at}.ports[${each}]`, ports.length > 1)),
    ];
  });
}

function addressErrors(address: JsonObject, field: string): readonly FieldError[] {
  const ip = text(address, "ip");
  const host = text(address, "hostname");
  return [
    ...ipErrors(`${field}.ip`, ip),
    ...(host === "" ? [] : labelErrors(`${field}.hostname`, host)),
    ...nodeNameErrors(address, `${field}.nodeName`),
    ...endpointIpErrors(`${field}.ip`, ip),
  ];
}

/** What is wrong with the name of the node that an endpoint is on. */
export function nodeNameErrors(endpoint: JsonObject, field: string): readonly FieldError[] {
  const node = endpoint["nodeName"];
  if (typeof node !== "string") return [];
  return dns1123Subdomain(node, false).map((why) => invalidField(field, node, why));
}

export function labelErrors(field: string, name: string): readonly FieldError[] {
  return dns1123Label(name, false).map((why) => invalidField(field, name, why));
}

const PROTOCOLS = ["SCTP", "TCP", "UDP"];

function portErrors(port: JsonObject, field: string, needsName: boolean): readonly FieldError[] {
  const name = text(port, "name");
  const value = number(port, "port") ?? 0;
  const isInside = value >= 1 && value <= 65_535;
  return [
    ...(name === "" && needsName ? [requiredField(`${field}.name`)] : []),
    ...(name === "" ? [] : labelErrors(`${field}.name`, name)),
    ...(isInside ? [] : [invalidField(`${field}.port`, value, "must be between 1 and 65535, inclusive")]),
    ...protocolErrors(port, field),
  ];
}

/** What is wrong with the protocols of a port of endpoints. */
export function protocolErrors(port: JsonObject, field: string): readonly FieldError[] {
  const protocol = port["protocol"];
  const application = port["appProtocol"];
  const errors: FieldError[] = [];
  if (typeof protocol !== "string") errors.push(requiredField(`${field}.protocol`));
  else if (!PROTOCOLS.includes(protocol))
    errors.push(unsupportedField(`${field}.protocol`, protocol, PROTOCOLS));
  if (typeof application === "string") {
    const at = `${field}.appProtocol`;
    errors.push(...qualifiedNameErrors(application).map((why) => invalidField(at, application, why)));
  }
  return errors;
}

/** What the controllers write is spelled the usual way. */
function endpointsWarnings(object: JsonObject): readonly string[] {
  const labels = child(child(object, "metadata"), "labels") ?? {};
  if (text(labels, "endpoints.kubernetes.io/managed-by") === "endpoint-controller") return [];
  return children(object, "subsets").flatMap((subset, index) =>
    LISTS.flatMap((name) =>
      children(subset, name).flatMap((address, each) =>
        ipWarnings(`subsets[${index}].${name}[${each}].ip`, text(address, "ip")),
      ),
    ),
  );
}
