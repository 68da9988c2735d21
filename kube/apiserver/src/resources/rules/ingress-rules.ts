import type { JsonObject } from "@weir/core";
import { type FieldError, invalidField, requiredField, unsupportedField } from "@weir/schema";
import { dns1123Subdomain } from "../../validation/names.ts";
import type { KindRules } from "../builtin-strategy.ts";
import { child, children, number, text } from "../draft-access.ts";

const WILDCARD =
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const wildcard = /^\*\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
const PATH_TYPES = ["Exact", "ImplementationSpecific", "Prefix"];

/** An Ingress leads somewhere. */
export const ingressRules: KindRules = {
  validate: ingressErrors,
  validateUpdate: ingressErrors,
  warnings(ingress, old) {
    const annotations = child(child(ingress, "metadata"), "annotations") ?? {};
    const isNamed = typeof child(ingress, "spec")?.["ingressClassName"] === "string";
    if (old !== undefined || isNamed || !Object.hasOwn(annotations, CLASS)) return [];
    return [`annotation "${CLASS}" is deprecated, please use 'spec.ingressClassName' instead`];
  },
};

const CLASS = "kubernetes.io/ingress.class";

function ingressErrors(object: JsonObject): readonly FieldError[] {
  const spec = child(object, "spec") ?? {};
  const rules = children(spec, "rules");
  const backend = child(spec, "defaultBackend");
  if (rules.length === 0 && backend === undefined) {
    const shown = spec["rules"] ?? null;
    return [invalidField("spec", shown, "either `defaultBackend` or `rules` must be specified")];
  }
  return [
    ...(backend === undefined ? [] : backendErrors(backend, "spec.defaultBackend")),
    ...rules.flatMap((rule, index) => ruleErrors(rule, `spec.rules[${index}]`)),
  ];
}

function ruleErrors(rule: JsonObject, field: string): readonly FieldError[] {
  const http = child(rule, "http");
  const paths = children(http, "paths");
  return [
    ...hostErrors(text(rule, "host"), `${field}.host`),
    ...(http !== undefined && paths.length === 0 ? [requiredField(`${field}.http.paths`)] : []),
    ...paths.flatMap((path, at) => [
      ...pathErrors(path, `${field}.http.paths[${at}]`),
      // Without a type nothing more is looked at.
      ...(text(path, "pathType") === ""
        ? []
        : backendErrors(child(path, "backend") ?? {}, `${field}.http.paths[${at}].backend`)),
    ]),
  ];
}

/** A backend is a port of a Service, or some other object. */
function backendErrors(backend: JsonObject, field: string): readonly FieldError[] {
  const service = child(backend, "service");
  const hasResource = child(backend, "resource") !== undefined;
  if (hasResource && service !== undefined)
    return [invalidField(field, "", "cannot set both resource and service backends")];
  if (hasResource) return [];
  if (service === undefined) return [invalidField(field, "", "resource or service backend is required")];
  const errors: FieldError[] = text(service, "name") === "" ? [requiredField(`${field}.service.name`)] : [];
  const port = child(service, "port");
  const hasName = text(port, "name") !== "";
  const hasNumber = (number(port, "number") ?? 0) !== 0;
  if (hasName && hasNumber) errors.push(invalidField(field, "", "cannot set both port name & port number"));
  if (!hasName && !hasNumber) errors.push(requiredField(field, "port name or number is required"));
  return errors;
}

function hostErrors(host: string, field: string): readonly FieldError[] {
  if (host === "") return [];
  if (host.includes("*")) return wildcard.test(host) ? [] : [invalidField(field, host, WILDCARD)];
  return dns1123Subdomain(host, false).map((message) => invalidField(field, host, message));
}

function pathErrors(path: JsonObject, field: string): readonly FieldError[] {
  const type = text(path, "pathType");
  const value = text(path, "path");
  if (type === "") return [requiredField(`${field}.pathType`, "pathType must be specified")];
  if (!PATH_TYPES.includes(type)) return [unsupportedField(`${field}.pathType`, type, PATH_TYPES)];
  if (value.startsWith("/") || (value === "" && type === "ImplementationSpecific")) return [];
  return [invalidField(`${field}.path`, value, "must be an absolute path")];
}
