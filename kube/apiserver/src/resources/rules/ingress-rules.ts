import type { JsonObject } from "@weir/core";
import { type FieldError, invalidField, requiredField, unsupportedField } from "@weir/schema";
import { parseIp } from "../../validation/ip-address.ts";
import { dns1123Label, dns1123Subdomain, pathSegmentName } from "../../validation/names.ts";
import { portNameErrors } from "../../validation/pod/ports.ts";
import type { KindRules } from "../builtin-strategy.ts";
import { child, children, list, number, strings, text } from "../draft-access.ts";
import { balancerStatusErrors, balancerStatusWarnings } from "./balancer-status-errors.ts";

const WILDCARD =
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const wildcard = /^\*\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
const WILDCARD_MAX = 253;
const CLASS = "kubernetes.io/ingress.class";

/** An Ingress leads somewhere. */
export const ingressRules: KindRules = {
  updateChecks: ["changes", "whole", "update"],
  validate: (ingress) => [...specErrors(ingress, undefined), ...classErrors(ingress)],
  validateUpdate: (ingress, old) => specErrors(ingress, old),
  validateStatus: (ingress, old) => balancerStatusErrors(ingress, old),
  statusWarnings: balancerStatusWarnings,
  warnings(ingress, old) {
    const isNamed = typeof child(ingress, "spec")?.["ingressClassName"] === "string";
    if (old !== undefined || isNamed || classOf(ingress) === undefined) return [];
    return [`annotation "${CLASS}" is deprecated, please use 'spec.ingressClassName' instead`];
  },
};

/** The class that an annotation names. */
function classOf(ingress: JsonObject): string | undefined {
  const annotations = child(child(ingress, "metadata"), "annotations") ?? {};
  return Object.hasOwn(annotations, CLASS) ? text(annotations, CLASS) : undefined;
}

function classErrors(ingress: JsonObject): readonly FieldError[] {
  const annotated = classOf(ingress);
  const named = child(ingress, "spec")?.["ingressClassName"];
  if (annotated === undefined || typeof named !== "string" || named === annotated) return [];
  const detail = "must match `ingressClassName` when both are specified";
  return [invalidField(`annotations.${CLASS}`, annotated, detail)];
}

function specErrors(ingress: JsonObject, old: JsonObject | undefined): readonly FieldError[] {
  const spec = child(ingress, "spec") ?? {};
  const rules = children(spec, "rules");
  const backend = child(spec, "defaultBackend");
  const isEmpty = rules.length === 0 && backend === undefined;
  const shown = spec["rules"] ?? null;
  const before = old === undefined ? undefined : (child(old, "spec") ?? {});
  const takesWildcards = before !== undefined && hasWrongWildcardRule(before);
  const name = spec["ingressClassName"];
  return [
    ...(isEmpty ? [invalidField("spec", shown, "either `defaultBackend` or `rules` must be specified")] : []),
    ...(backend === undefined ? [] : backendErrors(backend, "spec.defaultBackend")),
    ...rules.flatMap((rule, index) => ruleErrors(rule, `spec.rules[${index}]`, takesWildcards)),
    ...tlsErrors(spec, before !== undefined && hasWrongSecret(before)),
    ...(typeof name === "string"
      ? dns1123Subdomain(name, false).map((why) => invalidField("spec.ingressClassName", name, why))
      : []),
  ];
}

/** What older servers took of a rule with a wildcard may stay wrong. */
function hasWrongWildcardRule(spec: JsonObject): boolean {
  return children(spec, "rules").some(
    (rule) => text(rule, "host").includes("*") && pathListErrors(rule, "").length > 0,
  );
}

function ruleErrors(rule: JsonObject, field: string, takesWildcards: boolean): readonly FieldError[] {
  const host = text(rule, "host");
  const errors: FieldError[] = [];
  if (parseIp(host) !== undefined)
    errors.push(invalidField(`${field}.host`, host, "must be a DNS name, not an IP address"));
  if (host !== "") errors.push(...hostErrors(host, `${field}.host`));
  if (takesWildcards && host.includes("*")) return errors;
  return [...errors, ...pathListErrors(rule, field)];
}

function hostErrors(host: string, field: string): readonly FieldError[] {
  if (!host.includes("*")) return dns1123Subdomain(host, false).map((why) => invalidField(field, host, why));
  return [
    ...(host.length > WILDCARD_MAX
      ? [invalidField(field, host, `must be no more than ${WILDCARD_MAX} characters`)]
      : []),
    ...(wildcard.test(host) ? [] : [invalidField(field, host, WILDCARD)]),
  ];
}

