import type { JsonObject } from "@weir/core";
import { child, children, list, number, strings, text } from "../draft-access.ts";

/** The address of a Service that has none of its own. */
export const HEADLESS = "None";

/** The spec of a Service, empty where there is none. */
export function specOf(service: JsonObject): JsonObject {
  return child(service, "spec") ?? {};
}

export function isExternalName(spec: JsonObject): boolean {
  return spec["type"] === "ExternalName";
}

export function isBalanced(spec: JsonObject): boolean {
  return spec["type"] === "LoadBalancer";
}

/** Whether its type has ports of the nodes. */
export function isOnNodes(spec: JsonObject): boolean {
  return spec["type"] === "NodePort" || isBalanced(spec);
}

/** Whether node ports are handed out for its ports. */
export function getsNodePorts(spec: JsonObject): boolean {
  return spec["type"] === "NodePort" || (isBalanced(spec) && spec["allocateLoadBalancerNodePorts"] !== false);
}

/** Whether a Service is reached from outside of its cluster. */
export function isReachable(spec: JsonObject): boolean {
  return isOnNodes(spec) || (spec["type"] === "ClusterIP" && list(spec, "externalIPs").length > 0);
}

/** Whether load balancers ask the nodes of a Service for their health. */
export function isChecked(spec: JsonObject): boolean {
  return isBalanced(spec) && spec["externalTrafficPolicy"] === "Local";
}

/** Whether it has no address of its own. */
export function isHeadless(spec: JsonObject): boolean {
  const addresses = list(spec, "clusterIPs");
  return addresses.length === 1 && addresses[0] === HEADLESS;
}

/** Whether it has no address of its own and nothing that it selects: others make its endpoints, of any family. */
export function isOpen(spec: JsonObject): boolean {
  return text(spec, "clusterIP") === HEADLESS && Object.keys(child(spec, "selector") ?? {}).length === 0;
}

/** The node ports that a Service has or asks for. */
export function nodePortsOf(spec: JsonObject): readonly number[] {
  return children(spec, "ports")
    .map((port) => number(port, "nodePort") ?? 0)
    .filter((port) => port !== 0);
}

/** Whether two Services hold the same texts under a key, in the same order. */
export function haveSameStrings(one: JsonObject, other: JsonObject, key: string): boolean {
  const [first, second] = [strings(one, key), strings(other, key)];
  return first.length === second.length && first.every((value, index) => value === second[index]);
}
