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
import { child, children, integer, list, strings, text } from "../../resources/draft-access.ts";
import { invalidGoStruct } from "../go-struct.ts";
import type { PodOptions } from "./pod-options.ts";
import { descendingErrors } from "./paths.ts";
import { windowsOptionErrors } from "./windows.ts";

const ID = "must be between 0 and 2147483647, inclusive";
const PROFILES = ["Localhost", "RuntimeDefault", "Unconfined"];
const MOUNTS = ["Default", "Unmasked"];
/** The longest path of a system, without its end. */
const MAX_PATH = 4095;

/** What is wrong with what a container may do. */
export function securityErrors(
  container: JsonObject,
  field: string,
  hostUsers: boolean,
): readonly FieldError[] {
  const context = child(container, "securityContext");
  if (context === undefined) return [];
  const errors = [...idErrors(context, field, ["runAsUser", "runAsGroup"])];
  const mount = context["procMount"];
  if (typeof mount === "string") {
    if (!MOUNTS.includes(mount)) errors.push(unsupportedField(`${field}.procMount`, mount, MOUNTS));
    const detail = "`hostUsers` must be false to use `Unmasked`";
    if (hostUsers && mount === "Unmasked") errors.push(invalidField(`${field}.procMount`, mount, detail));
  }
  errors.push(...seccompErrors(context, `${field}.seccompProfile`), ...escalationErrors(context, field));
  errors.push(...windowsOptionErrors(context, `${field}.windowsOptions`));
  return [...errors, ...appArmorErrors(context, `${field}.appArmorProfile`)];
}

function idErrors(context: JsonObject, field: string, names: readonly string[]): readonly FieldError[] {
  return names.flatMap((name) => {
    const id = integer(context, name);
    return id === undefined || isId(id) ? [] : [invalidField(`${field}.${name}`, id, ID)];
  });
}

function isId(id: number | bigint): boolean {
  return id >= 0 && id <= 2_147_483_647;
}

function escalationErrors(context: JsonObject, field: string): readonly FieldError[] {
  if (context["allowPrivilegeEscalation"] !== false) return [];
  const refuse = (what: string): FieldError =>
    invalidGoStruct(
      field,
      { type: "SecurityContext", value: context },
      `cannot set \`allowPrivilegeEscalation\` to false and ${what}`,
    );
  return [
    ...(context["privileged"] === true ? [refuse("`privileged` to true")] : []),
    ...strings(child(context, "capabilities"), "add")
      .filter((name) => name === "CAP_SYS_ADMIN")
      .map(() => refuse("`capabilities.Add` CAP_SYS_ADMIN")),
  ];
}

function seccompErrors(context: JsonObject, field: string): readonly FieldError[] {
  const profile = child(context, "seccompProfile");
  if (profile === undefined) return [];
  const type = text(profile, "type");
  const path = profile["localhostProfile"];
  const errors: FieldError[] = [];
  if (type === "") errors.push(requiredField(`${field}.type`, "type is required when seccompProfile is set"));
  else if (!PROFILES.includes(type)) errors.push(unsupportedField(`${field}.type`, type, PROFILES));
  const at = `${field}.localhostProfile`;
  if (type === "Localhost") {
    if (typeof path === "string") return [...errors, ...descendingErrors(path, at)];
    return [...errors, requiredField(at, "must be set when seccomp type is Localhost")];
  }
  if (path === undefined) return errors;
  const shown = { type: "SeccompProfile", value: profile };
  return [...errors, invalidGoStruct(at, shown, "can only be set when seccomp type is Localhost")];
}

function appArmorErrors(context: JsonObject, field: string): readonly FieldError[] {
  const profile = child(context, "appArmorProfile");
  if (profile === undefined) return [];
  const type = text(profile, "type");
  const path = profile["localhostProfile"];
  const at = `${field}.localhostProfile`;
  if (type === "") return [requiredField(`${field}.type`, "type is required when appArmorProfile is set")];
  if (!PROFILES.includes(type)) return [unsupportedField(`${field}.type`, type, PROFILES)];
  if (type !== "Localhost")
    return path === undefined
      ? []
      : [invalidField(at, path, "can only be set when AppArmor type is Localhost")];
  if (typeof path !== "string" || path === "")
    return [requiredField(at, "must be set when AppArmor type is Localhost")];
  const errors = path.trim() === path ? [] : [invalidField(at, path, "must not be padded with whitespace")];
  return Buffer.byteLength(path) > MAX_PATH ? [...errors, tooLongField(at, MAX_PATH)] : errors;
}

