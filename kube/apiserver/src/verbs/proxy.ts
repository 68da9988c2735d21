import { isIPv4, isIPv6 } from "node:net";
import type { JsonObject } from "@weir/core";
import { badRequestError, notFoundError, serviceUnavailableError } from "@weir/objects";
import { quoteGo } from "@weir/text";
import type { ApiResponse } from "../http/api-request.ts";
import { plainError } from "../http/respond.ts";
import type { Call } from "../resources/call.ts";
import { asJson, child, children, number, text } from "../resources/draft-access.ts";
import { groupResource, storageKey } from "../resources/resource.ts";
import { reviewPart } from "./review-part.ts";

/** Who is asked, as a path names it: `name`, `name:port` or `scheme:name:port`. */
interface Asked {
  readonly id: string;
  readonly scheme: string;
  readonly name: string;
  readonly port: string;
}

/** Finds the address and port behind what is asked; throws where there is none. */
type Locate = (call: Call, asked: Asked) => Promise<string>;

const locations: ReadonlyMap<string, readonly [kind: string, what: string, locate: Locate]> = new Map([
  ["pods", ["PodProxyOptions", "pod", locatePod]],
  ["services", ["ServiceProxyOptions", "service", locateService]],
  ["nodes", ["NodeProxyOptions", "node", locateNode]],
]);

/**
 * `pods/proxy`, `services/proxy` and `nodes/proxy`: what is asked for is found, admitted and then not reached, as nothing runs
 * behind it.
 */
export async function proxyVerb(call: Call): Promise<ApiResponse> {
  const { info, request } = call;
  if (request.query.has("dryRun")) throw badRequestError("dryRun is not supported");
  const found = locations.get(info.resource);
  if (found === undefined) throw notFoundError(groupResource(call.resource), info.name);
  const [kind, what, locate] = found;
  const path = pathBelow(call);
  await reviewPart(
    call,
    { kind, operation: "connect" },
    { kind, apiVersion: "v1", ...(path === "" ? {} : { path }) },
  );
  const address = await locate(call, readAsked(info.name, what));
  if (path === "" && (request.method === "GET" || request.method === "HEAD")) return toSlash(call);
  throw serviceUnavailableError(
    `error trying to reach service: dial tcp ${address}: connect: connection refused`,
  );
}

function pathBelow({ info }: Call): string {
  const path = info.rest.length === 0 ? "" : `/${info.rest.join("/")}`;
  return info.path.endsWith("/") && !path.endsWith("/") ? `${path}/` : path;
}

/** Links of a page are relative to the root of what is asked. */
function toSlash({ info, request }: Call): ApiResponse {
  const query = request.query.size === 0 ? "" : `?${request.query.toString()}`;
  return { status: 301, headers: [["Location", `${info.path}/${query}`]], body: "" };
}

function readAsked(id: string, what: string): Asked {
  const parts = id.split(":");
  const [scheme = "", name = "", port = ""] = parts.length === 3 ? parts : ["", ...parts];
  const isValid =
    parts.length <= 3 && name !== "" && (scheme === "" || scheme === "http" || scheme === "https");
  if (!isValid) throw badRequestError(`invalid ${what} request ${quoteGo(id)}`);
  return { id, scheme, name, port };
}

async function read(call: Call, plural: string, name: string): Promise<JsonObject> {
  const resource = call.api.registry.find("", "v1", plural);
  const stored = resource && (await call.api.store.get(storageKey(resource, call.info.namespace, name)));
  if (resource === undefined || stored === undefined) throw notFoundError(groupResource(call.resource), name);
  return asJson(call.api.store.parse(resource, stored));
}

async function locatePod(call: Call, { name, port, scheme }: Asked): Promise<string> {
  const pod = await read(call, "pods", name);
  const [first] = children(child(pod, "spec"), "containers").flatMap((container) =>
    children(container, "ports"),
  );
  const status = child(pod, "status");
  const address = text(children(status, "podIPs")[0], "ip") || text(status, "podIP");
  if (!isGlobalUnicast(address)) throw badRequestError("address not allowed");
  const chosen = port === "" ? number(first, "containerPort") : port;
  return withPort(address, String(chosen ?? defaultPort(scheme)));
}

async function locateService(call: Call, { id, name, port }: Asked): Promise<string> {
  const service = await read(call, "services", name);
  const wanted = /^[+-]?\d+$/.test(port) ? portName(service, name, Number(port)) : port;
  const endpoints = await read(call, "endpoints", name);
  const subsets = children(endpoints, "subsets");
  if (subsets.length === 0)
    throw serviceUnavailableError(`no endpoints available for service ${quoteGo(name)}`);
  for (const subset of subsets) {
    const address = children(subset, "addresses").find((each) => isOwnPod(each, call.info.namespace));
    const found = children(subset, "ports").find((each) => text(each, "name") === wanted);
    if (address !== undefined && found !== undefined)
      return withPort(text(address, "ip"), String(number(found, "port") ?? 0));
  }
  throw serviceUnavailableError(`no endpoints available for service ${quoteGo(id)}`);
}

/** A port that is named by its number is looked for among the endpoints by its name. */
function portName(service: JsonObject, name: string, wanted: number): string {
  const port = children(child(service, "spec"), "ports").find((each) => number(each, "port") === wanted);
  if (port === undefined)
    throw serviceUnavailableError(`no service port ${wanted} found for service ${quoteGo(name)}`);
  return text(port, "name");
}

function isOwnPod(address: JsonObject, namespace: string): boolean {
  const target = child(address, "targetRef");
  return target !== undefined && text(target, "namespace") === namespace;
}

/** Which addresses of a Node are taken first, as kube-apiserver's default is. */
const PREFERRED = ["Hostname", "InternalDNS", "InternalIP", "ExternalDNS", "ExternalIP"];
const KUBELET_PORT = 10_250;

async function locateNode(call: Call, { name, port }: Asked): Promise<string> {
  const node = await read(call, "nodes", name);
  const status = child(node, "status");
  const host = preferredAddress(node, children(status, "addresses"));
  if (host === undefined) throw plainError("no preferred addresses found; known addresses: []");
  if (!isIPv4(host) && !isIPv6(host)) throw badRequestError(`lookup ${host}: no such host`);
  if (!isGlobalUnicast(host)) throw badRequestError("address not allowed");
  const kubelet = number(child(child(status, "daemonEndpoints"), "kubeletEndpoint"), "Port") ?? 0;
  return withPort(host, port === "" ? String(kubelet > 0 ? kubelet : KUBELET_PORT) : port);
}

function preferredAddress(node: JsonObject, addresses: readonly JsonObject[]): string | undefined {
  for (const type of PREFERRED) {
    const found = addresses.find((address) => text(address, "type") === type);
    if (found !== undefined) return text(found, "address");
    const label = text(child(child(node, "metadata"), "labels"), "kubernetes.io/hostname");
    if (type === "Hostname" && label !== "") return label;
  }
  return undefined;
}

/** Nothing is passed on to the server's own host, or to all of a network. */
function isGlobalUnicast(address: string): boolean {
  if (isIPv4(address))
    return !/^(?:127\.|169\.254\.|22[4-9]\.|23\d\.|0\.0\.0\.0$|255\.255\.255\.255$)/.test(address);
  return isIPv6(address) && !/^(?:fe[89ab]|ff|::1?$)/i.test(address);
}

function withPort(address: string, port: string): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

function defaultPort(scheme: string): number {
  return scheme === "https" ? 443 : 80;
}
