import type { JsonObject } from "@weir/core";
import { unknownError } from "@weir/objects";
import { type FieldError, forbiddenField, invalidField, requiredField, unsupportedField } from "@weir/schema";
import { allocateService, needsNodePorts } from "../../services/allocate-service.ts";
import { dns1123Subdomain } from "../../validation/names.ts";
import { labelErrors } from "../../validation/object-meta.ts";
import type { KindRules } from "../builtin-strategy.ts";
import { child, children, ensureChild, number, strings, text } from "../draft-access.ts";
import type { Draft } from "../resource.ts";
import { portClashErrors, repeated, servicePortErrors } from "./service-port-errors.ts";

const TYPES = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.|$)){4}$/;

/** A Service of one address family, with what it was given kept over updates. */
export const serviceRules: KindRules = {
  warnings: serviceWarnings,
  prepareForCreate(object) {
    normalizeAddresses(object);
  },
  prepareForUpdate(object, old) {
    keepAllocations(ensureChild(object, "spec"), child(old, "spec") ?? {});
    normalizeAddresses(object);
  },
  validate: (object) => validateService(object),
  validateUpdate: (object, old) => [...immutableAddress(object, old), ...validateService(object)],
  beforeStore: (call, object, isDryRun) => allocateService(call, object, isDryRun),
};

/** Fields that say nothing for a Service of this type. */
function serviceWarnings(object: JsonObject): readonly string[] {
  const spec = child(object, "spec") ?? {};
  const warnings: string[] = [];
  const isHeadless = spec["type"] === "ClusterIP" && spec["clusterIP"] === "None";
  if (isHeadless && text(spec, "sessionAffinity") !== "None")
    warnings.push("spec.SessionAffinity is ignored for headless services");
  if (!isExternal(spec) && text(spec, "externalName") !== "")
    warnings.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  return warnings;
}

function isExternal(spec: JsonObject): boolean {
  return spec["type"] === "ExternalName";
}

function normalizeAddresses(object: Draft): void {
  const spec = ensureChild(object, "spec");
  if (isExternal(spec)) return;
  const address = text(spec, "clusterIP");
  if (address !== "" && strings(spec, "clusterIPs").length === 0) spec["clusterIPs"] = [address];
  // Nobody serves a headless Service without a selector but its own Endpoints, of either family.
  const isOpen = address === "None" && Object.keys(child(spec, "selector") ?? {}).length === 0;
  const families = strings(spec, "ipFamilies");
  if (families.length === 0) spec["ipFamilies"] = isOpen ? ["IPv4", "IPv6"] : ["IPv4"];
  if (text(spec, "ipFamilyPolicy") === "")
    spec["ipFamilyPolicy"] = isOpen ? "RequireDualStack" : "SingleStack";
}

