import {
  child,
  children,
  type Draft,
  ensureChild,
  roundUpResources,
  setDefault,
  setDefaultNumber,
  setMissing,
} from "./draft.ts";
import { defaultRareVolume } from "./pod-defaults.ts";

/** A Namespace carries its name as a label, so that selectors can name it. */
export function defaultNamespace(object: Draft): void {
  const metadata = ensureChild(object, "metadata");
  const name = metadata["name"];
  if (typeof name === "string" && name !== "")
    ensureChild(metadata, "labels")["kubernetes.io/metadata.name"] = name;
  setDefault(ensureChild(object, "status"), "phase", "Active");
}

/** `stringData` is only a way to write `data`. */
export function defaultSecret(object: Draft): void {
  setDefault(object, "type", "Opaque");
  const plain = child(object, "stringData");
  if (plain !== undefined) {
    const data = ensureChild(object, "data");
    for (const [key, value] of Object.entries(plain))
      data[key] = Buffer.from(String(value)).toString("base64");
  }
  delete object["stringData"];
}

/** Whether a Service is reached from outside of its cluster. */
function isReachable(spec: Draft): boolean {
  if (spec["type"] === "NodePort" || spec["type"] === "LoadBalancer") return true;
  const addresses = spec["type"] === "ClusterIP" ? spec["externalIPs"] : undefined;
  return Array.isArray(addresses) && addresses.length > 0;
}

export function defaultService(object: Draft): void {
  const spec = ensureChild(object, "spec");
  setDefault(spec, "sessionAffinity", "None");
  if (spec["sessionAffinity"] === "None") delete spec["sessionAffinityConfig"];
  if (spec["sessionAffinity"] === "ClientIP") {
    const client = ensureChild(ensureChild(spec, "sessionAffinityConfig"), "clientIP");
    client["timeoutSeconds"] ??= 10800;
  }
  setDefault(spec, "type", "ClusterIP");
  for (const port of children(spec, "ports")) defaultServicePort(port);
  if (isReachable(spec)) setDefault(spec, "externalTrafficPolicy", "Cluster");
  const isInside = spec["type"] === "ClusterIP" || spec["type"] === "NodePort";
  const isBalanced = spec["type"] === "LoadBalancer";
  if (isInside || isBalanced) spec["internalTrafficPolicy"] ??= "Cluster";
  if (isBalanced) defaultBalancer(object, spec);
}

function defaultServicePort(port: Draft): void {
  setDefault(port, "protocol", "TCP");
  const target = port["targetPort"];
  if (target === undefined || target === 0 || target === "") port["targetPort"] = port["port"] ?? 0;
}

function defaultBalancer(service: Draft, spec: Draft): void {
  spec["allocateLoadBalancerNodePorts"] ??= true;
  for (const point of children(child(child(service, "status"), "loadBalancer"), "ingress")) {
    if (typeof point["ip"] === "string" && point["ip"] !== "") point["ipMode"] ??= "VIP";
  }
}

export function defaultEndpoints(object: Draft): void {
  for (const subset of children(object, "subsets")) {
    for (const port of children(subset, "ports")) setDefault(port, "protocol", "TCP");
  }
}

export function defaultEndpointSlice(object: Draft): void {
  for (const port of children(object, "ports")) {
    port["name"] ??= "";
    port["protocol"] ??= "TCP";
  }
}

export function defaultVolumeClaim(object: Draft): void {
  const spec = ensureChild(object, "spec");
  setMissing(spec, "volumeMode", "Filesystem");
  roundUpResources(child(spec, "resources"), "limits", "requests");
  const status = ensureChild(object, "status");
  setDefault(status, "phase", "Pending");
  roundUpResources(status, "capacity", "allocatedResources");
}

export function defaultPersistentVolume(object: Draft): void {
  const spec = ensureChild(object, "spec");
  setDefault(ensureChild(object, "status"), "phase", "Pending");
  roundUpResources(spec, "capacity");
  setDefault(spec, "persistentVolumeReclaimPolicy", "Retain");
  setMissing(spec, "volumeMode", "Filesystem");
  const hostPath = child(spec, "hostPath");
  if (hostPath !== undefined && hostPath["type"] === undefined) hostPath["type"] = "";
  defaultRareVolume(spec);
}

/** Limits fill in what a container does not ask for itself. */
export function defaultLimitRange(object: Draft): void {
  for (const item of children(child(object, "spec"), "limits")) {
    roundUpResources(item, "max", "min", "default", "defaultRequest", "maxLimitRequestRatio");
    if (item["type"] !== "Container") continue;
    const limits = ensureChild(item, "default");
    const requests = ensureChild(item, "defaultRequest");
    fill(limits, child(item, "max"));
    fill(requests, limits);
    fill(requests, child(item, "min"));
    if (Object.keys(limits).length === 0) delete item["default"];
    if (Object.keys(requests).length === 0) delete item["defaultRequest"];
  }
}

function fill(target: Draft, source: Draft | undefined): void {
  for (const [name, quantity] of Object.entries(source ?? {})) {
    if (!Object.hasOwn(target, name)) target[name] = quantity;
  }
}

export function defaultResourceQuota(object: Draft): void {
  roundUpResources(child(object, "spec"), "hard");
  roundUpResources(child(object, "status"), "hard", "used");
}

export function defaultNode(object: Draft): void {
  agreeOnRanges(child(object, "spec"));
  const status = ensureChild(object, "status");
  roundUpResources(status, "capacity", "allocatable");
  const capacity = child(status, "capacity");
  if (capacity !== undefined && child(status, "allocatable") === undefined)
    status["allocatable"] = { ...capacity };
}

/** The first of a node's ranges is also told alone; where the two differ the one alone counts. */
function agreeOnRanges(spec: Draft | undefined): void {
  if (spec === undefined) return;
  const ranges = Array.isArray(spec["podCIDRs"]) ? spec["podCIDRs"] : [];
  const { podCIDR: range } = spec;
  const [first] = ranges;
  if (typeof range === "string" && range !== "") {
    if (first !== range) spec["podCIDRs"] = [range];
  } else if (first !== undefined) spec["podCIDR"] = first;
}

export function defaultEvent(object: Draft): void {
  setDefaultNumber(object, "count", 0);
  if (object["count"] === 0) delete object["count"];
}
