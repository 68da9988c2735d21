import type { JsonObject } from "@weir/core";
import { child, children, list, number, strings, text } from "../resources/draft-access.ts";
import {
  ageOf,
  joined,
  labelsText,
  nameOf,
  type RowInput,
  type RowPrinter,
  selectorText,
} from "./cell-text.ts";

/** How many items of a list a cell shows. */
const MOST = 3;

function limited(items: readonly string[]): string {
  const shown = items.slice(0, MOST).join(",");
  return items.length > MOST ? `${shown} + ${items.length - MOST} more...` : shown;
}

const service: RowPrinter = (row) => {
  const { spec } = row;
  return [
    nameOf(row),
    text(spec, "type"),
    strings(spec, "clusterIPs")[0] ?? "<none>",
    externalAddress(row),
    joined(children(spec, "ports").map(portText)),
    ageOf(row),
    labelsText(child(spec, "selector")),
  ];
};

function portText(port: JsonObject): string {
  const nodePort = number(port, "nodePort") ?? 0;
  return `${number(port, "port") ?? 0}${nodePort > 0 ? `:${nodePort}` : ""}/${text(port, "protocol")}`;
}

function externalAddress({ spec, status }: RowInput): string {
  const type = text(spec, "type");
  const given = strings(spec, "externalIPs");
  if (type === "ExternalName") return text(spec, "externalName");
  if (type !== "LoadBalancer") return joined(given);
  return joined([...balancerAddresses(status), ...given], "<pending>");
}

/** Where a load balancer is reached, each address once and in order. */
function balancerAddresses(status: JsonObject): readonly string[] {
  const points = children(child(status, "loadBalancer"), "ingress");
  const addresses = points.map((point) => text(point, "ip") || text(point, "hostname"));
  return [...new Set(addresses)].filter((address) => address !== "").sort();
}

const endpoints: RowPrinter = (row) => {
  const subsets = children(row.object, "subsets");
  return [
    nameOf(row),
    subsets.length === 0 ? "<none>" : limited(subsets.flatMap(subsetAddresses)),
    ageOf(row),
  ];
};

function subsetAddresses(subset: JsonObject): readonly string[] {
  const addresses = children(subset, "addresses").map((address) => text(address, "ip"));
  const ports = children(subset, "ports").map((port) => number(port, "port") ?? 0);
  if (ports.length === 0) return addresses;
  return ports.flatMap((port) =>
    addresses.map((address) => (address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`)),
  );
}

const endpointSlice: RowPrinter = (row) => {
  const { object } = row;
  const ports = children(object, "ports").map((port) => String(number(port, "port") ?? text(port, "name")));
  const addresses = children(object, "endpoints").flatMap((endpoint) => strings(endpoint, "addresses"));
  return [
    nameOf(row),
    text(object, "addressType"),
    limited(ports) || "<unset>",
    limited(addresses) || "<unset>",
    ageOf(row),
  ];
};

const ingress: RowPrinter = (row) => {
  const { spec, status } = row;
  const name = spec["ingressClassName"];
  return [
    nameOf(row),
    typeof name === "string" ? name : "<none>",
    hostsText(children(spec, "rules").map((rule) => text(rule, "host"))),
    balancerAddresses(status).join(","),
    list(spec, "tls").length > 0 ? "80, 443" : "80",
    ageOf(row),
  ];
};

/** A rule after the third host is one of the others, whether it has a host or not; so are rules without one before it. */
function hostsText(hosts: readonly string[]): string {
  const shown: string[] = [];
  for (const host of hosts) {
    if (shown.length === MOST) return `${shown.join(",")} + ${hosts.length - MOST} more...`;
    if (host !== "") shown.push(host);
  }
  return joined(shown, "*");
}

const DEFAULT_CLASS = "ingressclass.kubernetes.io/is-default-class";

const ingressClass: RowPrinter = (row) => {
  const parameters = child(row.spec, "parameters");
  const annotations = child(child(row.object, "metadata"), "annotations");
  const isDefault = text(annotations, DEFAULT_CLASS) === "true";
  const group = parameters?.["apiGroup"];
  const kind = `${text(parameters, "kind")}${typeof group === "string" ? `.${group}` : ""}`;
  return [
    `${nameOf(row)}${isDefault ? " (default)" : ""}`,
    text(row.spec, "controller"),
    parameters === undefined ? "<none>" : `${kind}/${text(parameters, "name")}`,
    ageOf(row),
  ];
};

const networkPolicy: RowPrinter = (row) => [
  nameOf(row),
  selectorText(child(row.spec, "podSelector")),
  ageOf(row),
];

const ipAddress: RowPrinter = (row) => {
  const parent = child(row.spec, "parentRef");
  const group = text(parent, "group");
  const resource = `${text(parent, "resource")}${group === "" ? "" : `.${group}`}`.toLowerCase();
  const namespace = text(parent, "namespace");
  const path = [resource, ...(namespace === "" ? [] : [namespace]), text(parent, "name")].join("/");
  return [nameOf(row), parent === undefined ? "<none>" : path, ageOf(row)];
};

const serviceRange: RowPrinter = (row) => [nameOf(row), strings(row.spec, "cidrs").join(","), ageOf(row)];

/** Printers of Services and of what leads to them. */
export const networkCells: Readonly<Record<string, RowPrinter>> = {
  "core.v1.Endpoints": endpoints,
  "core.v1.Service": service,
  "discovery.v1.EndpointSlice": endpointSlice,
  "networking.v1.IPAddress": ipAddress,
  "networking.v1.Ingress": ingress,
  "networking.v1.IngressClass": ingressClass,
  "networking.v1.NetworkPolicy": networkPolicy,
  "networking.v1.ServiceCIDR": serviceRange,
};
