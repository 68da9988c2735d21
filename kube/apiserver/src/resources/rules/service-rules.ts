import type { JsonObject } from "@weir/core";
import { jsonEqual } from "@weir/objects";
import { beginService } from "../../services/allocate-service.ts";
import { ipRangeWarnings, ipWarnings } from "../../validation/ip-errors.ts";
import type { KindRules } from "../builtin-strategy.ts";
import { child, children, ensureChild, list, strings, text } from "../draft-access.ts";
import type { Draft } from "../resource.ts";
import { addressChangeErrors } from "./service-address-errors.ts";
import { balancerStatusErrors, balancerStatusWarnings } from "./balancer-status-errors.ts";
import { balancerClassErrors, serviceErrors, serviceUpdateErrors } from "./service-errors.ts";
import {
  HEADLESS,
  haveSameStrings,
  isBalanced,
  isChecked,
  isExternalName,
  isOnNodes,
  isReachable,
  nodePortsOf,
  specOf,
} from "./service-shape.ts";

/** A Service, which is given addresses and ports before its rules look at it. */
export const serviceRules: KindRules = {
  updateChecks: ["changes", "update"],
  warnings: serviceWarnings,
  begin: beginService,
  prepareForUpdate(object, old) {
    const spec = ensureChild(object, "spec");
    dropUnneeded(spec, specOf(old));
    if (isBalanced(spec)) return;
    object["status"] = { ...child(object, "status"), loadBalancer: {} };
  },
  validate: (object) => serviceErrors(object, undefined),
  validateUpdate: (object, old) => {
    const [spec, before] = [specOf(object), specOf(old)];
    return [
      ...addressChangeErrors(spec, before),
      ...balancerClassErrors(spec, before),
      ...serviceUpdateErrors(spec, before),
      ...serviceErrors(object, old),
    ];
  },
  validateStatus: (object, old) => balancerStatusErrors(object, old, specOf(object)),
  statusWarnings: balancerStatusWarnings,
};

/** What only the old type needed goes with it, unless the update sets it anew: that is for the rules to refuse. */
function dropUnneeded(spec: Draft, old: JsonObject): void {
  if (isExternalName(spec) && !isExternalName(old)) dropAddresses(spec, old);
  if (isOnNodes(old) && !isOnNodes(spec)) dropNodePorts(spec, old);
  if (isChecked(old) && !isChecked(spec)) dropSame(spec, old, "healthCheckNodePort");
  if (isBalanced(old) && !isBalanced(spec)) {
    dropSame(spec, old, "allocateLoadBalancerNodePorts");
    dropSame(spec, old, "loadBalancerClass");
  }
  if (isReachable(old) && !isReachable(spec)) dropSame(spec, old, "externalTrafficPolicy");
}

function dropAddresses(spec: Draft, old: JsonObject): void {
  if (text(spec, "clusterIP") === text(old, "clusterIP") && haveSameStrings(spec, old, "clusterIPs")) {
    delete spec["clusterIP"];
    delete spec["clusterIPs"];
  }
  if (haveSameStrings(spec, old, "ipFamilies")) delete spec["ipFamilies"];
  dropSame(spec, old, "ipFamilyPolicy");
}

function dropNodePorts(spec: Draft, old: JsonObject): void {
  const before = new Set(nodePortsOf(old));
  if (!nodePortsOf(spec).every((port) => before.has(port))) return;
  for (const port of children(spec, "ports")) delete port["nodePort"];
}

function dropSame(spec: Draft, old: JsonObject, field: string): void {
  if (jsonEqual(spec[field] ?? null, old[field] ?? null)) delete spec[field];
}

const OLD_TOPOLOGY = "service.kubernetes.io/topology-aware-hints";
const TOPOLOGY = "service.kubernetes.io/topology-mode";

/** Fields that say nothing for a Service of this type, are spelled in an unusual way, or are going away. */
function serviceWarnings(object: JsonObject): readonly string[] {
  const spec = specOf(object);
  const annotations = child(child(object, "metadata"), "annotations") ?? {};
  const warnings: string[] = [];
  if (Object.hasOwn(annotations, OLD_TOPOLOGY))
    warnings.push(`annotation ${OLD_TOPOLOGY} is deprecated, please use ${TOPOLOGY} instead`);
  const address = text(spec, "clusterIP");
  if (address !== HEADLESS && address !== "") warnings.push(...warnEach(spec, "clusterIPs", ipWarnings));
  const isHeadless = spec["type"] === "ClusterIP" && address === HEADLESS;
  if (isHeadless) warnings.push(...headlessWarnings(spec));
  const isFromOutside = list(spec, "externalIPs").length > 0;
  if (isFromOutside) {
    warnings.push(...warnEach(spec, "externalIPs", ipWarnings));
    if (!isHeadless && !isExternalName(spec))
      warnings.push("spec.externalIPs is deprecated and may no longer be implemented in some clusters");
  }
  return [...warnings, ...balancerWarnings(spec), ...nameWarnings(spec, isFromOutside)];
}

function warnEach(
  spec: JsonObject,
  key: string,
  warningsOf: (field: string, value: string) => readonly string[],
): readonly string[] {
  return strings(spec, key).flatMap((value, index) => warningsOf(`spec.${key}[${index}]`, value));
}

function headlessWarnings(spec: JsonObject): readonly string[] {
  const ignored = (field: string): string => `spec.${field} is ignored for headless services`;
  return [
    ...(text(spec, "loadBalancerIP") === "" ? [] : [ignored("loadBalancerIP")]),
    ...(list(spec, "externalIPs").length === 0 ? [] : [ignored("externalIPs")]),
    ...(text(spec, "sessionAffinity") === "None" ? [] : [ignored("SessionAffinity")]),
  ];
}

function balancerWarnings(spec: JsonObject): readonly string[] {
  const address = text(spec, "loadBalancerIP");
  return [
    ...(address === "" ? [] : ipWarnings("spec.loadBalancerIP", address)),
    ...warnEach(spec, "loadBalancerSourceRanges", ipRangeWarnings),
  ];
}

function nameWarnings(spec: JsonObject, isFromOutside: boolean): readonly string[] {
  const warnings: string[] = [];
  if (isExternalName(spec)) {
    if (isFromOutside) warnings.push('spec.externalIPs is ignored when spec.type is "ExternalName"');
  } else if (text(spec, "externalName") !== "") {
    warnings.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  }
  if (spec["trafficDistribution"] === "PreferClose")
    warnings.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"');
  return warnings;
}