/** An update that does not name an address or a node port keeps the one that was given. */
function keepAllocations(spec: Draft, old: JsonObject): void {
  if (isExternal(spec)) {
    for (const field of ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"]) delete spec[field];
    return;
  }
  if (isExternal(old)) return;
  const address = text(old, "clusterIP");
  if (text(spec, "clusterIP") === "" && address !== "") {
    spec["clusterIP"] = address;
    spec["clusterIPs"] = [address];
  }
  dropUnneeded(spec, old);
  if (isChecked(spec) && isChecked(old)) spec["healthCheckNodePort"] ??= old["healthCheckNodePort"] ?? 0;
  if (spec["healthCheckNodePort"] === 0) delete spec["healthCheckNodePort"];
  keepNodePorts(spec, old);
}

/** Whether load balancers ask the nodes of a Service for their health. */
function isChecked(service: JsonObject): boolean {
  return service["type"] === "LoadBalancer" && service["externalTrafficPolicy"] === "Local";
}

/** What only the old type needed goes with it, unless the update sets it anew. */
function dropUnneeded(spec: Draft, old: JsonObject): void {
  const isReachable = (service: JsonObject): boolean =>
    service["type"] === "NodePort" || service["type"] === "LoadBalancer";
  const isSame = (field: string): boolean => spec[field] === old[field];
  if (isReachable(old) && !isReachable(spec) && isSame("externalTrafficPolicy"))
    delete spec["externalTrafficPolicy"];
  if (isChecked(old) && !isChecked(spec) && isSame("healthCheckNodePort")) delete spec["healthCheckNodePort"];
  if (
    old["type"] === "LoadBalancer" &&
    spec["type"] !== "LoadBalancer" &&
    isSame("allocateLoadBalancerNodePorts")
  ) {
    delete spec["allocateLoadBalancerNodePorts"];
  }
}

/** An update may leave out node ports: those of the old Service with the same names are meant, unless they have moved. */
function keepNodePorts(spec: Draft, old: JsonObject): void {
  const ports = children(spec, "ports");
  if (spec["type"] !== "NodePort" && spec["type"] !== "LoadBalancer") {
    if (old["type"] !== spec["type"]) for (const port of ports) delete port["nodePort"];
    return;
  }
  if (needsNodePorts(spec) && needsNodePorts(old)) takeNodePorts(ports, children(old, "ports"));
  refuseRepeated(ports);
}

function takeNodePorts(ports: readonly Draft[], before: readonly JsonObject[]): void {
  const given = new Set(ports.map((port) => number(port, "nodePort") ?? 0));
  const known = new Map(before.map((port) => [text(port, "name"), number(port, "nodePort") ?? 0]));
  for (const port of ports) {
    const value = known.get(text(port, "name")) ?? 0;
    if ((number(port, "nodePort") ?? 0) === 0 && value !== 0 && !given.has(value)) port["nodePort"] = value;
  }
}

/** Upstream finds this while it hands out node ports, which it does before it looks at anything else. */
function refuseRepeated(ports: readonly JsonObject[]): void {
  const [index] = repeated(ports, "nodePort");
  if (index === undefined) return;
  const port = ports[index];
  throw unknownError(`duplicate nodePort: {${text(port, "protocol")} ${number(port, "nodePort") ?? 0}}`);
}

function validateService(object: JsonObject): readonly FieldError[] {
  const spec = child(object, "spec") ?? {};
  const type = text(spec, "type");
  return [
    ...headErrors(spec, type),
    ...servicePortErrors(spec),
    ...labelErrors(child(spec, "selector"), "spec.selector"),
    ...affinityErrors(spec),
    ...addressErrors(spec),
    ...familyErrors(spec),
    ...externalErrors(spec),
    ...(TYPES.includes(type) ? [] : [unsupportedField("spec.type", type, TYPES)]),
    ...portClashErrors(spec),
    ...rangeErrors(spec),
    ...balancerErrors(spec),
    ...trafficErrors(spec),
    ...internalTrafficErrors(text(spec, "internalTrafficPolicy")),
  ];
}

/** What a Service of each type has, or has not. */
function headErrors(spec: JsonObject, type: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const isHeadless = text(spec, "clusterIP") === "None";
  if (children(spec, "ports").length === 0 && !isHeadless && type !== "ExternalName")
    errors.push(requiredField("spec.ports"));
  if (isHeadless && (type === "NodePort" || type === "LoadBalancer"))
    errors.push(invalidField("spec.clusterIPs[0]", "None", `may not be set to 'None' for ${type} services`));
  if (type !== "ExternalName") return errors;
  // A name may end in a dot, which says that it is whole.
  const name = text(spec, "externalName").replace(/\.$/, "");
  if (name === "") return [...errors, requiredField("spec.externalName")];
  return [
    ...errors,
    ...dns1123Subdomain(name, false).map((why) => invalidField("spec.externalName", name, why)),
  ];
}

const AFFINITIES = ["ClientIP", "None"];
const MAX_AFFINITY = 86_400;

/** How long a client is sent to the same Pod, where it is. */
function affinityErrors(spec: JsonObject): readonly FieldError[] {
  const affinity = text(spec, "sessionAffinity");
  const config = child(spec, "sessionAffinityConfig");
  const at = "spec.sessionAffinityConfig";
  if (affinity === "") return [requiredField("spec.sessionAffinity")];
  if (affinity === "None")
    return config === undefined ? [] : [forbiddenField(at, "must not be set when session affinity is None")];
  if (affinity !== "ClientIP") return [unsupportedField("spec.sessionAffinity", affinity, AFFINITIES)];
  const needed = "when session affinity type is ClientIP";
  const client = child(config, "clientIP");
  if (config === undefined) return [requiredField(at, needed)];
  if (client === undefined) return [requiredField(`${at}.clientIP`, needed)];
  const seconds = number(client, "timeoutSeconds");
  const field = `${at}.clientIP.timeoutSeconds`;
  if (seconds === undefined) return [requiredField(field, needed)];
  if (seconds > 0 && seconds <= MAX_AFFINITY) return [];
  return [invalidField(field, seconds, `must be greater than 0 and less than ${MAX_AFFINITY}`)];
}

function balancerErrors(spec: JsonObject): readonly FieldError[] {
  if (spec["allocateLoadBalancerNodePorts"] === undefined || spec["type"] === "LoadBalancer") return [];
  const detail = "may only be used when `type` is 'LoadBalancer'";
  return [forbiddenField("spec.allocateLoadBalancerNodePorts", detail)];
}

function internalTrafficErrors(policy: string): readonly FieldError[] {
  if (policy === "" || TRAFFIC.includes(policy)) return [];
  return [unsupportedField("spec.internalTrafficPolicy", policy, TRAFFIC)];
}

function rangeErrors(spec: JsonObject): readonly FieldError[] {
  if (strings(spec, "loadBalancerSourceRanges").length === 0 || spec["type"] === "LoadBalancer") return [];
  return [forbiddenField("spec.LoadBalancerSourceRanges", "may only be used when `type` is 'LoadBalancer'")];
}

const TRAFFIC = ["Cluster", "Local"];

/** Only what is reached from outside of the cluster has a policy for it. */
function trafficErrors(spec: JsonObject): readonly FieldError[] {
  const policy = text(spec, "externalTrafficPolicy");
  const type = text(spec, "type");
  const isReachable =
    type === "NodePort" ||
    type === "LoadBalancer" ||
    (type === "ClusterIP" && strings(spec, "externalIPs").length > 0);
  const at = "spec.externalTrafficPolicy";
  if (!isReachable) {
    return policy === ""
      ? []
      : [invalidField(at, policy, "may only be set for externally-accessible services")];
  }
  if (policy === "") return [requiredField(at)];
  return TRAFFIC.includes(policy) ? [] : [unsupportedField(at, policy, TRAFFIC)];
}

/** Some read a leading zero as octal, so that it could mean two addresses. */
function externalErrors(spec: JsonObject): readonly FieldError[] {
  return strings(spec, "externalIPs").flatMap((address, index) =>
    /(?:^|\.)0\d/.test(address)
      ? [invalidField(`spec.externalIPs[${index}]`, address, "must not have leading 0s")]
      : [],
  );
}

function addressErrors(spec: JsonObject): readonly FieldError[] {
  return strings(spec, "clusterIPs").flatMap((address, index) =>
    address === "" || address === "None" || IPV4.test(address)
      ? []
      : [
          invalidField(
            `spec.clusterIPs[${index}]`,
            address,
            "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)",
          ),
        ],
  );
}

function familyErrors(spec: JsonObject): readonly FieldError[] {
  const policy = text(spec, "ipFamilyPolicy");
  const isHeadless = text(spec, "clusterIP") === "None";
  if (policy === "RequireDualStack" && !isHeadless) {
    return [
      invalidField("spec.ipFamilyPolicy", policy, "this cluster is not configured for dual-stack services"),
    ];
  }
  const [family = "IPv4"] = strings(spec, "ipFamilies");
  return family === "IPv4"
    ? []
    : [invalidField("spec.ipFamilies[0]", family, "not configured on this cluster")];
}

function immutableAddress(object: JsonObject, old: JsonObject): readonly FieldError[] {
  const now = text(child(object, "spec"), "clusterIP");
  const before = text(child(old, "spec"), "clusterIP");
  const isFixed =
    before !== "" && !isExternal(child(object, "spec") ?? {}) && !isExternal(child(old, "spec") ?? {});
  if (!isFixed || now === before) return [];
  return [invalidField("spec.clusterIPs[0]", [now], "may not change once set")];
}
