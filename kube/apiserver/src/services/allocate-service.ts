import type { JsonObject } from "@weir/core";
import { type FieldError, invalidField } from "@weir/schema";
import type { Call } from "../resources/call.ts";
import { child, children, ensureChild, number, strings, text } from "../resources/draft-access.ts";
import { type Draft, storageKey } from "../resources/resource.ts";
import { trialKey } from "./service-allocator.ts";

/** Gives a Service that is about to be stored its addresses and node ports; what cannot be given is an error. */
export async function allocateService(
  call: Call,
  object: Draft,
  isDryRun: boolean,
): Promise<readonly FieldError[]> {
  const spec = ensureChild(object, "spec");
  if (spec["type"] === "ExternalName") return [];
  const { services } = call.api;
  await services.load(call.resource);
  const name = text(child(object, "metadata"), "name");
  const service = storageKey(call.resource, call.info.namespace, name);
  const key = isDryRun ? trialKey(service) : service;
  try {
    return [...allocateAddress(call, spec, key), ...allocatePorts(call, spec, key)];
  } finally {
    if (isDryRun) services.release(key);
  }
}

function allocateAddress(call: Call, spec: Draft, key: string): readonly FieldError[] {
  const wanted = text(spec, "clusterIP") || (strings(spec, "clusterIPs")[0] ?? "");
  if (wanted === "None") return [];
  const allocation = call.api.services.address(key, wanted);
  switch (allocation.kind) {
    case "allocated":
      spec["clusterIP"] = allocation.value;
      spec["clusterIPs"] = [allocation.value];
      return [];
    case "outside":
      return [
        invalidField(
          "spec.clusterIPs",
          [wanted],
          `failed to allocate IP ${wanted}: the provided network does not match the current range`,
        ),
      ];
    case "taken":
      return [
        invalidField(
          "spec.clusterIPs",
          [wanted],
          `failed to allocate IP ${wanted}: provided IP is already allocated`,
        ),
      ];
    case "full":
      return [invalidField("spec.clusterIPs", [], "failed to allocate a serviceIP: range is full")];
  }
}

function allocatePorts(call: Call, spec: Draft, key: string): readonly FieldError[] {
  if (!needsNodePorts(spec)) return [];
  const errors: FieldError[] = [];
  const byPort = new Map<number, number>();
  children(spec, "ports").forEach((port, index) => {
    const wanted = number(port, "nodePort") ?? 0;
    // One node port serves a port of several protocols.
    const shared = byPort.get(number(port, "port") ?? 0);
    if (wanted === 0 && shared !== undefined) {
      port["nodePort"] = shared;
      return;
    }
    const allocation = call.api.services.port(key, wanted);
    const field = `spec.ports[${index}].nodePort`;
    if (allocation.kind === "allocated") {
      port["nodePort"] = allocation.value;
      byPort.set(number(port, "port") ?? 0, allocation.value);
    } else if (allocation.kind === "outside") {
      errors.push(
        invalidField(
          field,
          wanted,
          "provided port is not in the valid range. The range of valid ports is 30000-32767",
        ),
      );
    } else {
      errors.push(
        invalidField(
          field,
          wanted,
          allocation.kind === "taken" ? "provided port is already allocated" : "range is full",
        ),
      );
    }
  });
  if (errors.length === 0 && needsHealthCheckPort(spec)) {
    const allocation = call.api.services.port(key, number(spec, "healthCheckNodePort") ?? 0);
    if (allocation.kind === "allocated") spec["healthCheckNodePort"] = allocation.value;
  }
  return errors;
}

function needsNodePorts(spec: JsonObject): boolean {
  if (spec["type"] === "NodePort") return true;
  return spec["type"] === "LoadBalancer" && spec["allocateLoadBalancerNodePorts"] !== false;
}

function needsHealthCheckPort(spec: JsonObject): boolean {
  return spec["type"] === "LoadBalancer" && spec["externalTrafficPolicy"] === "Local";
}
