import type { JsonObject, JsonValue } from "@weir/core";
import {
  duplicateField,
  type FieldError,
  forbiddenField,
  invalidField,
  requiredField,
  unsupportedField,
} from "@weir/schema";
import { child, children, list, number, strings, text } from "../../resources/draft-access.ts";
import { dns1123Subdomain } from "../names.ts";
import { invalidStruct } from "../struct-field.ts";
import { descendingErrors } from "./paths.ts";

const ID = "must be between 0 and 2147483647, inclusive";
const PROFILES = ["Localhost", "RuntimeDefault", "Unconfined"];
const MOUNTS = ["Default", "Unmasked"];

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
  errors.push(...windowsErrors(context, `${field}.windowsOptions`));
  return [...errors, ...appArmorErrors(context, `${field}.appArmorProfile`)];
}

function idErrors(context: JsonObject, field: string, names: readonly string[]): readonly FieldError[] {
  return names.flatMap((name) => {
    const id = number(context, name);
    return id === undefined || isId(id) ? [] : [invalidField(`${field}.${name}`, id, ID)];
  });
}

function isId(id: number): boolean {
  return id >= 0 && id <= 2_147_483_647;
}

function escalationErrors(context: JsonObject, field: string): readonly FieldError[] {
  if (context["allowPrivilegeEscalation"] !== false) return [];
  const refuse = (what: string): FieldError =>
    invalidStruct(
      field,
      shownContext(context),
      `cannot set \`allowPrivilegeEscalation\` to false and ${what}`,
    );
  return [
    ...(context["privileged"] === true ? [refuse("`privileged` to true")] : []),
    ...strings(child(context, "capabilities"), "add")
      .filter((name) => name === "CAP_SYS_ADMIN")
      .map(() => refuse("`capabilities.Add` CAP_SYS_ADMIN")),
  ];
}

/** A context as Go prints the struct. */
function shownContext(context: JsonObject): JsonObject {
  const struct = (name: string, fields: readonly (readonly [string, string])[]): JsonValue => {
    const value = child(context, name);
    if (value === undefined) return null;
    return Object.fromEntries(fields.map(([shown, key]) => [shown, value[key] ?? null]));
  };
  const options = struct("seLinuxOptions", [
    ["User", "user"],
    ["Role", "role"],
    ["Type", "type"],
    ["Level", "level"],
  ]);
  const profile = [
    ["Type", "type"],
    ["LocalhostProfile", "localhostProfile"],
  ] as const;
  return {
    Capabilities: struct("capabilities", [
      ["Add", "add"],
      ["Drop", "drop"],
    ]),
    Privileged: context["privileged"] ?? null,
    SELinuxOptions: options,
    WindowsOptions: struct("windowsOptions", [
      ["GMSACredentialSpecName", "gmsaCredentialSpecName"],
      ["GMSACredentialSpec", "gmsaCredentialSpec"],
      ["RunAsUserName", "runAsUserName"],
      ["HostProcess", "hostProcess"],
    ]),
    RunAsUser: context["runAsUser"] ?? null,
    RunAsGroup: context["runAsGroup"] ?? null,
    RunAsNonRoot: context["runAsNonRoot"] ?? null,
    ReadOnlyRootFilesystem: context["readOnlyRootFilesystem"] ?? null,
    AllowPrivilegeEscalation: context["allowPrivilegeEscalation"] ?? null,
    ProcMount: context["procMount"] ?? null,
    SeccompProfile: struct("seccompProfile", profile),
    AppArmorProfile: struct("appArmorProfile", profile),
  };
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
  const shown = { Type: type, LocalhostProfile: path };
  return [...errors, invalidStruct(at, shown, "can only be set when seccomp type is Localhost")];
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
  return path.trim() === path ? [] : [invalidField(at, path, "must not be padded with whitespace")];
}

function windowsErrors(context: JsonObject, field: string): readonly FieldError[] {
  const name = child(context, "windowsOptions")?.["gmsaCredentialSpecName"];
  if (typeof name !== "string") return [];
  return dns1123Subdomain(name, false).map((why) =>
    invalidField(`${field}.gmsaCredentialSpecName`, name, why),
  );
}

const SYSCTL = /^(?:[a-z0-9](?:[-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9](?:[-_a-z0-9]*[a-z0-9])?$/;
const SYSCTL_RULE =
  "must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$";

/** What a policy of the Pod's context may be, in upstream's order. */
const before = { fsGroupChangePolicy: ["Always", "OnRootMismatch"] };
const after = { supplementalGroupsPolicy: ["Merge", "Strict"], seLinuxChangePolicy: ["Recursive"] };

/** What is wrong with what all of a Pod may do; some of it stands beside its security context. */
export function podSecurityErrors(spec: JsonObject, field: string): readonly FieldError[] {
  const context = child(spec, "securityContext") ?? {};
  const errors = [...idErrors(context, field, ["fsGroup", "runAsUser", "runAsGroup"])];
  list(context, "supplementalGroups").forEach((id, index) => {
    if (typeof id === "number" && !isId(id))
      errors.push(invalidField(`${field}.supplementalGroups[${index}]`, id, ID));
  });
  if (spec["shareProcessNamespace"] === true && spec["hostPID"] === true) {
    const detail = "ShareProcessNamespace and HostPID cannot both be enabled";
    errors.push(invalidField(`${field}.shareProcessNamespace`, true, detail));
  }
  errors.push(...sysctlErrors(context, `${field}.sysctls`), ...policyErrors(context, field, before));
  errors.push(...seccompErrors(context, `${field}.seccompProfile`));
  errors.push(...windowsErrors(context, `${field}.windowsOptions`));
  errors.push(...appArmorErrors(context, `${field}.appArmorProfile`));
  return [...errors, ...policyErrors(context, field, after)];
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

function sysctlErrors(context: JsonObject, field: string): readonly FieldError[] {
  const seen = new Set<string>();
  return children(context, "sysctls").flatMap((setting, index) => {
    const at = `${field}[${index}].name`;
    const name = text(setting, "name");
    const isTaken = seen.has(name);
    seen.add(name);
    if (name === "") return [requiredField(at)];
    if (name.length > 253 || !SYSCTL.test(name)) return [invalidField(at, name, SYSCTL_RULE)];
    return isTaken ? [duplicateField(at, name)] : [];
  });
}

/** A Pod with users of its own has nothing of the node's. */
export function hostUserErrors(spec: JsonObject, field: string): readonly FieldError[] {
  if (spec["hostUsers"] !== false) return [];
  const shared = { hostNetwork: "hostNetwork", hostPID: "HostPID", hostIPC: "HostIPC" };
  const errors = Object.entries(shared)
    .filter(([name]) => spec[name] === true)
    .map(([, shown]) => forbiddenField(`${field}.${shown}`, "when `hostUsers` is false"));
  for (const name of ["initContainers", "containers"]) {
    children(spec, name).forEach((container, index) => {
      if (list(container, "volumeDevices").length === 0) return;
      errors.push(forbiddenField(`${field}.${name}[${index}].volumeDevices`, "when `hostUsers` is false"));
    });
  }
  return errors;
}
