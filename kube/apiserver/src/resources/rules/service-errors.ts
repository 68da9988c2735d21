import type { JsonObject } from "@weir/core";
import { type FieldError, forbiddenField, invalidField, requiredField, unsupportedField } from "@weir/schema";
import { endpointIpErrors, ipErrors, ipRangeErrors } from "../../validation/ip-errors.ts";
import { dns1123Subdomain, qualifiedNameErrors } from "../../validation/names.ts";
import { labelErrors } from "../../validation/object-meta.ts";
import { child, list, number, strings, text } from "../draft-access.ts";
import { serviceAddressErrors } from "./service-address-errors.ts";
import { portClashErrors, servicePortErrors } from "./service-port-errors.ts";
import {
  isBalanced,
  isChecked,
  isExternalName,
  isHeadless,
  isOnNodes,
  isReachable,
  specOf,
} from "./service-shape.ts";

const TYPES = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
const TRAFFIC = ["Cluster", "Local"];
const ONLY_BALANCED = "may only be used when `type` is 'LoadBalancer'";

/** What is wrong with a Service but for its metadata; what it held before is taken as it is. */
export function serviceErrors(service: JsonObject, old: JsonObject | undefined): readonly FieldError[] {
  const spec = specOf(service);
  const before = old === undefined ? undefined : specOf(old);
  return [
    ...topologyErrors(service),
    ...headErrors(spec),
    ...servicePortErrors(spec),
    ...labelErrors(child(spec, "selector"), "spec.selector"),
    ...affinityErrors(spec),
    ...serviceAddressErrors(spec, before),
    ...externalAddressErrors(spec, strings(before, "externalIPs")),
    ...typeErrors(spec),
    ...portClashErrors(spec),
    ...sourceRangeErrors(service, old),
    ...balancerErrors(spec),
    ...balancerClassErrors(spec, undefined),
    ...externalTrafficErrors(spec),
    ...healthPortErrors(spec),
    ...internalTrafficErrors(spec),
    ...distributionErrors(spec),
  ];
}

/** What an update may not change of the port that tells of a node's health. */
export function serviceUpdateErrors(spec: JsonObject, old: JsonObject): readonly FieldError[] {
  const [now, before] = [number(spec, "healthCheckNodePort") ?? 0, number(old, "healthCheckNodePort") ?? 0];
  if (!isChecked(spec) || !isChecked(old) || now === before) return [];
  return [forbiddenField("spec.healthCheckNodePort", "field is immutable")];
}

function annotationOf(service: JsonObject, name: string): string | undefined {
  const annotations = child(child(service, "metadata"), "annotations") ?? {};
  return Object.hasOwn(annotations, name) ? text(annotations, name) : undefined;
}

const OLD_TOPOLOGY = "service.kubernetes.io/topology-aware-hints";
const TOPOLOGY = "service.kubernetes.io/topology-mode";

function topologyErrors(service: JsonObject): readonly FieldError[] {
  const mode = annotationOf(service, TOPOLOGY);
  const hints = annotationOf(service, OLD_TOPOLOGY);
  if (mode === undefined || hints === undefined || mode === hints) return [];
  const detail = `must match annotations[${OLD_TOPOLOGY}] when both are specified`;
  return [invalidField(`metadata.annotations[${TOPOLOGY}]`, mode, detail)];
}

/** What a Service of each type has, or has not. */
function headErrors(spec: JsonObject): readonly FieldError[] {
  const errors: FieldError[] = [];
  const isName = isExternalName(spec);
  const hasNoAddress = isHeadless(spec);
  if (list(spec, "ports").length === 0 && !hasNoAddress && !isName) errors.push(requiredField("spec.ports"));
  if (hasNoAddress && isOnNodes(spec)) {
    const detail = `may not be set to 'None' for ${text(spec, "type")} services`;
    errors.push(invalidField("spec.clusterIPs[0]", "None", detail));
  }
  return isName ? [...errors, ...externalNameErrors(spec)] : errors;
}

