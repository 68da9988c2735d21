import type { JsonObject } from "@weir/core";
import { internalError } from "@weir/objects";
import { type FieldError, invalidField } from "@weir/schema";
import type { Call } from "../resources/call.ts";
import { child, children, ensureChild, number, strings, text } from "../resources/draft-access.ts";
import { type Draft, storageKey } from "../resources/resource.ts";
import type { Attempt } from "./service-allocator.ts";

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
  const attempt = services.begin(storageKey(call.resource, call.info.namespace, name), call.api.clock.now());
  let isGiven = false;
  try {
    const errors = [...allocateAddress(call, object, attempt), ...allocatePorts(call, spec, attempt)];
    isGiven = errors.length === 0;
    return errors;
  } finally {
    if (isDryRun || !isGiven) services.abandon(attempt);
  }
}

function allocateAddress(call: Call, object: Draft, attempt: Attempt): readonly FieldError[] {
  const spec = ensureChild(object, "spec");
  const wanted = text(spec, "clusterIP") || (strings(spec, "clusterIPs")[0] ?? "");
  if (wanted === "None") return [];
  const allocation = call.api.services.address(attempt, wanted);
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
    case "full": {
      const name = text(child(object, "metadata"), "name");
      throw internalError(
        `failed to allocate a serviceIP for Service ${JSON.stringify(name)}: range is full`,
      );
    }
  }
}

function allocatePorts(call: Call, spec: Draft, attempt: Attempt): readonly FieldError[] {
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
    const allocation = call.api.services.port(attempt, wanted);
    const field = `spec.ports[${index}].nodePort`;
    if (allocation.kind === "allocated") {
      port["nodePort"] = allocation.value;
      byPort.set(number(port, "port") ?? 0, allocation.value);
    } else if (allocation.kind === "outside") {
      errors.push(invalidField(field, wanted, PORT_PROBLEMS.outside));
    } else if (allocation.kind === "full") {
      throw internalError("failed to allocate a nodePort: range is full");
    } else {
      errors.push(invalidField(field, wanted, PORT_PROBLEMS.taken));
    }
  });
  if (errors.length === 0 && needsHealthCheckPort(spec)) allocateHealthCheckPort(call, spec, attempt);
  return errors;
}

function allocateHealthCheckPort(call: Call, spec: Draft, attempt: Attempt): void {
  const wanted = number(spec, "healthCheckNodePort") ?? 0;
  const allocation = call.api.services.port(attempt, wanted);
  if (allocation.kind === "allocated") {
    spec["healthCheckNodePort"] = allocation.value;
    return;
  }
  const request = wanted === 0 ? "a HealthCheck NodePort 0" : `requested HealthCheck NodePort ${wanted}`;
  throw internalError(`failed to allocate ${request}: ${PORT_PROBLEMS[allocation.kind]}`);
}

const PORT_PROBLEMS = {
  taken: "provided port is already allocated",
  outside: "provided port is not in the valid range. The range of valid ports is 30000-32767",
  full: "range is full",
} as const;

/** Whether each port of a Service is also one of the nodes. */
export function needsNodePorts(spec: JsonObject): boolean {
  if (spec["type"] === "NodePort") return true;
  return spec["type"] === "LoadBalancer" && spec["allocateLoadBalancerNodePorts"] !== false;
}

function needsHealthCheckPort(spec: JsonObject): boolean {
  return spec["type"] === "LoadBalancer" && spec["externalTrafficPolicy"] === "Local";
}