const SYSCTL = /^(?:[a-z0-9](?:[-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9](?:[-_a-z0-9]*[a-z0-9])?$/;
const SYSCTL_RULE =
  "must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$";

/** What a policy of the Pod's context may be, in upstream's order. */
const before = { fsGroupChangePolicy: ["Always", "OnRootMismatch"] };
const after = { supplementalGroupsPolicy: ["Merge", "Strict"], seLinuxChangePolicy: ["Recursive"] };
const afterMounts = { ...after, seLinuxChangePolicy: ["MountOption", "Recursive"] };

/** What is wrong with what all of a Pod may do; some of it stands beside its security context. */
export function podSecurityErrors(
  spec: JsonObject,
  field: string,
  { mayMountLabels }: PodOptions,
): readonly FieldError[] {
  const context = child(spec, "securityContext") ?? {};
  const errors = [...idErrors(context, field, ["fsGroup", "runAsUser", "runAsGroup"])];
  list(context, "supplementalGroups").forEach((id, index) => {
    if ((typeof id === "number" || typeof id === "bigint") && !isId(id))
      errors.push(invalidField(`${field}.supplementalGroups[${index}]`, id, ID));
  });
  if (spec["shareProcessNamespace"] === true && spec["hostPID"] === true) {
    const detail = "ShareProcessNamespace and HostPID cannot both be enabled";
    errors.push(invalidField(`${field}.shareProcessNamespace`, true, detail));
  }
  errors.push(...sysctlErrors(spec, context, `${field}.sysctls`), ...policyErrors(context, field, before));
  errors.push(...seccompErrors(context, `${field}.seccompProfile`));
  errors.push(...windowsOptionErrors(context, `${field}.windowsOptions`));
  errors.push(...appArmorErrors(context, `${field}.appArmorProfile`));
  return [...errors, ...policyErrors(context, field, mayMountLabels ? afterMounts : after)];
}

function policyErrors(
  context: JsonObject,
  field: string,
  policies: Readonly<Record<string, readonly string[]>>,
): readonly FieldError[] {
  return Object.entries(policies).flatMap(([name, known]) => {
    const value = context[name];
    if (typeof value !== "string" || known.includes(value)) return [];
    return [unsupportedField(`${field}.${name}`, value, known)];
  });
}

function sysctlErrors(spec: JsonObject, context: JsonObject, field: string): readonly FieldError[] {
  const seen = new Set<string>();
  return children(context, "sysctls").flatMap((setting, index) => {
    const at = `${field}[${index}].name`;
    const name = text(setting, "name");
    const isTaken = seen.has(name);
    seen.add(name);
    const shared = sharedSettingErrors(spec, name, at);
    if (name === "") return [requiredField(at), ...shared];
    if (name.length > 253 || !SYSCTL.test(name)) return [invalidField(at, name, SYSCTL_RULE), ...shared];
    return isTaken ? [duplicateField(at, name), ...shared] : shared;
  });
}

/** A setting of what the Pod shares with its node is the node's. */
function sharedSettingErrors(spec: JsonObject, name: string, at: string): readonly FieldError[] {
  const dotted = dottedSetting(name);
  if (spec["hostNetwork"] === true && dotted.startsWith("net."))
    return [invalidField(at, name, "may not be specified when 'hostNetwork' is true")];
  const isMessaging =
    /^kernel\.(?:sem|shm(?:all|max|mni|_rmid_forced)?|msg(?:max|mnb|mni)?)$|^fs\.mqueue\./.test(dotted);
  if (spec["hostIPC"] === true && isMessaging)
    return [invalidField(at, name, "may not be specified when 'hostIPC' is true")];
  return [];
}

/** Where a slash comes before any dot, slashes divide and dots belong to names. */
function dottedSetting(name: string): string {
  const first = /[./]/.exec(name)?.[0];
  if (first !== "/") return name;
  return name.replace(/[./]/g, (mark) => (mark === "/" ? "." : "/"));
}

/** A Pod with users of its own has nothing of the node's. */
export function hostUserErrors(spec: JsonObject, field: string): readonly FieldError[] {
  if (spec["hostUsers"] !== false) return [];
  const shared = { hostNetwork: "hostNetwork", hostPID: "HostPID", hostIPC: "HostIPC" };
  const errors = Object.entries(shared)
    .filter(([name]) => spec[name] === true)
    .map(([, shown]) => forbiddenField(`${field}.${shown}`, "when `hostUsers` is false"));
  for (const name of ["initContainers", "containers", "ephemeralContainers"]) {
    children(spec, name).forEach((container, index) => {
      if (list(container, "volumeDevices").length === 0) return;
      errors.push(forbiddenField(`${field}.${name}[${index}].volumeDevices`, "when `hostUsers` is false"));
    });
  }
  return errors;
}
