import type { JsonObject } from "@weir/core";
import { type FieldError, forbiddenField, invalidField, requiredField, unsupportedField } from "@weir/schema";
import { child, children, list, text } from "../../resources/draft-access.ts";
import { dns1123Subdomain } from "../names.ts";

const MAX_SPEC = 64 * 1024;
const MAX_DOMAIN = 256;
const MAX_USER = 104;
const NET_BIOS = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/;
const DOMAIN_LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?";
const DOMAIN = new RegExp(`^${DOMAIN_LABEL}(?:\\.${DOMAIN_LABEL})*$`);

/** What is wrong with what a container, or all of a Pod, is told of Windows. */
export function windowsOptionErrors(context: JsonObject, field: string): readonly FieldError[] {
  const options = child(context, "windowsOptions");
  if (options === undefined) return [];
  const { gmsaCredentialSpecName: name, gmsaCredentialSpec: spec, runAsUserName: user } = options;
  const errors: FieldError[] = [];
  if (typeof name === "string")
    for (const why of dns1123Subdomain(name, false))
      errors.push(invalidField(`${field}.gmsaCredentialSpecName`, name, why));
  if (typeof spec === "string") {
    const at = `${field}.gmsaCredentialSpec`;
    if (spec === "") errors.push(invalidField(at, spec, "gmsaCredentialSpec cannot be an empty string"));
    else if (Buffer.byteLength(spec) > MAX_SPEC)
      errors.push(invalidField(at, spec, "gmsaCredentialSpec size must be under 64 KiB"));
  }
  if (typeof user === "string")
    for (const why of userProblems(user)) errors.push(invalidField(`${field}.runAsUserName`, user, why));
  return errors;
}

