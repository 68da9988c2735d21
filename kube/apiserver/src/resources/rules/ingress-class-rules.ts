import type { JsonObject } from "@weir/core";
import {
  type FieldError,
  forbiddenField,
  invalidField,
  requiredField,
  tooLongField,
  unsupportedField,
} from "@weir/schema";
import { dns1123Label, dns1123Subdomain } from "../../validation/names.ts";
import type { KindRules } from "../builtin-strategy.ts";
import { child, text } from "../draft-access.ts";
import { referenceErrors } from "./ingress-rules.ts";

/** Who serves Ingresses of a class, for good. */
export const ingressClassRules: KindRules = {
  updateChecks: ["changes", "update", "whole", "object"],
  validate: classErrors,
  validateUpdate(object, old) {
    const value = text(child(object, "spec"), "controller");
    if (value === text(child(old, "spec"), "controller")) return [];
    return [invalidField("spec.controller", value, "field is immutable")];
  },
};

const MAX_CONTROLLER = 250;

function classErrors(object: JsonObject): readonly FieldError[] {
  const spec = child(object, "spec") ?? {};
  const controller = text(spec, "controller");
  const parameters = child(spec, "parameters");
  const at = "spec.controller";
  return [
    ...(Buffer.byteLength(controller) > MAX_CONTROLLER ? [tooLongField(at, MAX_CONTROLLER)] : []),
    ...prefixedPathErrors(controller, at),
    ...(parameters === undefined ? [] : parameterErrors(parameters, "spec.parameters")),
  ];
}

const PATH = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
const path = new RegExp(`^${PATH}$`);

/** What is wrong with a path below a domain, such as `example.com/controller`. */
function prefixedPathErrors(value: string, field: string): readonly FieldError[] {
  if (value === "") return [requiredField(field)];
  const slash = value.indexOf("/");
  const [host, rest] = [value.slice(0, slash), value.slice(slash + 1)];
  if (slash <= 0 || rest === "")
    return [invalidField(field, value, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  return [
    ...dns1123Subdomain(host, false).map((why) => invalidField(field, host, why)),
    ...(path.test(rest)
      ? []
      : [invalidField(field, rest, `Invalid path (regex used for validation is '${PATH}')`)]),
  ];
}

const SCOPES = ["Cluster", "Namespace"];

function parameterErrors(parameters: JsonObject, field: string): readonly FieldError[] {
  return [...referenceErrors(parameters, field), ...scopeErrors(parameters, field)];
}

function scopeErrors(parameters: JsonObject, field: string): readonly FieldError[] {
  const { scope, namespace } = parameters;
  const at = `${field}.namespace`;
  const isNamed = typeof namespace === "string";
  if (typeof scope !== "string") return [requiredField(`${field}.scope`)];
  if (!SCOPES.includes(scope)) return [unsupportedField(`${field}.scope`, scope, SCOPES)];
  if (scope === "Cluster")
    return isNamed ? [forbiddenField(at, "`parameters.scope` is set to 'Cluster'")] : [];
  if (!isNamed) return [requiredField(at, "`parameters.scope` is set to 'Namespace'")];
  return dns1123Label(namespace, false).map((why) => invalidField(at, namespace, why));
}
