import type { JsonObject, JsonValue } from "@weir/core";
import { internalError, invalidError, type KubeObject, unknownError } from "@weir/objects";
import { type FieldError, invalidField, joinFieldErrors } from "@weir/schema";
import type { Call } from "../resources/call.ts";
import {
  asJson,
  child,
  children,
  ensureChild,
  list,
  number,
  strings,
  text,
} from "../resources/draft-access.ts";
import type { Draft } from "../resources/resource.ts";
import { segmentErrors } from "../resources/rules/ingress-rules.ts";
import {
  getsNodePorts,
  HEADLESS,
  haveSameStrings,
  isChecked,
  isExternalName,
  isOnNodes,
  nodePortsOf,
  specOf,
} from "../resources/rules/service-shape.ts";
import type { Allocation, Attempt } from "./service-allocator.ts";
import { keepsPreferred, settleFamilies } from "./service-families.ts";

/** What a Service is given in one write. */
interface Giving {
  readonly call: Call;
  readonly name: string;
  readonly spec: Draft;
  /** As it was before; nothing where the Service is new. */
  readonly old: JsonObject | undefined;
  readonly attempt: Attempt;
}

/**
 * Gives a Service that is about to be written its addresses and ports, before its rules look at it. What cannot be given is
 * thrown. The function that comes back ends the write: what it took is kept only by what was stored.
 */
export async function beginService(
  call: Call,
  object: Draft,
  old: KubeObject | undefined,
  isDryRun: boolean,
): Promise<() => void> {
  const { services } = call.api;
  const spec = ensureChild(object, "spec");
  const before = old === undefined ? undefined : specOf(asJson(old));
  await services.load(call.resource);
  const attempt = services.begin(isDryRun);
  try {
    const name = text(child(object, "metadata"), "name");
    give({ call, name, spec, old: before, attempt });
  } catch (error) {
    services.end(attempt);
    throw error;
  }
  return () => services.end(attempt);
}

function give(giving: Giving): void {
  const { spec, old } = giving;
  if (old === undefined) {
    if (text(spec, "clusterIP") !== "" && list(spec, "clusterIPs").length === 0)
      spec["clusterIPs"] = [text(spec, "clusterIP")];
  } else {
    keepGiven(spec, old);
    normalizeAddresses(spec, old);
  }
  refuse(giving, settleFamilies(spec, old));
  giveAddress(giving);
  if (old === undefined) givePorts(giving);
  else updatePorts(giving);
  if (isChecked(spec) && (old === undefined || !isChecked(old))) giveHealthPort(giving);
  // An ExternalName Service never shows this; what is wrong with it is still to be told.
  if (isExternalName(spec) && isTrafficPolicy(spec["internalTrafficPolicy"]))
    delete spec["internalTrafficPolicy"];
}

function isTrafficPolicy(value: JsonValue | undefined): boolean {
  return value === "Cluster" || value === "Local";
}

function refuse({ name }: Giving, errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalidError({ group: "", kind: "Service" }, name, errors);
}

/** An update that does not name what the Service was given means just that. */
function keepGiven(spec: Draft, old: JsonObject): void {
  if (!isExternalName(spec) && !isExternalName(old)) keepAddresses(spec, old);
  if (getsNodePorts(spec) && getsNodePorts(old)) keepNodePorts(spec, old);
  if (!isChecked(spec) || !isChecked(old)) return;
  const port = number(old, "healthCheckNodePort") ?? 0;
  if ((number(spec, "healthCheckNodePort") ?? 0) === 0 && port !== 0) spec["healthCheckNodePort"] = port;
}

function keepAddresses(spec: Draft, old: JsonObject): void {
  const address = text(old, "clusterIP");
  if (text(spec, "clusterIP") === "" && address !== "") spec["clusterIP"] = address;
  if (list(spec, "clusterIPs").length === 0 && list(old, "clusterIPs").length > 0)
    spec["clusterIPs"] = [...list(old, "clusterIPs")];
}

/** Node ports of the ports with the same names, unless they have moved. */
function keepNodePorts(spec: Draft, old: JsonObject): void {
  const given = new Set(nodePortsOf(spec));
  const known = new Map(
    children(old, "ports").map((port) => [text(port, "name"), number(port, "nodePort") ?? 0]),
  );
  for (const port of children(spec, "ports")) {
    const value = known.get(text(port, "name")) ?? 0;
    if ((number(port, "nodePort") ?? 0) === 0 && value !== 0 && !given.has(value)) port["nodePort"] = value;
  }
}

/** Who changes one of the two fields that tell an address means both. */
function normalizeAddresses(spec: Draft, old: JsonObject): void {
  const [address, before] = [text(spec, "clusterIP"), text(old, "clusterIP")];
  if (list(spec, "clusterIPs").length === 0 && list(old, "clusterIPs").length > 0 && address === before)
    spec["clusterIPs"] = [...list(old, "clusterIPs")];
  if (address === before || !haveSameStrings(spec, old, "clusterIPs")) return;
  if (before !== "" && address === "") delete spec["clusterIPs"];
  else spec["clusterIPs"] = [address];
}

