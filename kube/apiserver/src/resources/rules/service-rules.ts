import type { JsonObject, JsonValue } from "@weir/core";
import {
  type FieldError,
  duplicateField,
  forbiddenField,
  invalidField,
  requiredField,
  unsupportedField,
} from "@weir/schema";
import { allocateService } from "../../services/allocate-service.ts";
import type { KindRules } from "../builtin-strategy.ts";
import { child, children, ensureChild, number, strings, text } from "../draft-access.ts";
import type { Draft } from "../resource.ts";

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
  const isLocal = spec["externalTrafficPolicy"] === "Local";
  if (isLocal) spec["healthCheckNodePort"] ??= old["healthCheckNodePort"] ?? 0;
  if (spec["healthCheckNodePort"] === 0) delete spec["healthCheckNodePort"];
  keepNodePorts(spec, old);
}

/** What only the old type needed goes with it, unless the update sets it anew. */
function dropUnneeded(spec: Draft, old: JsonObject): void {
  const isReachable = (service: JsonObject): boolean =>
    service["type"] === "NodePort" || service["type"] === "LoadBalancer";
  const isSame = (field: string): boolean => spec[field] === old[field];
  if (isReachable(old) && !isReachable(spec) && isSame("externalTrafficPolicy"))
    delete spec["externalTrafficPolicy"];
  const isChecked = (service: JsonObject): boolean =>
    service["type"] === "LoadBalancer" && service["externalTrafficPolicy"] === "Local";
  if (isChecked(old) && !isChecked(spec) && isSame("healthCheckNodePort")) delete spec["healthCheckNodePort"];
  if (
    old["type"] === "LoadBalancer" &&
    spec["type"] !== "LoadBalancer" &&
    isSame("allocateLoadBalancerNodePorts")
  ) {
    delete spec["allocateLoadBalancerNodePorts"];
  }
}

function keepNodePorts(spec: Draft, old: JsonObject): void {
  const ports = children(spec, "ports");
  if (spec["type"] !== "NodePort" && spec["type"] !== "LoadBalancer") {
    if (old["type"] !== spec["type"]) for (const port of ports) delete port["nodePort"];
    return;
  }
  const before = new Map(children(old, "ports").map((port) => [portKey(port), port["nodePort"]]));
  for (const port of ports) {
    const known = before.get(portKey(port));
    if (known !== undefined) port["nodePort"] ??= known;
  }
}

function portKey(port: JsonObject): string {
  return `${text(port, "protocol")}/${number(port, "port") ?? 0}`;
}

function validateService(object: JsonObject): readonly FieldError[] {
  const spec = child(object, "spec") ?? {};
  const errors: FieldError[] = [];
  const type = text(spec, "type");
  const isHeadless = text(spec, "clusterIP") === "None";
  const ports = children(spec, "ports");
  if (ports.length === 0 && !isHeadless && type !== "ExternalName") errors.push(requiredField("spec.ports"));
  ports.forEach((port, index) => errors.push(...portErrors(port, `spec.ports[${index}]`, ports.length > 1)));
  errors.push(...duplicatePorts(ports));
  if (!TYPES.includes(type)) errors.push(unsupportedField("spec.type", type, TYPES));
  if (isHeadless && (type === "NodePort" || type === "LoadBalancer"))
    errors.push(invalidField("spec.clusterIPs[0]", "None", `may not be set to 'None' for ${type} services`));
  if (type === "ExternalName" && text(spec, "externalName") === "")
    errors.push(requiredField("spec.externalName"));
  errors.push(
    ...addressErrors(spec),
    ...externalErrors(spec),
    ...rangeErrors(spec),
    ...trafficErrors(spec),
    ...familyErrors(spec),
  );
  return errors;
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

function portErrors(port: JsonObject, field: string, isNamed: boolean): readonly FieldError[] {
  const errors: FieldError[] = [];
  const outside = "must be between 1 and 65535, inclusive";
  const value = number(port, "port") ?? 0;
  if (isNamed && text(port, "name") === "") errors.push(requiredField(`${field}.name`));
  if (value < 1 || value > 65_535) errors.push(invalidField(`${field}.port`, value, outside));
  const target = port["targetPort"];
  if (typeof target === "number" && (target < 1 || target > 65_535))
    errors.push(invalidField(`${field}.targetPort`, target, outside));
  const protocol = text(port, "protocol");
  const protocols = ["SCTP", "TCP", "UDP"];
  if (!protocols.includes(protocol)) errors.push(unsupportedField(`${field}.protocol`, protocol, protocols));
  return errors;
}

function duplicatePorts(ports: readonly JsonObject[]): readonly FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  const names = new Set<string>();
  ports.forEach((port, index) => {
    const name = text(port, "name");
    if (name !== "" && names.has(name)) errors.push(duplicateField(`spec.ports[${index}].name`, name));
    names.add(name);
    const key = portKey(port);
    if (seen.has(key)) errors.push(duplicateField(`spec.ports[${index}]`, goPort(port)));
    seen.add(key);
  });
  return errors;
}

/** A port as the message about a repeated one prints it. */
function goPort(port: JsonObject): JsonValue {
  return {
    Name: "",
    Protocol: text(port, "protocol"),
    AppProtocol: null,
    Port: port["port"] ?? 0,
    TargetPort: 0,
    NodePort: 0,
  };
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
