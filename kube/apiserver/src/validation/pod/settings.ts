import { isIP } from "node:net";
import type { JsonObject } from "@weir/core";
import { type FieldError, forbiddenField, invalidField, requiredField, unsupportedField } from "@weir/schema";
import { child, children, list, number, strings, text } from "../../resources/draft-access.ts";
import { dns1123Label, dns1123Subdomain, type NameRule } from "../names.ts";
import { invalidStruct } from "../struct-field.ts";
import { resourceErrors } from "./resources.ts";

const IP = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
const UNDERSCORED = /^_?[a-z0-9](?:[-_a-z0-9]*[a-z0-9])?(?:\._?[a-z0-9](?:[-_a-z0-9]*[a-z0-9])?)*$/;
const UNDERSCORED_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*')";

/** What is wrong with how a Pod resolves names. */
export function dnsErrors(spec: JsonObject, field: string): readonly FieldError[] {
  const config = child(spec, "dnsConfig");
  const servers = strings(config, "nameservers");
  if (text(spec, "dnsPolicy") === "None") {
    if (config === undefined)
      return [requiredField(field, "must provide `dnsConfig` when `dnsPolicy` is None")];
    const detail = "must provide at least one DNS nameserver when `dnsPolicy` is None";
    if (servers.length === 0) return [requiredField(`${field}.nameservers`, detail)];
  }
  const errors: FieldError[] = [];
  if (servers.length > 3)
    errors.push(invalidField(`${field}.nameservers`, [...servers], "must not have more than 3 nameservers"));
  servers.forEach((server, index) => {
    if (isIP(server) === 0) errors.push(invalidField(`${field}.nameservers[${index}]`, server, IP));
  });
  errors.push(...searchErrors(strings(config, "searches"), `${field}.searches`));
  children(config, "options").forEach((option, index) => {
    if (text(option, "name") === "")
      errors.push(requiredField(`${field}.options[${index}]`, "must not be empty"));
  });
  return errors;
}

function searchErrors(searches: readonly string[], field: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (searches.length > 32)
    errors.push(invalidField(field, [...searches], "must not have more than 32 search paths"));
  if (searches.join(" ").length > 2048) {
    const detail = "must not have more than 2048 characters (including spaces) in the search list";
    errors.push(invalidField(field, [...searches], detail));
  }
  searches.forEach((search, index) => {
    const name = search.replace(/\.$/, "");
    if (search !== "." && (name.length > 253 || !UNDERSCORED.test(name)))
      errors.push(invalidField(`${field}[${index}]`, name, UNDERSCORED_RULE));
  });
  return errors;
}

const labelName: readonly (readonly [string, NameRule])[] = [
  ["hostname", dns1123Label],
  ["subdomain", dns1123Label],
];
const accounts: readonly (readonly [string, NameRule])[] = [
  ["serviceAccountName", dns1123Subdomain],
  ["nodeName", dns1123Subdomain],
];

/** What is wrong with the names that a Pod goes by. */
export function hostErrors(spec: JsonObject, field: string): readonly FieldError[] {
  const errors = [...nameErrors(spec, field, accounts)];
  const deadline = number(spec, "activeDeadlineSeconds");
  if (deadline !== undefined && (deadline < 1 || deadline > 2_147_483_647)) {
    const detail = "must be between 1 and 2147483647, inclusive";
    errors.push(invalidField(`${field}.activeDeadlineSeconds`, deadline, detail));
  }
  return [...errors, ...nameErrors(spec, field, labelName)];
}

function nameErrors(
  spec: JsonObject,
  field: string,
  rules: readonly (readonly [string, NameRule])[],
): readonly FieldError[] {
  return rules.flatMap(([name, rule]) => {
    const value = text(spec, name);
    return value === "" ? [] : rule(value, false).map((why) => invalidField(`${field}.${name}`, value, why));
  });
}

/** What is wrong with the hosts that a Pod knows by itself. */
export function aliasErrors(spec: JsonObject, field: string): readonly FieldError[] {
  return children(spec, "hostAliases").flatMap((alias, index) => {
    const at = `${field}.hostAliases[${index}]`;
    const ip = text(alias, "ip");
    return [
      ...(isIP(ip) === 0 ? [invalidField(`${at}.ip`, ip, IP)] : []),
      ...strings(alias, "hostnames").flatMap((name, each) =>
        dns1123Subdomain(name, false).map((why) => invalidField(`${at}.hostnames[${each}]`, name, why)),
      ),
    ];
  });
}

const CLASSES: readonly (readonly [string, NameRule])[] = [
  ["priorityClassName", dns1123Subdomain],
  ["runtimeClassName", dns1123Subdomain],
];

