import type { JsonObject } from "@weir/core";
import { type FieldError, forbiddenField, invalidField } from "@weir/schema";
import { child, text } from "../../resources/draft-access.ts";
import { descendingErrors } from "./paths.ts";
import { tolerationErrors } from "./scheduling.ts";
import { containersOf } from "./windows.ts";

export const MIRROR = "kubernetes.io/config.mirror";
export const APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/";
const TOLERATIONS = "scheduler.alpha.kubernetes.io/tolerations";
const DELETION_COST = "controller.kubernetes.io/pod-deletion-cost";
const SECCOMP = "seccomp.security.alpha.kubernetes.io/pod";
const CONTAINER_SECCOMP = "container.seccomp.security.alpha.kubernetes.io/";
const LOCAL = "localhost/";

/** What is wrong with annotations that tell a Pod what fields tell it today. */
export function podAnnotationErrors(
  annotations: JsonObject | undefined,
  spec: JsonObject,
  field: string,
): readonly FieldError[] {
  if (annotations === undefined) return [];
  const errors: FieldError[] = [];
  const mirror = annotations[MIRROR];
  if (mirror !== undefined && text(spec, "nodeName") === "") {
    const detail = "must set spec.nodeName if mirror pod annotation is set";
    errors.push(invalidField(`${field}[${MIRROR}]`, mirror, detail));
  }
  errors.push(...writtenTolerations(text(annotations, TOLERATIONS), field));
  const cost = annotations[DELETION_COST];
  if (typeof cost === "string" && !isCost(cost))
    errors.push(invalidField(`${field}[${DELETION_COST}]`, cost, "must be a 32bit integer"));
  errors.push(...seccompErrors(annotations, field));
  for (const [key, profile] of Object.entries(annotations)) {
    if (!key.startsWith(APP_ARMOR)) continue;
    const name = key.slice(APP_ARMOR.length);
    const at = `${field}[${key}]`;
    if (!containersOf(spec, "").some(([, container]) => text(container, "name") === name))
      errors.push(invalidField(at, name, "container not found"));
    if (!isAppArmor(String(profile)))
      errors.push(invalidField(at, profile, `invalid AppArmor profile name: ${JSON.stringify(profile)}`));
  }
  return errors;
}

/** Tolerations as JSON, from before they had a field. */
function writtenTolerations(written: string, field: string): readonly FieldError[] {
  if (written === "") return [];
  let tolerations: unknown;
  try {
    tolerations = JSON.parse(written);
  } catch {
    return [invalidField(field, TOLERATIONS, jsonProblem(written))];
  }
  if (!Array.isArray(tolerations)) {
    const kind = tolerations === null ? "" : jsonKind(tolerations);
    const detail = `json: cannot unmarshal ${kind} into Go value of type []core.Toleration`;
    return kind === "" ? [] : [invalidField(field, TOLERATIONS, detail)];
  }
  return tolerationErrors({ tolerations: tolerations.map(withSmallNames) }, `${field}.${TOLERATIONS}`);
}

function jsonKind(value: unknown): string {
  if (typeof value === "boolean") return "bool";
  return typeof value === "object" ? "object" : typeof value;
}

/** The struct that upstream reads them into names its fields with capitals, and takes any. */
function withSmallNames(toleration: JsonObject): JsonObject {
  const entries = Object.entries(toleration ?? {}).map(([key, value]) => {
    const small = ["key", "operator", "value", "effect"].find((name) => name === key.toLowerCase());
    return [small ?? (key.toLowerCase() === "tolerationseconds" ? "tolerationSeconds" : key), value] as const;
  });
  return Object.fromEntries(entries);
}

function jsonProblem(written: string): string {
  const start = written.trimStart()[0] ?? "";
  return `invalid character ${JSON.stringify(start).replaceAll('"', "'")} looking for beginning of value`;
}