function giveAddress(giving: Giving): void {
  const { spec, old } = giving;
  // What has an address keeps it.
  const needsOne = old === undefined || isExternalName(old);
  if (isExternalName(spec) || !needsOne || keepsPreferred(spec, old)) return;
  const addresses = strings(spec, "clusterIPs");
  if (addresses[0] === HEADLESS) return;
  const value = takeAddress(giving, addresses);
  spec["clusterIP"] = value;
  spec["clusterIPs"] = [value, ...addresses.slice(1)];
}

/** Takes the first of the addresses that are asked for, or any. */
function takeAddress(giving: Giving, addresses: readonly string[]): string {
  const { call, name, attempt } = giving;
  const [wanted = ""] = addresses;
  const allocation = call.api.services.address(attempt, wanted);
  if (allocation.kind === "full")
    throw internalError(`failed to allocate a serviceIP for Service ${JSON.stringify(name)}: range is full`);
  const isRefused = allocation.kind === "refused";
  const because = isRefused ? allocation.because : holderProblem(giving, allocation.value);
  if (because !== undefined) {
    const what = wanted === "" ? "IP" : `IP ${wanted}`;
    const shown = addresses.length === 0 ? [""] : [...addresses];
    refuse(giving, [invalidField("spec.clusterIPs", shown, `failed to allocate ${what}: ${because}`)]);
  }
  return isRefused ? "" : allocation.value;
}

/** Upstream notes who has an address, and finds there that a Service cannot be named so, but in a dry run. */
function holderProblem({ attempt, name }: Giving, address: string): string | undefined {
  if (attempt.isDryRun) return undefined;
  const errors = segmentErrors({ name }, "spec.parentRef", "name");
  if (errors.length === 0) return undefined;
  return `IPAddress.networking.k8s.io ${JSON.stringify(address)} is invalid: ${joinFieldErrors(errors)}`;
}

/** Takes a node port for one of the ports. */
function takePort(giving: Giving, index: number, wanted: number): number {
  const allocation = giving.call.api.services.port(giving.attempt, wanted);
  if (allocation.kind === "allocated") return allocation.value;
  if (allocation.kind === "full") throw internalError("failed to allocate a nodePort: range is full");
  refuse(giving, [invalidField(`spec.ports[${index}].nodePort`, wanted, allocation.because)]);
  return 0;
}

/** A new Service shares a node port between all protocols of one port. */
function givePorts(giving: Giving): void {
  const { spec } = giving;
  if (!isOnNodes(spec)) return;
  const isGiven = getsNodePorts(spec);
  const ports = children(spec, "ports");
  const byPort = new Map<number, number>();
  for (const [index, port] of ports.entries()) {
    const own = number(port, "nodePort") ?? 0;
    if (own === 0 && !isGiven) continue;
    const service = number(port, "port") ?? 0;
    const shared = byPort.get(service);
    if (shared === undefined) {
      const value = takePort(giving, index, requestedPort(ports, service));
      port["nodePort"] = value;
      byPort.set(service, value);
    } else if (own === 0) port["nodePort"] = shared;
    else if (own !== shared) takePort(giving, index, own);
  }
}

/** The node port that any of the ports with a number asks for. */
function requestedPort(ports: readonly JsonObject[], service: number): number {
  for (const port of ports) {
    const wanted = number(port, "nodePort") ?? 0;
    if ((number(port, "port") ?? 0) === service && wanted !== 0) return wanted;
  }
  return 0;
}

/** An updated Service gets what it has not; upstream finds here that two ports are the same on the nodes. */
function updatePorts(giving: Giving): void {
  const { spec, old } = giving;
  if (!isOnNodes(spec)) return;
  const isGiven = getsNodePorts(spec);
  const held = new Set(old === undefined ? [] : nodePortsOf(old));
  const seen = new Set<string>();
  for (const [index, port] of children(spec, "ports").entries()) {
    const own = number(port, "nodePort") ?? 0;
    if (own === 0 && !isGiven) continue;
    const value = own !== 0 && held.has(own) ? own : takePort(giving, index, own);
    // What the Service asks for twice is taken once.
    if (own !== 0) held.add(own);
    port["nodePort"] = value;
    const pair = `${text(port, "protocol")} ${value}`;
    if (seen.has(pair)) throw unknownError(`duplicate nodePort: {${pair}}`);
    seen.add(pair);
  }
}

function giveHealthPort({ call, spec, attempt }: Giving): void {
  const wanted = number(spec, "healthCheckNodePort") ?? 0;
  const allocation: Allocation<number> = call.api.services.port(attempt, wanted);
  if (allocation.kind === "allocated") {
    spec["healthCheckNodePort"] = allocation.value;
    return;
  }
  const because = allocation.kind === "full" ? "range is full" : allocation.because;
  const request = wanted === 0 ? "a HealthCheck NodePort 0" : `requested HealthCheck NodePort ${wanted}`;
  throw internalError(`failed to allocate ${request}: ${because}`);
}