/** What is wrong with the classes of a Pod, what it costs, and the system that it runs on. */
export function classErrors(spec: JsonObject, field: string): readonly FieldError[] {
  const errors = [...nameErrors(spec, field, CLASSES)];
  const preemption = spec["preemptionPolicy"];
  const known = ["PreemptLowerPriority", "Never"];
  if (typeof preemption === "string" && !known.includes(preemption))
    errors.push(unsupportedField(`${field}.preemptionPolicy`, preemption, known));
  const overhead = child(spec, "overhead");
  if (overhead !== undefined) errors.push(...resourceErrors({ limits: overhead }, `${field}.overhead`));
  return [...errors, ...systemErrors(spec, field)];
}

const SYSTEMS = ["linux", "windows"];

function systemErrors(spec: JsonObject, field: string): readonly FieldError[] {
  const os = child(spec, "os");
  if (os === undefined) return [];
  const name = text(os, "name");
  if (name === "") return [requiredField(`${field}.os.name`)];
  if (!SYSTEMS.includes(name)) return [unsupportedField(`${field}.os`, name, SYSTEMS)];
  return name === "linux" ? linuxErrors(spec, field) : windowsErrors(spec, field);
}

function linuxErrors(spec: JsonObject, field: string): readonly FieldError[] {
  return contextsOf(spec, field)
    .filter(([, context]) => child(context, "windowsOptions") !== undefined)
    .map(([at]) => forbiddenField(`${at}.windowsOptions`, "windows options cannot be set for a linux pod"));
}

/** The security contexts of a Pod and of its containers. */
function contextsOf(spec: JsonObject, field: string): readonly (readonly [string, JsonObject])[] {
  const found: (readonly [string, JsonObject])[] = [];
  const add = (owner: JsonObject, at: string): void => {
    const context = child(owner, "securityContext");
    if (context !== undefined) found.push([`${at}.securityContext`, context]);
  };
  add(spec, field);
  for (const name of ["initContainers", "containers"])
    children(spec, name).forEach((container, index) => add(container, `${field}.${name}[${index}]`));
  return found;
}

const POD_ONLY_LINUX = [
  "appArmorProfile",
  "seLinuxOptions",
  "seccompProfile",
  "fsGroup",
  "fsGroupChangePolicy",
  "sysctls",
  "runAsUser",
  "runAsGroup",
  "supplementalGroups",
  "supplementalGroupsPolicy",
];
const CONTAINER_ONLY_LINUX = [
  "appArmorProfile",
  "seLinuxOptions",
  "seccompProfile",
  "capabilities",
  "readOnlyRootFilesystem",
  "privileged",
  "allowPrivilegeEscalation",
  "procMount",
  "runAsUser",
  "runAsGroup",
];

function windowsErrors(spec: JsonObject, field: string): readonly FieldError[] {
  return contextsOf(spec, field).flatMap(([at, context], index) => {
    const isPod = index === 0 && at === `${field}.securityContext`;
    return (isPod ? POD_ONLY_LINUX : CONTAINER_ONLY_LINUX)
      .filter((name) => context[name] !== undefined)
      .map((name) => forbiddenField(`${at}.${name}`, "cannot be set for a windows pod"));
  });
}

/** What is wrong with the claims of a Pod. */
export function claimErrors(spec: JsonObject, field: string): readonly FieldError[] {
  return children(spec, "resourceClaims").flatMap((claim, index) => {
    const at = `${field}[${index}]`;
    const name = text(claim, "name");
    const { resourceClaimName, resourceClaimTemplateName } = claim;
    const given = [resourceClaimName, resourceClaimTemplateName].filter((value) => value !== undefined);
    const shown = {
      Name: name,
      ResourceClaimName: resourceClaimName ?? null,
      ResourceClaimTemplateName: resourceClaimTemplateName ?? null,
    };
    const errors = name === "" ? [requiredField(`${at}.name`)] : [];
    const which = "`resourceClaimName`, `resourceClaimTemplateName`";
    if (given.length === 0) return [...errors, invalidStruct(at, shown, `must specify one of: ${which}`)];
    if (given.length === 1) return errors;
    return [...errors, invalidStruct(at, shown, `at most one of ${which} may be specified`)];
  });
}

/** What is wrong with what a Pod asks for as a whole. */
export function podResourceErrors(spec: JsonObject, field: string): readonly FieldError[] {
  const resources = child(spec, "resources");
  if (resources === undefined) return [];
  const claims =
    list(resources, "claims").length === 0
      ? []
      : [forbiddenField(`${field}.claims`, "claims may not be set for Resources at pod-level")];
  const { claims: _claims, ...amounts } = resources;
  return [...claims, ...resourceErrors(amounts, field)];
}
