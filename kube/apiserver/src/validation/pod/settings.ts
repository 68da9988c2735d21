import type { JsonObject } from "@weir/core";
import {
  duplicateField,
  type FieldError,
  forbiddenField,
  invalidField,
  requiredField,
  tooLongField,
  unsupportedField,
} from "@weir/schema";
import { child, children, integer, strings, text } from "../../resources/draft-access.ts";
import { dns1123Label, dns1123Subdomain, type NameRule } from "../names.ts";
import { invalidGoStruct } from "../go-struct.ts";
import { ipErrors } from "../ip-errors.ts";
import { resourceErrors } from "./resources.ts";
import { systemErrors } from "./windows.ts";

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
    errors.push(...ipErrors(`${field}.nameservers[${index}]`, server));
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
    if (search === ".") return;
    const at = `${field}[${index}]`;
    if (name.length > 253) errors.push(invalidField(at, name, "must be no more than 253 characters"));
    if (!UNDERSCORED.test(name)) errors.push(invalidField(at, name, UNDERSCORED_RULE));
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
  const errors = [...overrideErrors(spec, `${field}.hostnameOverride`), ...nameErrors(spec, field, accounts)];
  const deadline = integer(spec, "activeDeadlineSeconds");
  if (deadline !== undefined && (deadline < 1 || deadline > 2_147_483_647)) {
    const detail = "must be between 1 and 2147483647, inclusive";
    errors.push(invalidField(`${field}.activeDeadlineSeconds`, deadline, detail));
  }
  return [...errors, ...nameErrors(spec, field, labelName)];
}

const MAX_HOSTNAME = 64;

function overrideErrors(spec: JsonObject, field: string): readonly FieldError[] {
  const name = spec["hostnameOverride"];
  if (typeof name !== "string") return [];
  const errors: FieldError[] = [];
  if (spec["setHostnameAsFQDN"] === true)
    errors.push(forbiddenField(field, "may not be specified when setHostnameAsFQDN is true"));
  if (spec["hostNetwork"] === true)
    errors.push(forbiddenField(field, "may not be specified when hostNetwork is true"));
  if (name.length > MAX_HOSTNAME) errors.push(tooLongField(field, MAX_HOSTNAME));
  for (const why of dns1123Subdomain(name, false)) errors.push(invalidField(field, name, why));
  return errors;
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
      ...ipErrors(`${at}.ip`, ip),
      ...strings(alias, "hostnames").flatMap((name, each) =>
        dns1123Subdomain(name, false).map((why) => invalidField(`${at}.hostnames[${each}]`, name, why)),
      ),
    ];
  });
}

const CLASSES: readonly (readonly [string, NameRule])[] = [["priorityClassName", dns1123Subdomain]];
const PREEMPTIONS = ["PreemptLowerPriority", "Never"];
const NO_CLAIMS: ReadonlySet<string> = new Set();

/** What is wrong with the classes of a Pod, what it costs, and the system that it runs on. */
export function classErrors(spec: JsonObject, field: string): readonly FieldError[] {
  const errors = [...nameErrors(spec, field, CLASSES)];
  const { runtimeClassName: runtime, preemptionPolicy: preemption } = spec;
  if (typeof runtime === "string")
    for (const why of dns1123Subdomain(runtime, false))
      errors.push(invalidField(`${field}.runtimeClassName`, runtime, why));
  const at = `${field}.preemptionPolicy`;
  if (preemption === "") errors.push(requiredField(at));
  else if (typeof preemption === "string" && !PREEMPTIONS.includes(preemption))
    errors.push(unsupportedField(at, preemption, PREEMPTIONS));
  const overhead = child(spec, "overhead");
  if (overhead !== undefined) {
    const whole = { owner: "container", claims: NO_CLAIMS } as const;
    errors.push(...resourceErrors({ limits: overhead }, `${field}.overhead`, whole));
  }
  return [...errors, ...systemErrors(spec, field)];
}

const MIRROR = "kubernetes.io/config.mirror";
const KEYS = ["resourceClaimName", "resourceClaimTemplateName"];

/** What is wrong with the claims of a Pod. */
export function claimErrors(
  spec: JsonObject,
  field: string,
  metadata: JsonObject | undefined,
): readonly FieldError[] {
  const seen = new Set<string>();
  const isMirror = child(metadata, "annotations")?.[MIRROR] !== undefined;
  return children(spec, "resourceClaims").flatMap((claim, index) => {
    if (isMirror) return [forbiddenField("[]", "static pods do not support resource claims")];
    const at = `${field}[${index}]`;
    const name = text(claim, "name");
    const errors: FieldError[] = [];
    if (name === "") errors.push(requiredField(`${at}.name`));
    else if (seen.has(name)) errors.push(duplicateField(`${at}.name`, name));
    else errors.push(...dns1123Label(name, false).map((why) => invalidField(`${at}.name`, name, why)));
    if (name !== "") seen.add(name);
    return [...errors, ...claimSourceErrors(claim, at)];
  });
}

function claimSourceErrors(claim: JsonObject, at: string): readonly FieldError[] {
  const given = KEYS.filter((key) => typeof claim[key] === "string");
  const shown = { type: "PodResourceClaim", value: claim };
  const errors: FieldError[] = [];
  if (given.length === 2) {
    const detail = "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified";
    errors.push(invalidGoStruct(at, shown, detail));
  }
  if (given.length === 0) {
    const detail = "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`";
    errors.push(invalidGoStruct(at, shown, detail));
  }
  for (const key of given)
    for (const why of dns1123Subdomain(text(claim, key), false))
      errors.push(invalidField(`${at}.${key}`, text(claim, key), why));
  return errors;
}
