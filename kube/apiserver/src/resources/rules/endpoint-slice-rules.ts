import type { JsonObject } from "@weir/core";
import { jsonEqual } from "@weir/objects";
import {
  duplicateField,
  type FieldError,
  internalFieldError,
  invalidField,
  requiredField,
  tooManyField,
  unsupportedField,
} from "@weir/schema";
import { isIpv4, parseIp } from "../../validation/ip-address.ts";
import { canonicalIpErrors, endpointIpErrors, ipErrors, ipWarnings } from "../../validation/ip-errors.ts";
import { dns1123Label, dns1123Subdomain, labelValueErrors } from "../../validation/names.ts";
import { labelErrors as labelMapErrors } from "../../validation/object-meta.ts";
import type { KindRules } from "../builtin-strategy.ts";
import { child, children, list, strings, text } from "../draft-access.ts";
import type { Draft } from "../resource.ts";
import { labelErrors, nodeNameErrors, protocolErrors } from "./endpoint-rules.ts";

/** Where the ports of a Service lead. */
export const endpointSliceRules: KindRules = {
  updateChecks: ["whole", "update"],
  prepareForCreate: (slice) => dropTopology(slice, undefined),
  // Generations are counted before topology is dropped.
  prepareAfterCount: dropTopology,
  validate: (slice) => sliceErrors(slice, undefined),
  validateUpdate(slice, old) {
    const type = text(slice, "addressType");
    const isFixed = type === text(old, "addressType");
    return [
      ...sliceErrors(slice, old),
      ...(isFixed ? [] : [invalidField("addressType", type, "field is immutable")]),
    ];
  },
  warnings(slice, old) {
    const isNamed = old === undefined && slice["addressType"] === "FQDN";
    const warnings = isNamed ? ["spec.addressType: FQDN endpoints are deprecated"] : [];
    return [...warnings, ...addressWarnings(slice)];
  },
};

const HOST = "kubernetes.io/hostname";
const ZONE = "topology.kubernetes.io/zone";

/** Topology is what older versions wrote: it goes with every change, and leaves a node that it named before. */
function dropTopology(slice: Draft, old: JsonObject | undefined): void {
  const endpoints = children(slice, "endpoints");
  const isWritten = endpoints.some((endpoint) => endpoint["deprecatedTopology"] !== undefined);
  if (!isWritten || (old !== undefined && jsonEqual(slice["endpoints"] ?? null, old["endpoints"] ?? null)))
    return;
  const known = new Set(
    children(old, "endpoints").map((endpoint) => text(child(endpoint, "deprecatedTopology"), HOST)),
  );
  known.delete("");
  for (const endpoint of endpoints) {
    const node = text(child(endpoint, "deprecatedTopology"), HOST);
    const isKnown = known.has(node) && dns1123Subdomain(node, false).length === 0;
    if (isKnown && typeof endpoint["nodeName"] !== "string") endpoint["nodeName"] = node;
    delete endpoint["deprecatedTopology"];
  }
}

const TYPES = ["FQDN", "IPv4", "IPv6"];
const MAX = { topology: 16, addresses: 100, ports: 20_000, endpoints: 1000, hints: 8 };

function sliceErrors(slice: JsonObject, old: JsonObject | undefined): readonly FieldError[] {
  const type = text(slice, "addressType");
  const errors = [...typeErrors(type), ...portListErrors(slice)];
  const endpoints = endpointListErrors(slice, type);
  // What older servers took may stay as it is.
  const isKept =
    endpoints.length > 0 &&
    old !== undefined &&
    jsonEqual(slice["endpoints"] ?? null, old["endpoints"] ?? null);
  return isKept ? errors : [...errors, ...endpoints];
}

function typeErrors(type: string): readonly FieldError[] {
  if (type === "") return [requiredField("addressType")];
  return TYPES.includes(type) ? [] : [unsupportedField("addressType", type, TYPES)];
}

function portListErrors(slice: JsonObject): readonly FieldError[] {
  const ports = children(slice, "ports");
  if (ports.length > MAX.ports) return [tooManyField("ports", ports.length, MAX.ports)];
  const seen = new Set<string>();
  return ports.flatMap((port, index) => {
    const at = `ports[${index}]`;
    const name = text(port, "name");
    const isTaken = seen.has(name);
    seen.add(name);
    return [
      ...(name === "" ? [] : labelErrors(`${at}.name`, name)),
      ...(isTaken ? [duplicateField(`${at}.name`, name)] : []),
      ...protocolErrors(port, at),
    ];
  });
}

function endpointListErrors(slice: JsonObject, type: string): readonly FieldError[] {
  const endpoints = children(slice, "endpoints");
  if (endpoints.length > MAX.endpoints) return [tooManyField("endpoints", endpoints.length, MAX.endpoints)];
  return endpoints.flatMap((endpoint, index) => endpointErrors(endpoint, `endpoints[${index}]`, type));
}

