import type { JsonObject, JsonValue } from "@weir/core";
import {
  duplicateField,
  type FieldError,
  forbiddenField,
  invalidField,
  requiredField,
  unsupportedField,
} from "@weir/schema";
import { dns1123Label, qualifiedNameErrors } from "../../validation/names.ts";
import { portOrNameErrors } from "../../validation/pod/ports.ts";
import { duplicateStruct } from "../../validation/struct-field.ts";
import { children, number, text } from "../draft-access.ts";

const PROTOCOLS = ["SCTP", "TCP", "UDP"];

/** What is wrong with each port of a Service. */
export function servicePortErrors(spec: JsonObject): readonly FieldError[] {
  const ports = children(spec, "ports");
  const names = new Set<string>();
  return ports.flatMap((port, index) => {
    const at = `spec.ports[${index}]`;
    const name = text(port, "name");
    const isTaken = names.has(name);
    names.add(name);
    if (name === "")
      return [...(ports.length > 1 ? [requiredField(`${at}.name`)] : []), ...portErrors(port, at)];
    return [
      ...dns1123Label(name, false).map((why) => invalidField(`${at}.name`, name, why)),
      ...(isTaken ? [duplicateField(`${at}.name`, name)] : []),
      ...portErrors(port, at),
    ];
  });
}

function portErrors(port: JsonObject, at: string): readonly FieldError[] {
  const protocol = text(port, "protocol");
  const application = port["appProtocol"];
  return [
    ...numberErrors(number(port, "port") ?? 0, `${at}.port`),
    ...(PROTOCOLS.includes(protocol) ? [] : [unsupportedField(`${at}.protocol`, protocol, PROTOCOLS)]),
    ...portOrNameErrors(port["targetPort"] ?? 0, `${at}.targetPort`),
    ...(typeof application === "string"
      ? qualifiedNameErrors(application).map((why) => invalidField(`${at}.appProtocol`, application, why))
      : []),
  ];
}

function numberErrors(value: number, at: string): readonly FieldError[] {
  if (value >= 1 && value <= 65_535) return [];
  return [invalidField(at, value, "must be between 1 and 65535, inclusive")];
}

/** What is wrong with the ports of a Service beside each other. */
export function portClashErrors(spec: JsonObject): readonly FieldError[] {
  const ports = children(spec, "ports");
  const isInside = text(spec, "type") === "ClusterIP";
  const inside = ports.flatMap((port, index) =>
    isInside && (number(port, "nodePort") ?? 0) !== 0
      ? [forbiddenField(`spec.ports[${index}].nodePort`, "may not be used when `type` is 'ClusterIP'")]
      : [],
  );
  const onNodes = repeated(ports, "nodePort").map((index) =>
    duplicateField(`spec.ports[${index}].nodePort`, ports[index]?.["nodePort"] ?? 0),
  );
  const own = repeated(ports, "port").map((index) =>
    duplicateStruct(`spec.ports[${index}]`, goPort(ports[index] ?? {})),
  );
  return [...inside, ...onNodes, ...own];
}

/** The places of ports that have protocol and number of an earlier one. */
export function repeated(ports: readonly JsonObject[], field: "port" | "nodePort"): readonly number[] {
  const seen = new Set<string>();
  return ports.flatMap((port, index) => {
    const value = number(port, field) ?? 0;
    if (field === "nodePort" && value === 0) return [];
    const key = `${text(port, "protocol")}/${value}`;
    const isTaken = seen.has(key);
    seen.add(key);
    return isTaken ? [index] : [];
  });
}

/** A port as the message about a repeated one prints it. */
function goPort(port: JsonObject): JsonValue {
  return {
    Name: "",
    Protocol: text(port, "protocol"),
    AppProtocol: null,
    Port: port["port"] ?? 0,
    TargetPort: 0,
    NodePort: 0,
  };
}
