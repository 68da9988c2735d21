import type { JsonObject } from "@weir/core";
import { duplicateField, type FieldError, invalidField, requiredField, unsupportedField } from "@weir/schema";
import { compileConditions } from "../../policies/compile-policy.ts";
import { dns1035Label, dns1123Subdomain } from "../../validation/names.ts";
import type { KindRules } from "../builtin-strategy.ts";
import { child, children, number, strings, text } from "../draft-access.ts";
import { matchConditionErrors, matchPolicyErrors, matchSelectorErrors, ruleErrors } from "./match-rules.ts";

const FAILURE_POLICIES = ["Fail", "Ignore"];
const SIDE_EFFECTS = ["None", "NoneOnDryRun"];
const REINVOCATIONS = ["IfNeeded", "Never"];
const REVIEW_VERSIONS = ["v1", "v1beta1"];
const LONGEST_TIMEOUT = 30;

/** Admission webhooks: who is asked of what. */
export const webhookConfigurationRules: KindRules = {
  validate: configurationErrors,
  updateChecks: ["whole", "object"],
};

function configurationErrors(object: JsonObject): readonly FieldError[] {
  const names = new Set<string>();
  return children(object, "webhooks").flatMap((hook, index) => {
    const at = `webhooks[${index}]`;
    const name = text(hook, "name");
    const isTwice = name !== "" && names.has(name);
    names.add(name);
    return [
      ...hookErrors(hook, at),
      ...reviewVersionErrors(strings(hook, "admissionReviewVersions"), `${at}.admissionReviewVersions`),
      ...(isTwice ? [duplicateField(`${at}.name`, name)] : []),
    ];
  });
}

function hookErrors(hook: JsonObject, at: string): readonly FieldError[] {
  const timeout = number(hook, "timeoutSeconds");
  const isTimely = timeout === undefined || (timeout >= 1 && timeout <= LONGEST_TIMEOUT);
  return [
    ...nameErrors(text(hook, "name"), `${at}.name`),
    ...children(hook, "rules").flatMap((rule, index) => ruleErrors(rule, `${at}.rules[${index}]`)),
    ...oneOf(hook, "failurePolicy", FAILURE_POLICIES, at),
    ...matchPolicyErrors(hook, at),
    ...sideEffectErrors(hook, at),
    ...(isTimely
      ? []
      : [
          invalidField(`${at}.timeoutSeconds`, timeout, "the timeout value must be between 1 and 30 seconds"),
        ]),
    ...matchSelectorErrors(hook, at),
    ...oneOf(hook, "reinvocationPolicy", REINVOCATIONS, at),
    ...clientErrors(child(hook, "clientConfig") ?? {}, `${at}.clientConfig`),
    ...matchConditionErrors(hook, compileConditions(hook, false), `${at}.matchConditions`),
  ];
}

function nameErrors(name: string, path: string): readonly FieldError[] {
  if (name === "") return [requiredField(path)];
  const problems = dns1123Subdomain(name, false);
  if (problems.length > 0) return [invalidField(path, name, problems.join(","))];
  if (name.split(".").length >= 3) return [];
  const detail = "should be a domain with at least three segments separated by dots";
  return [invalidField(path, name, detail)];
}

// oxlint-disable-next-line max-params -- a field and its choices
function oneOf(
  parent: JsonObject,
  field: string,
  choices: readonly string[],
  at: string,
): readonly FieldError[] {
  const value = parent[field];
  return typeof value !== "string" || choices.includes(value)
    ? []
    : [unsupportedField(`${at}.${field}`, value, choices)];
}

function sideEffectErrors(hook: JsonObject, at: string): readonly FieldError[] {
  if (typeof hook["sideEffects"] === "string") return oneOf(hook, "sideEffects", SIDE_EFFECTS, at);
  return [requiredField(`${at}.sideEffects`, `must specify one of ${SIDE_EFFECTS.join(", ")}`)];
}

function reviewVersionErrors(versions: readonly string[], path: string): readonly FieldError[] {
  if (versions.length === 0)
    return [requiredField(path, `must specify one of ${REVIEW_VERSIONS.join(", ")}`)];
  const errors = versions.flatMap((version, index) => {
    const at = `${path}[${index}]`;
    if (versions.indexOf(version) < index) return [invalidField(at, version, "duplicate version")];
    return dns1035Label(version, false).map((detail) => invalidField(at, version, detail));
  });
  if (!versions.some((version) => REVIEW_VERSIONS.includes(version))) {
    const detail = `must include at least one of ${REVIEW_VERSIONS.join(", ")}`;
    errors.push(invalidField(path, versions, detail));
  }
  return errors;
}

function clientErrors(client: JsonObject, path: string): readonly FieldError[] {
  const service = child(client, "service");
  const url = client["url"];
  if ((typeof url === "string") === (service !== undefined))
    return [requiredField(path, "exactly one of url or service is required")];
  if (service !== undefined) return serviceErrors(service, `${path}.service`);
  return urlErrors(String(url), `${path}.url`);
}

function serviceErrors(service: JsonObject, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const field of ["name", "namespace"])
    if (text(service, field) === "") errors.push(requiredField(`${path}.${field}`));
  const port = number(service, "port") ?? 0;
  if (port < 1 || port > 65_535) {
    const detail = "port is not valid: must be between 1 and 65535, inclusive";
    errors.push(invalidField(`${path}.port`, port, detail));
  }
  return [...errors, ...pathErrors(text(service, "path"), `${path}.path`)];
}

/** A path is absolute, of segments that are names; it may end with a slash. */
function pathErrors(path: string, at: string): readonly FieldError[] {
  if (path === "" || path === "/") return [];
  if (path === "//") return [invalidField(at, path, "segment[0] may not be empty")];
  const errors: FieldError[] = [];
  if (!path.startsWith("/")) errors.push(invalidField(at, path, "must start with a '/'"));
  const inner = path.endsWith("/") ? path.slice(1, -1) : path.slice(1);
  inner.split("/").forEach((segment, index) => {
    if (segment === "") errors.push(invalidField(at, path, `segment[${index}] may not be empty`));
    else
      errors.push(
        ...dns1123Subdomain(segment, false).map((detail) =>
          invalidField(at, path, `segment[${index}]: ${detail}`),
        ),
      );
  });
  return errors;
}

const FORM = "; desired format: https://host[/path]";

function urlErrors(url: string, path: string): readonly FieldError[] {
  if (url.startsWith(":")) {
    const detail = `url must be a valid URL: parse ${JSON.stringify(url)}: missing protocol scheme${FORM}`;
    return [requiredField(path, detail)];
  }
  const [, scheme = "", user, host = "", query, fragment] =
    /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/(?:([^@/?#]*)@)?([^/?#]*))?[^?#]*(?:\?([^#]*))?(?:#(.*))?$/s.exec(
      url,
    ) ?? [];
  const errors: FieldError[] = [];
  if (scheme.toLowerCase() !== "https")
    errors.push(invalidField(path, scheme.toLowerCase(), `'https' is the only allowed URL scheme${FORM}`));
  if (host === "") errors.push(invalidField(path, host, `host must be specified${FORM}`));
  if (user !== undefined)
    errors.push(invalidField(path, user, "user information is not permitted in the URL"));
  if (fragment) errors.push(invalidField(path, fragment, "fragments are not permitted in the URL"));
  if (query) errors.push(invalidField(path, query, "query parameters are not permitted in the URL"));
  return errors;
}
