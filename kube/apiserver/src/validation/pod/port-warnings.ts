import type { JsonObject } from "@weir/core";
import { children, number, text } from "../../resources/draft-access.ts";
import { containersOf } from "./windows.ts";

interface Port {
  readonly field: string;
  readonly name: string;
  readonly key: string;
  readonly hostIP: string;
  readonly hostPort: number;
}

/** What a client should hear of the ports of a Pod. */
export function portWarnings(spec: JsonObject, field: string): readonly string[] {
  const said: string[] = [];
  const ports: Port[] = [];
  for (const [place, container] of containersOf(spec, field)) {
    children(container, "ports").forEach((each, index) => {
      const port = readPort(each, `${place}.ports[${index}]`);
      if (port.hostIP !== "" && port.hostPort === 0) said.push(strayAddress(each, port));
      for (const other of ports) said.push(...(port.key === other.key ? shared(port, other) : []));
      ports.push(port);
    });
  }
  return [...said, ...sharedNames(ports)];
}

function readPort(port: JsonObject, field: string): Port {
  return {
    field,
    name: text(port, "name"),
    key: `${number(port, "containerPort") ?? 0}/${text(port, "protocol")}`,
    hostIP: text(port, "hostIP"),
    hostPort: number(port, "hostPort") ?? 0,
  };
}

/** The port as Go prints it. */
function strayAddress(port: JsonObject, { field, name, hostIP }: Port): string {
  const shown = `{Name:${name} HostPort:0 ContainerPort:${number(port, "containerPort") ?? 0} Protocol:${text(port, "protocol")} HostIP:${hostIP}}`;
  return `${field}: hostIP set without hostPort: ${shown}`;
}

function shared(port: Port, other: Port): readonly string[] {
  if (port.hostIP === other.hostIP && port.hostPort === other.hostPort)
    return [`${port.field}: duplicate port definition with ${other.field}`];
  if (port.hostPort === 0 || other.hostPort === 0)
    return [`${port.field}: overlapping port definition with ${other.field}`];
  const isOpen = (port.hostIP === "") !== (other.hostIP === "");
  if (port.hostPort !== other.hostPort || !isOpen) return [];
  return [`${port.field}: dangerously ambiguous port definition with ${other.field}`];
}

function sharedNames(ports: readonly Port[]): readonly string[] {
  const seen = new Map<string, string>();
  return ports.flatMap(({ name, field }) => {
    const other = name === "" ? undefined : seen.get(name);
    if (name !== "" && other === undefined) seen.set(name, field);
    if (other === undefined) return [];
    return [
      `${field}: duplicate port name ${JSON.stringify(name)} with ${other}, services and probes that select ports by name will use ${other}`,
    ];
  });
}
