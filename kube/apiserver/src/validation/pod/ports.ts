import type { JsonObject, JsonValue } from "@weir/core";
import { duplicateField, type FieldError, invalidField, requiredField, unsupportedField } from "@weir/schema";
import { children, number, text } from "../../resources/draft-access.ts";

const RANGE = "must be between 1 and 65535, inclusive";
const PROTOCOLS = ["SCTP", "TCP", "UDP"];

/** What is wrong with a container's ports. */
export function portErrors(container: JsonObject, field: string): readonly FieldError[] {
  const seen = new Set<string>();
  return children(container, "ports").flatMap((port, index) => {
    const at = `${field}[${index}]`;
    const name = text(port, "name");
    const errors =
      name === "" ? [] : portNameErrors(name).map((why) => invalidField(`${at}.name`, name, why));
    if (name !== "" && errors.length === 0) {
      if (seen.has(name)) errors.push(duplicateField(`${at}.name`, name));
      seen.add(name);
    }
    return [...errors, ...portNumberErrors(port, at)];
  });
}

/** A port of the node is one container's. */
export function hostPortErrors(containers: readonly JsonObject[], field: string): readonly FieldError[] {
  const seen = new Set<string>();
  return containers.flatMap((container, index) =>
    children(container, "ports").flatMap((port, at) => {
      const host = number(port, "hostPort") ?? 0;
      if (host === 0) return [];
      const key = `${text(port, "protocol")}/${text(port, "hostIP")}/${host}`;
      const isTaken = seen.has(key);
      seen.add(key);
      return isTaken ? [duplicateField(`${field}[${index}].ports[${at}].hostPort`, key)] : [];
    }),
  );
}

/** On the node's own network a container's port is the node's. */
export function nodeNetworkErrors(spec: JsonObject, field: string, isPod: boolean): readonly FieldError[] {
  if (spec["hostNetwork"] !== true) return [];
  return children(spec, "containers").flatMap((container, index) =>
    children(container, "ports").flatMap((port, at) => {
      const host = number(port, "hostPort") ?? 0;
      if ((host === 0 && !isPod) || host === (number(port, "containerPort") ?? 0)) return [];
      const detail = "must match `containerPort` when `hostNetwork` is true";
      return [invalidField(`${field}.containers[${index}].ports[${at}].hostPort`, host, detail)];
    }),
  );
}

function portNumberErrors(port: JsonObject, field: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const value = number(port, "containerPort") ?? 0;
  if (value === 0) errors.push(requiredField(`${field}.containerPort`));
  else if (isOutside(value)) errors.push(invalidField(`${field}.containerPort`, value, RANGE));
  const host = number(port, "hostPort") ?? 0;
  if (host !== 0 && isOutside(host)) errors.push(invalidField(`${field}.hostPort`, host, RANGE));
  const protocol = text(port, "protocol");
  if (protocol === "") errors.push(requiredField(`${field}.protocol`));
  else if (!PROTOCOLS.includes(protocol))
    errors.push(unsupportedField(`${field}.protocol`, protocol, PROTOCOLS));
  return errors;
}

function isOutside(value: number): boolean {
  return value < 1 || value > 65_535;
}

/** What is wrong with a port that is told by its number or its name. */
export function portOrNameErrors(port: JsonValue | undefined, field: string): readonly FieldError[] {
  if (typeof port === "string") return portNameErrors(port).map((why) => invalidField(field, port, why));
  const value = typeof port === "number" ? port : 0;
  return isOutside(value) ? [invalidField(field, value, RANGE)] : [];
}

/** What is wrong with the name of a port. */
export function portNameErrors(name: string): readonly string[] {
  const errors: string[] = [];
  if (name.length > 15) errors.push("must be no more than 15 characters");
  if (!/^[-a-z0-9]+$/.test(name))
    errors.push("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
  if (!/[a-z]/.test(name)) errors.push("must contain at least one letter (a-z)");
  if (name.includes("--")) errors.push("must not contain consecutive hyphens");
  if (name.startsWith("-") || name.endsWith("-")) errors.push("must not begin or end with a hyphen");
  return errors;
}