function externalNameErrors(spec: JsonObject): readonly FieldError[] {
  const errors: FieldError[] = [];
  const detail = "may not be set for ExternalName services";
  for (const field of ["clusterIPs", "ipFamilies"])
    if (list(spec, field).length > 0) errors.push(forbiddenField(`spec.${field}`, detail));
  if (typeof spec["ipFamilyPolicy"] === "string") errors.push(forbiddenField("spec.ipFamilyPolicy", detail));
  // A name may end in a dot, which says that it is whole.
  const name = text(spec, "externalName").replace(/\.$/, "");
  const at = "spec.externalName";
  if (name === "") return [...errors, requiredField(at)];
  return [...errors, ...dns1123Subdomain(name, false).map((why) => invalidField(at, name, why))];
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

function externalAddressErrors(spec: JsonObject, old: readonly string[]): readonly FieldError[] {
  return strings(spec, "externalIPs").flatMap((address, index) => {
    const at = `spec.externalIPs[${index}]`;
    const errors = ipErrors(at, address, old);
    return errors.length > 0 ? errors : endpointIpErrors(at, address);
  });
}

function typeErrors(spec: JsonObject): readonly FieldError[] {
  const type = text(spec, "type");
  if (type === "") return [requiredField("spec.type")];
  return TYPES.includes(type) ? [] : [unsupportedField("spec.type", type, TYPES)];
}

const RANGES_ANNOTATION = "service.beta.kubernetes.io/load-balancer-source-ranges";

/** From where a load balancer takes connections: told by a field, or by an annotation where that is absent. */
function sourceRangeErrors(service: JsonObject, old: JsonObject | undefined): readonly FieldError[] {
  const spec = specOf(service);
  const ranges = strings(spec, "loadBalancerSourceRanges");
  if (ranges.length === 0) return annotatedRangeErrors(service, old);
  const at = "spec.LoadBalancerSourceRanges";
  const before = old === undefined ? [] : strings(specOf(old), "loadBalancerSourceRanges");
  const known = before.map((range) => range.trim());
  return [
    ...(isBalanced(spec) ? [] : [forbiddenField(at, ONLY_BALANCED)]),
    ...ranges.flatMap((range, index) => ipRangeErrors(`${at}[${index}]`, range.trim(), known)),
  ];
}

function annotatedRangeErrors(service: JsonObject, old: JsonObject | undefined): readonly FieldError[] {
  const value = annotationOf(service, RANGES_ANNOTATION);
  if (value === undefined) return [];
  const at = `metadata.annotations[${RANGES_ANNOTATION}]`;
  const errors = isBalanced(specOf(service)) ? [] : [forbiddenField(at, ONLY_BALANCED)];
  const isKnown = old !== undefined && (annotationOf(old, RANGES_ANNOTATION) ?? "") === value;
  if (isKnown || value.trim() === "") return errors;
  return [...errors, ...value.split(",").flatMap((range) => ipRangeErrors(at, range.trim()))];
}

function balancerErrors(spec: JsonObject): readonly FieldError[] {
  const gives = typeof spec["allocateLoadBalancerNodePorts"] === "boolean";
  if (isBalanced(spec)) return gives ? [] : [requiredField("allocateLoadBalancerNodePorts")];
  return gives ? [forbiddenField("spec.allocateLoadBalancerNodePorts", ONLY_BALANCED)] : [];
}

/** What is wrong with the class of load balancers, which stays what it is as long as there is one. */
export function balancerClassErrors(spec: JsonObject, old: JsonObject | undefined): readonly FieldError[] {
  const value = spec["loadBalancerClass"];
  const at = "spec.loadBalancerClass";
  if (!isBalanced(spec)) return typeof value === "string" ? [forbiddenField(at, ONLY_BALANCED)] : [];
  const errors: FieldError[] = [];
  const isMoved =
    old !== undefined && isBalanced(old) && (old["loadBalancerClass"] ?? null) !== (value ?? null);
  if (isMoved) errors.push(invalidField(at, value ?? null, "may not change once set"));
  if (typeof value === "string")
    errors.push(...qualifiedNameErrors(value).map((why) => invalidField(at, value, why)));
  return errors;
}

/** Only what is reached from outside of the cluster has a policy for it. */
function externalTrafficErrors(spec: JsonObject): readonly FieldError[] {
  const policy = text(spec, "externalTrafficPolicy");
  const at = "spec.externalTrafficPolicy";
  if (!isReachable(spec)) {
    const detail = "may only be set for externally-accessible services";
    return policy === "" ? [] : [invalidField(at, policy, detail)];
  }
  if (policy === "") return [requiredField(at)];
  return TRAFFIC.includes(policy) ? [] : [unsupportedField(at, policy, TRAFFIC)];
}

function healthPortErrors(spec: JsonObject): readonly FieldError[] {
  const port = number(spec, "healthCheckNodePort") ?? 0;
  const at = "spec.healthCheckNodePort";
  if (!isChecked(spec)) {
    const detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
    return port === 0 ? [] : [invalidField(at, port, detail)];
  }
  if (port === 0) return [requiredField(at)];
  return port >= 1 && port <= 65_535
    ? []
    : [invalidField(at, port, "must be between 1 and 65535, inclusive")];
}

function internalTrafficErrors(spec: JsonObject): readonly FieldError[] {
  const policy = spec["internalTrafficPolicy"];
  const at = "spec.internalTrafficPolicy";
  if (typeof policy === "string")
    return TRAFFIC.includes(policy) ? [] : [unsupportedField(at, policy, TRAFFIC)];
  const isNeeded = isOnNodes(spec) || spec["type"] === "ClusterIP";
  return isNeeded ? [requiredField(at)] : [];
}

const DISTRIBUTIONS = ["PreferClose", "PreferSameZone", "PreferSameNode"];

function distributionErrors(spec: JsonObject): readonly FieldError[] {
  const value = spec["trafficDistribution"];
  if (typeof value !== "string" || DISTRIBUTIONS.includes(value)) return [];
  return [unsupportedField("spec.trafficDistribution", value, DISTRIBUTIONS)];
}