function userProblems(name: string): readonly string[] {
  if (name === "") return ["runAsUserName cannot be an empty string"];
  if (/\p{Cc}/u.test(name)) return ["runAsUserName cannot contain control characters"];
  const parts = name.split("\\");
  if (parts.length > 2) return ["runAsUserName cannot contain more than one backslash"];
  const user = parts.at(-1) ?? "";
  const problems = parts.length === 2 ? domainProblems(parts[0] ?? "") : [];
  if (user === "") problems.push("runAsUserName's User cannot be empty");
  else if (Buffer.byteLength(user) > MAX_USER)
    problems.push("runAsUserName's User length must not be longer than 104 characters");
  if (/^[. ]+$/.test(user)) problems.push("runAsUserName's User cannot contain only periods or spaces");
  if (/["/\\:;|=,+*?<>@[\]]/.test(user))
    problems.push(`runAsUserName's User cannot contain the following characters: "/\\:;|=,+*?<>@[]`);
  return problems;
}

function domainProblems(domain: string): string[] {
  const problems: string[] = [];
  if (Buffer.byteLength(domain) >= MAX_DOMAIN)
    problems.push("runAsUserName's Domain length must be under 256 characters");
  if (!NET_BIOS.test(domain) && !DOMAIN.test(domain))
    problems.push("runAsUserName's Domain doesn't match the NetBios nor the DNS format");
  return problems;
}

/** Who runs as the node does runs so with all of its Pod, and on the node's network. */
export function hostProcessErrors(spec: JsonObject, field: string): readonly FieldError[] {
  const ofPod = hostProcess(spec);
  const errors: FieldError[] = [];
  let [count, hosts] = [0, 0];
  for (const [at, container] of containersOf(spec, field)) {
    const own = hostProcess(container);
    count += 1;
    if (ofPod !== undefined && own !== undefined && ofPod !== own) {
      const detail = `pod hostProcess value must be identical if both are specified, was ${ofPod}`;
      errors.push(invalidField(`${at}.securityContext.windowsOptions.hostProcess`, own, detail));
    }
    if (own ?? ofPod ?? false) hosts += 1;
  }
  if (hosts === 0) return errors;
  if (hosts !== count) {
    const detail =
      "If pod contains any hostProcess containers then all containers must be HostProcess containers";
    errors.push(invalidField(field, "", detail));
  }
  if (spec["hostNetwork"] === true) return errors;
  const detail = "hostNetwork must be true if pod contains any hostProcess containers";
  return [...errors, invalidField(`${field}.hostNetwork`, false, detail)];
}

function hostProcess(owner: JsonObject): boolean | undefined {
  const value = child(child(owner, "securityContext"), "windowsOptions")?.["hostProcess"];
  return typeof value === "boolean" ? value : undefined;
}

/** All containers of a Pod with their places, in the order in which upstream visits them. */
export function containersOf(
  spec: JsonObject,
  field: string,
): readonly (readonly [at: string, container: JsonObject])[] {
  return ["initContainers", "containers", "ephemeralContainers"].flatMap((name) =>
    children(spec, name).map((container, index) => [`${field}.${name}[${index}]`, container] as const),
  );
}

const LINUX = "windows options cannot be set for a linux pod";
const WINDOWS = "cannot be set for a windows pod";

/** Of Windows a Pod for Linux says nothing. */
function linuxPodErrors(spec: JsonObject, field: string): readonly FieldError[] {
  return [[field, spec] as const, ...containersOf(spec, field)]
    .filter(([, owner]) => child(child(owner, "securityContext"), "windowsOptions") !== undefined)
    .map(([at]) => forbiddenField(`${at}.securityContext.windowsOptions`, LINUX));
}

/** What only Linux has: fields of a Pod's context, and of its spec that upstream keeps there; a list may be empty. */
const OF_PODS: readonly (readonly [name: string, place: "context" | "spec" | "switch" | "list"])[] = [
  ["appArmorProfile", "context"],
  ["seLinuxOptions", "context"],
  ["hostUsers", "spec"],
  ["hostPID", "switch"],
  ["hostIPC", "switch"],
  ["seccompProfile", "context"],
  ["fsGroup", "context"],
  ["fsGroupChangePolicy", "context"],
  ["sysctls", "list"],
  ["shareProcessNamespace", "spec"],
  ["runAsUser", "context"],
  ["runAsGroup", "context"],
  ["supplementalGroups", "context"],
  ["supplementalGroupsPolicy", "context"],
  ["seLinuxChangePolicy", "context"],
];
const OF_CONTAINERS = [
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

/** Of Linux a Pod for Windows says nothing. */
function windowsPodErrors(spec: JsonObject, field: string): readonly FieldError[] {
  const context = child(spec, "securityContext") ?? {};
  const errors: FieldError[] = [];
  for (const [name, place] of OF_PODS) {
    if (!isSaid(place === "context" || place === "list" ? context : spec, name, place)) continue;
    const isOwn = place === "spec" || place === "switch";
    errors.push(forbiddenField(`${field}.${isOwn ? "" : "securityContext."}${name}`, WINDOWS));
  }
  for (const [at, container] of containersOf(spec, field)) {
    const own = child(container, "securityContext") ?? {};
    for (const name of OF_CONTAINERS)
      if (isSaid(own, name, "context")) errors.push(forbiddenField(`${at}.securityContext.${name}`, WINDOWS));
  }
  return errors;
}

function isSaid(owner: JsonObject, name: string, place: (typeof OF_PODS)[number][1]): boolean {
  if (place === "switch") return owner[name] === true;
  if (place === "list") return list(owner, name).length > 0;
  return owner[name] !== undefined && owner[name] !== null;
}

const SYSTEMS = ["linux", "windows"];

/** What is wrong with the system that a Pod is for. */
export function systemErrors(spec: JsonObject, field: string): readonly FieldError[] {
  const system = child(spec, "os");
  if (system === undefined) return [];
  const name = text(system, "name");
  if (name === "") return [requiredField(`${field}.os.name`)];
  if (!SYSTEMS.includes(name)) return [unsupportedField(`${field}.os`, name, SYSTEMS)];
  return name === "linux" ? linuxPodErrors(spec, field) : windowsPodErrors(spec, field);
}