function isCost(cost: string): boolean {
  if (!/^(?:-\d+|0|[1-9]\d*)$/.test(cost)) return false;
  const value = Number(cost);
  return value >= -2_147_483_648 && value <= 2_147_483_647;
}

function seccompErrors(annotations: JsonObject, field: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const own = annotations[SECCOMP];
  if (typeof own === "string") errors.push(...profileErrors(own, `${field}.${SECCOMP}`));
  for (const [key, profile] of Object.entries(annotations))
    if (key.startsWith(CONTAINER_SECCOMP)) errors.push(...profileErrors(String(profile), `${field}.${key}`));
  return errors;
}

const PROFILES = ["runtime/default", "docker/default", "unconfined"];

function profileErrors(profile: string, field: string): readonly FieldError[] {
  if (PROFILES.includes(profile)) return [];
  if (profile.startsWith(LOCAL)) return descendingErrors(profile.slice(LOCAL.length), field);
  return [invalidField(field, profile, "must be a valid seccomp profile")];
}

function isAppArmor(profile: string): boolean {
  return ["", "runtime/default", "unconfined"].includes(profile) || profile.startsWith(LOCAL);
}

/** What the annotations of a new Pod say otherwise than its fields. */
export function profileMatchErrors(
  annotations: JsonObject | undefined,
  spec: JsonObject,
  field: string,
): readonly FieldError[] {
  if (annotations === undefined || Object.keys(annotations).length === 0) return [];
  const context = child(spec, "securityContext");
  const errors: FieldError[] = [];
  const compare = (key: string, profile: JsonObject | undefined, at: string, kind: Kind): void => {
    const said = annotations[key];
    if (profile !== undefined && typeof said === "string")
      errors.push(...matchErrors(said, profile, { at, kind }));
  };
  const containers = containersOf(spec, field);
  compare(SECCOMP, child(context, "seccompProfile"), `${field}.securityContext.seccompProfile`, "seccomp");
  for (const [at, container] of containers) {
    const own = child(child(container, "securityContext"), "seccompProfile");
    const key = `${CONTAINER_SECCOMP}${text(container, "name")}`;
    compare(key, own, `${at}.securityContext.seccompProfile`, "seccomp");
  }
  if (text(child(spec, "os"), "name") === "windows") return errors;
  for (const [at, container] of containers) {
    const own = child(child(container, "securityContext"), "appArmorProfile");
    const key = `${APP_ARMOR}${text(container, "name")}`;
    const profile = own ?? child(context, "appArmorProfile");
    compare(key, profile, `${at}.securityContext.appArmorProfile`, "apparmor");
  }
  return errors;
}

type Kind = "seccomp" | "apparmor";

function matchErrors(
  said: string,
  profile: JsonObject,
  { at, kind }: { readonly at: string; readonly kind: Kind },
): readonly FieldError[] {
  const differs = (what: string, place: string): readonly FieldError[] => [
    forbiddenField(`${at}.${place}`, `${kind} ${what} in annotation and field must match`),
  ];
  switch (text(profile, "type")) {
    case "Unconfined":
      return said === "unconfined" ? [] : differs("type", "type");
    case "RuntimeDefault": {
      const isDefault = said === "runtime/default" || (kind === "seccomp" && said === "docker/default");
      return isDefault ? [] : differs("type", "type");
    }
    case "Localhost":
      if (!said.startsWith(LOCAL)) return differs("type", "type");
      return said.slice(LOCAL.length) === profile["localhostProfile"]
        ? []
        : differs("profile", "localhostProfile");
    default:
      return [];
  }
}

/** The profile that an annotation tells, where it tells one. */
export function appArmorProfileOf(annotation: string): JsonObject | undefined {
  if (annotation === "unconfined") return { type: "Unconfined" };
  if (annotation === "runtime/default") return { type: "RuntimeDefault" };
  const path = annotation.startsWith(LOCAL) ? annotation.slice(LOCAL.length) : "";
  return path === "" ? undefined : { type: "Localhost", localhostProfile: path };
}
