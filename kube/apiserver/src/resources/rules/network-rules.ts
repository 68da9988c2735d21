import type { JsonObject } from "@weir/core";
import { type FieldError, invalidField, requiredField, unsupportedField } from "@weir/schema";
import { dns1123Subdomain } from "../../validation/names.ts";
import type { KindRules } from "../builtin-strategy.ts";
import { child, children, text } from "../draft-access.ts";

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
  if (rules.length === 0 && child(spec, "defaultBackend") === undefined) {
    return [invalidField("spec", null, "either `defaultBackend` or `rules` must be specified")];
  }
  return rules.flatMap((rule, index) => [
    ...hostErrors(text(rule, "host"), `spec.rules[${index}].host`),
    ...children(child(rule, "http"), "paths").flatMap((path, at) =>
      pathErrors(path, `spec.rules[${index}].http.paths[${at}]`),
    ),
  ]);
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