function pathListErrors(rule: JsonObject, field: string): readonly FieldError[] {
  const http = child(rule, "http");
  if (http === undefined) return [];
  const paths = children(http, "paths");
  if (paths.length === 0) return [requiredField(`${field}.http.paths`)];
  return paths.flatMap((path, index) => pathErrors(path, `${field}.http.paths[${index}]`));
}

const PATH_TYPES = ["Exact", "ImplementationSpecific", "Prefix"];

function pathErrors(path: JsonObject, field: string): readonly FieldError[] {
  const type = path["pathType"];
  // Without a type nothing more is looked at.
  if (typeof type !== "string") return [requiredField(`${field}.pathType`, "pathType must be specified")];
  return [
    ...pathTextErrors(text(path, "path"), type, field),
    ...backendErrors(child(path, "backend") ?? {}, `${field}.backend`),
  ];
}

const WRONG_PARTS = ["//", "/./", "/../", "%2f", "%2F"];
const WRONG_ENDS = ["/..", "/."];

function pathTextErrors(path: string, type: string, field: string): readonly FieldError[] {
  const at = `${field}.path`;
  const isAbsolute = path.startsWith("/");
  const notAbsolute = isAbsolute ? [] : [invalidField(at, path, "must be an absolute path")];
  if (type === "ImplementationSpecific") return path === "" ? [] : notAbsolute;
  if (!PATH_TYPES.includes(type)) return [unsupportedField(`${field}.pathType`, type, PATH_TYPES)];
  return [
    ...notAbsolute,
    ...WRONG_PARTS.filter((part) => path.includes(part)).map((part) =>
      invalidField(at, path, `must not contain '${part}'`),
    ),
    ...WRONG_ENDS.filter((end) => path.endsWith(end)).map((end) =>
      invalidField(at, path, `cannot end with '${end}'`),
    ),
  ];
}

/** A backend is a port of a Service, or some other object. */
function backendErrors(backend: JsonObject, field: string): readonly FieldError[] {
  const service = child(backend, "service");
  const resource = child(backend, "resource");
  if (resource !== undefined) {
    if (service === undefined) return referenceErrors(resource, `${field}.resource`);
    return [invalidField(field, "", "cannot set both resource and service backends")];
  }
  if (service === undefined) return [invalidField(field, "", "resource or service backend is required")];
  const name = text(service, "name");
  const at = `${field}.service.name`;
  return [
    ...(name === ""
      ? [requiredField(at)]
      : dns1123Label(name, false).map((why) => invalidField(at, name, why))),
    ...portErrors(child(service, "port") ?? {}, field),
  ];
}

function portErrors(port: JsonObject, field: string): readonly FieldError[] {
  const name = text(port, "name");
  const value = number(port, "number") ?? 0;
  if (name !== "" && value !== 0) return [invalidField(field, "", "cannot set both port name & port number")];
  if (name !== "")
    return portNameErrors(name).map((why) => invalidField(`${field}.service.port.name`, name, why));
  if (value === 0) return [requiredField(field, "port name or number is required")];
  if (value >= 1 && value <= 65_535) return [];
  return [invalidField(`${field}.service.port.number`, value, "must be between 1 and 65535, inclusive")];
}

/** What is wrong with an object that is named by group, kind and name. */
export function referenceErrors(reference: JsonObject, field: string): readonly FieldError[] {
  const group = reference["apiGroup"];
  const groupErrors =
    typeof group === "string"
      ? dns1123Subdomain(group, false).map((why) => invalidField(`${field}.apiGroup`, group, why))
      : [];
  return [
    ...groupErrors,
    ...segmentErrors(reference, field, "kind"),
    ...segmentErrors(reference, field, "name"),
  ];
}

/** What is wrong with a part of a reference that has to be there and to fit into a path. */
export function segmentErrors(reference: JsonObject, field: string, key: string): readonly FieldError[] {
  const value = text(reference, key);
  const at = `${field}.${key}`;
  if (value === "") return [requiredField(at)];
  return pathSegmentName(value, false).map((why) => invalidField(at, value, why));
}

function tlsErrors(spec: JsonObject, takesSecrets: boolean): readonly FieldError[] {
  if (list(spec, "tls").length === 0) return [];
  return children(spec, "tls").flatMap((entry, index) => {
    const at = `spec.tls[${index}]`;
    return [
      ...strings(entry, "hosts").flatMap((host, each) => hostErrors(host, `${at}.hosts[${each}]`)),
      ...(takesSecrets ? [] : secretErrors(text(entry, "secretName"), `${at}.secretName`)),
    ];
  });
}

function hasWrongSecret(spec: JsonObject): boolean {
  return children(spec, "tls").some((entry) => secretErrors(text(entry, "secretName"), "").length > 0);
}

function secretErrors(name: string, field: string): readonly FieldError[] {
  return name === "" ? [] : dns1123Subdomain(name, false).map((why) => invalidField(field, name, why));
}
