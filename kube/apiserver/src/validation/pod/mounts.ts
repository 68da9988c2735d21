import type { JsonObject, JsonValue } from "@weir/core";
import { type FieldError, forbiddenField, invalidField, requiredField, unsupportedField } from "@weir/schema";
import { child, children, text } from "../../resources/draft-access.ts";
import { notFoundField } from "../not-found-field.ts";
import { descendingErrors } from "./paths.ts";

/** What is wrong with what a container mounts, and with the devices that it takes. */
export function mountErrors(
  container: JsonObject,
  field: string,
  volumes: ReadonlyMap<string, JsonObject>,
): readonly FieldError[] {
  const paths = new Set<string>();
  const devices = new Map(
    children(container, "volumeDevices").map((device) => [text(device, "name"), text(device, "devicePath")]),
  );
  const mounts = children(container, "volumeMounts").flatMap((mount, index) => {
    const list = `${field}.volumeMounts`;
    const at = `${list}[${index}]`;
    const name = text(mount, "name");
    const path = text(mount, "mountPath");
    const errors = [
      ...(name === "" ? [requiredField(`${at}.name`)] : []),
      ...(volumes.has(name) ? [] : [notFoundField(`${at}.name`, name)]),
      ...(path === "" ? [requiredField(`${at}.mountPath`)] : []),
    ];
    if (paths.has(path)) errors.push(invalidField(`${at}.mountPath`, path, "must be unique"));
    paths.add(path);
    if (devices.has(name))
      errors.push(invalidField(`${at}.name`, name, "must not already exist in volumeDevices"));
    if (devices.size > 0 && [...devices.values()].includes(path))
      errors.push(invalidField(`${at}.mountPath`, path, "must not already exist as a path in volumeDevices"));
    return [...errors, ...wayErrors(mount, at, list), ...propagationErrors(mount, list, container)];
  });
  return [...mounts, ...deviceErrors(container, `${field}.volumeDevices`, volumes)];
}

/** Upstream names the list and not the mount. */
function wayErrors(mount: JsonObject, at: string, list: string): readonly FieldError[] {
  const path = text(mount, "subPath");
  const expression = text(mount, "subPathExpr");
  const errors = path === "" ? [] : [...descendingErrors(path, `${list}.subPath`)];
  if (expression === "") return errors;
  if (path !== "")
    errors.push(
      invalidField(`${at}.subPathExpr`, expression, "subPathExpr and subPath are mutually exclusive"),
    );
  return [...errors, ...descendingErrors(expression, `${list}.subPathExpr`)];
}

const PROPAGATIONS = ["Bidirectional", "HostToContainer", "None"];
const RECURSIONS = ["Disabled", "Enabled", "IfPossible"];

function propagationErrors(mount: JsonObject, list: string, container: JsonObject): readonly FieldError[] {
  const errors: FieldError[] = [];
  const propagation = mount["mountPropagation"];
  if (typeof propagation === "string" && !PROPAGATIONS.includes(propagation))
    errors.push(unsupportedField(`${list}.mountPropagation`, propagation, PROPAGATIONS));
  if (propagation === "Bidirectional" && child(container, "securityContext")?.["privileged"] !== true) {
    const detail = "Bidirectional mount propagation is available only to privileged containers";
    errors.push(forbiddenField(`${list}.mountPropagation`, detail));
  }
  return [...errors, ...recursionErrors(mount, propagation, `${list}.recursiveReadOnly`)];
}

function recursionErrors(
  mount: JsonObject,
  propagation: JsonValue | undefined,
  field: string,
): readonly FieldError[] {
  const recursion = mount["recursiveReadOnly"];
  if (typeof recursion !== "string" || recursion === "Disabled") return [];
  if (!RECURSIONS.includes(recursion)) return [unsupportedField(field, recursion, RECURSIONS)];
  const errors: FieldError[] = [];
  if (mount["readOnly"] !== true)
    errors.push(forbiddenField(field, "may only be specified when readOnly is true"));
  if (typeof propagation === "string" && propagation !== "None")
    errors.push(
      forbiddenField(field, "may only be specified when mountPropagation is None or not specified"),
    );
  return errors;
}

function deviceErrors(
  container: JsonObject,
  field: string,
  volumes: ReadonlyMap<string, JsonObject>,
): readonly FieldError[] {
  const names = new Set<string>();
  const paths = new Set<string>();
  const mounts = children(container, "volumeMounts");
  const mounted = new Map(mounts.map((mount) => [text(mount, "name"), text(mount, "mountPath")]));
  return children(container, "volumeDevices").flatMap((device, index) => {
    const at = `${field}[${index}]`;
    const name = text(device, "name");
    const path = text(device, "devicePath");
    const errors: FieldError[] = [];
    if (name === "") errors.push(requiredField(`${at}.name`));
    if (names.has(name)) errors.push(invalidField(`${at}.name`, name, "must be unique"));
    errors.push(...deviceVolumeErrors(volumes.get(name), name, `${at}.name`));
    if (path === "") errors.push(requiredField(`${at}.devicePath`));
    if (paths.has(path)) errors.push(invalidField(`${at}.devicePath`, path, "must be unique"));
    if (path.split("/").includes(".."))
      errors.push(invalidField(`${at}.devicePath`, path, "can not contain backsteps ('..')"));
    else paths.add(path);
    if (mounted.has(name))
      errors.push(invalidField(`${at}.name`, name, "must not already exist in volumeMounts"));
    if ([...mounted.values()].includes(path))
      errors.push(invalidField(`${at}.devicePath`, path, "must not already exist as a path in volumeMounts"));
    if (name !== "") names.add(name);
    return errors;
  });
}

function deviceVolumeErrors(
  volume: JsonObject | undefined,
  name: string,
  field: string,
): readonly FieldError[] {
  if (volume === undefined) return [notFoundField(field, name)];
  if (child(volume, "persistentVolumeClaim") !== undefined || child(volume, "ephemeral") !== undefined)
    return [];
  const detail = "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode";
  return [invalidField(field, name, detail)];
}