function endpointErrors(endpoint: JsonObject, field: string, type: string): readonly FieldError[] {
  const { hostname } = endpoint;
  const hints = child(endpoint, "hints");
  return [
    ...addressListErrors(endpoint, `${field}.addresses`, type),
    ...nodeNameErrors(endpoint, `${field}.nodeName`),
    ...topologyErrors(child(endpoint, "deprecatedTopology"), `${field}.deprecatedTopology`),
    ...(typeof hostname === "string" ? labelErrors(`${field}.hostname`, hostname) : []),
    ...(hints === undefined ? [] : hintErrors(hints, `${field}.hints`)),
  ];
}

function addressListErrors(endpoint: JsonObject, field: string, type: string): readonly FieldError[] {
  const addresses = strings(endpoint, "addresses");
  const errors: FieldError[] = [];
  if (addresses.length === 0) errors.push(requiredField(field, "must contain at least 1 address"));
  if (addresses.length > MAX.addresses) errors.push(tooManyField(field, addresses.length, MAX.addresses));
  addresses.forEach((address, index) => {
    const at = `${field}[${index}]`;
    if (type === "FQDN") errors.push(...domainErrors(at, address));
    else if (type === "IPv4" || type === "IPv6") errors.push(...addressErrors(address, field, index, type));
  });
  return errors;
}

// oxlint-disable-next-line max-params -- an address of a list of a type
function addressErrors(
  address: string,
  field: string,
  index: number,
  type: "IPv4" | "IPv6",
): readonly FieldError[] {
  const at = `${field}[${index}]`;
  const malformed = type === "IPv4" ? ipErrors(at, address) : canonicalIpErrors(at, address);
  if (malformed.length > 0) return malformed;
  const ip = parseIp(address);
  const isOther = ip !== undefined && isIpv4(ip) !== (type === "IPv4");
  return [
    ...(isOther ? [invalidField(field, address, `must be an ${type} address`)] : []),
    ...endpointIpErrors(at, address),
  ];
}

/** What is wrong with a name that is whole: of at least two labels, and it may end in a dot. */
function domainErrors(field: string, name: string): readonly FieldError[] {
  if (name === "") return [requiredField(field)];
  const whole = name.replace(/\.$/, "");
  const malformed = dns1123Subdomain(whole, false);
  if (malformed.length > 0) return [invalidField(field, whole, malformed.join(","))];
  const labels = whole.split(".");
  if (labels.length < 2)
    return [invalidField(field, whole, "should be a domain with at least two segments separated by dots")];
  for (const label of labels) {
    const wrong = dns1123Label(label, false);
    if (wrong.length > 0) return [invalidField(field, label, wrong.join(","))];
  }
  return [];
}

function topologyErrors(topology: JsonObject | undefined, field: string): readonly FieldError[] {
  if (topology === undefined) return [];
  const count = Object.keys(topology).length;
  return [
    ...(count > MAX.topology ? [tooManyField(field, count, MAX.topology)] : []),
    ...labelMapErrors(topology, field),
    ...(Object.hasOwn(topology, ZONE)
      ? [internalFieldError(`${field}[${ZONE}]`, "reserved key was not removed in conversion")]
      : []),
  ];
}

function hintErrors(hints: JsonObject, field: string): readonly FieldError[] {
  const zones = list(hints, "forZones").length;
  if (zones > MAX.hints) return [tooManyField(`${field}.forZones`, zones, MAX.hints)];
  const errors = hintListErrors(hints, `${field}.forZones`, labelValueErrors);
  const nodes = list(hints, "forNodes").length;
  if (nodes > MAX.hints) return [...errors, tooManyField(`${field}.forNodes`, nodes, MAX.hints)];
  const nodeErrors = hintListErrors(hints, `${field}.forNodes`, (name) => dns1123Subdomain(name, false));
  return [...errors, ...nodeErrors];
}

function hintListErrors(
  hints: JsonObject,
  field: string,
  wrong: (name: string) => readonly string[],
): readonly FieldError[] {
  const seen = new Set<string>();
  return children(hints, field.slice(field.lastIndexOf(".") + 1)).flatMap((hint, index) => {
    const name = text(hint, "name");
    const at = `${field}[${index}].name`;
    const isTaken = seen.has(name);
    seen.add(name);
    return [
      ...(isTaken ? [duplicateField(at, name)] : []),
      ...wrong(name).map((why) => invalidField(at, name, why)),
    ];
  });
}

const CONTROLLERS = ["endpointslice-controller.k8s.io", "endpointslicemirroring-controller.k8s.io"];

/** What the controllers write is spelled the usual way. */
function addressWarnings(slice: JsonObject): readonly string[] {
  const labels = child(child(slice, "metadata"), "labels") ?? {};
  if (CONTROLLERS.includes(text(labels, "endpointslice.kubernetes.io/managed-by"))) return [];
  return children(slice, "endpoints").flatMap((endpoint, index) =>
    strings(endpoint, "addresses").flatMap((address, each) =>
      ipWarnings(`endpoints[${index}].addresses[${each}]`, address),
    ),
  );
}
