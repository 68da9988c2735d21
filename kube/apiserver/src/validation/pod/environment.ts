import type { JsonObject } from "@weir/core";
import { type FieldError, invalidField, requiredField } from "@weir/schema";
import { child, children, text } from "../../resources/draft-access.ts";
import { configKeyErrors, dns1123Label, dns1123Subdomain } from "../names.ts";
import { notFoundField } from "../not-found-field.ts";
import { environmentFields, fieldRefErrors, resourceRefErrors } from "./downward.ts";
import { upwardErrors } from "./paths.ts";

const NAME =
  "a valid environment variable name must consist only of printable ASCII characters other than '='";

/** What is wrong with a container's variables, and with where it takes more of them from. */
export function environmentErrors(container: JsonObject, field: string): readonly FieldError[] {
  return [...variableErrors(container, `${field}.env`), ...sourceListErrors(container, `${field}.envFrom`)];
}

function isVariableName(name: string): boolean {
  return /^[ -<>-~]+$/.test(name);
}

function variableErrors(container: JsonObject, field: string): readonly FieldError[] {
  return children(container, "env").flatMap((variable, index) => {
    const at = `${field}[${index}]`;
    const errors: FieldError[] = [];
    const name = text(variable, "name");
    if (name === "") errors.push(requiredField(`${at}.name`));
    else if (!isVariableName(name)) errors.push(invalidField(`${at}.name`, name, NAME));
    const from = child(variable, "valueFrom");
    if (from !== undefined) errors.push(...sourceErrors(variable, from, `${at}.valueFrom`));
    return errors;
  });
}

const SOURCES = ["fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"];

function sourceErrors(variable: JsonObject, from: JsonObject, field: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const label = child(from, "fieldRef");
  if (label !== undefined) errors.push(...fieldRefErrors(label, `${field}.fieldRef`, environmentFields));
  const resource = child(from, "resourceFieldRef");
  if (resource !== undefined)
    errors.push(...resourceRefErrors(resource, `${field}.resourceFieldRef`, { needsContainer: false }));
  for (const name of ["configMapKeyRef", "secretKeyRef"]) {
    const key = child(from, name);
    if (key !== undefined) errors.push(...keyErrors(key, `${field}.${name}`));
  }
  const file = child(from, "fileKeyRef");
  if (file !== undefined) errors.push(...fileKeyErrors(file, `${field}.fileKeyRef`));
  const count = SOURCES.filter((name) => child(from, name) !== undefined).length;
  if (count === 0) {
    const detail =
      "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`";
    errors.push(invalidField(field, "", detail));
  } else if (text(variable, "value") !== "") {
    errors.push(invalidField(field, "", "may not be specified when `value` is not empty"));
  } else if (count > 1) {
    errors.push(invalidField(field, "", "may not have more than one field specified at a time"));
  }
  return errors;
}

function keyErrors(reference: JsonObject, field: string): readonly FieldError[] {
  const name = text(reference, "name");
  const key = text(reference, "key");
  // An absent name is an empty one, which manifests from long ago may say.
  const errors = dns1123Subdomain(name, false).map((why) => invalidField(`${field}.name`, name, why));
  if (key === "") return [...errors, requiredField(`${field}.key`)];
  return [...errors, ...configKeyErrors(key).map((why) => invalidField(`${field}.key`, key, why))];
}

function fileKeyErrors(reference: JsonObject, field: string): readonly FieldError[] {
  const [key, volume, path] = ["key", "volumeName", "path"].map((name) => text(reference, name)) as [
    string,
    string,
    string,
  ];
  const errors: FieldError[] = [];
  if (key === "") errors.push(requiredField(`${field}.key`));
  else if (!isVariableName(key)) errors.push(invalidField(`${field}.key`, key, NAME));
  if (volume === "") errors.push(requiredField(`${field}.volumeName`));
  else
    errors.push(
      ...dns1123Label(volume, false).map((why) => invalidField(`${field}.volumeName`, volume, why)),
    );
  if (path === "") return [...errors, requiredField(`${field}.path`)];
  return [...errors, ...upwardErrors(path, `${field}.path`)];
}

function sourceListErrors(container: JsonObject, field: string): readonly FieldError[] {
  return children(container, "envFrom").flatMap((source, index) => {
    const at = `${field}[${index}]`;
    const errors: FieldError[] = [];
    const prefix = text(source, "prefix");
    if (prefix !== "" && !isVariableName(prefix)) errors.push(invalidField(`${at}.prefix`, prefix, NAME));
    const given = ["configMapRef", "secretRef"].filter((name) => child(source, name) !== undefined);
    for (const kind of given) {
      const name = text(child(source, kind), "name");
      if (name === "") errors.push(requiredField(`${at}.${kind}.name`));
      else
        for (const why of dns1123Subdomain(name, true))
          errors.push(invalidField(`${at}.${kind}.name`, name, why));
    }
    if (given.length === 0)
      errors.push(invalidField(field, "", "must specify one of: `configMapRef` or `secretRef`"));
    else if (given.length > 1)
      errors.push(invalidField(field, "", "may not have more than one field specified at a time"));
    return errors;
  });
}

/** What is wrong with the volumes of files that variables are read from. */
export function fileVolumeErrors(spec: JsonObject, field: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const list of ["initContainers", "containers", "ephemeralContainers"]) {
    children(spec, list).forEach((container, index) => {
      children(container, "env").forEach((variable, place) => {
        const file = child(child(variable, "valueFrom"), "fileKeyRef");
        if (file === undefined) return;
        const at = `${field}.${list}[${index}].env[${place}].valueFrom.fileKeyRef.volumeName`;
        errors.push(...fileVolumeError(spec, text(file, "volumeName"), at));
      });
    });
  }
  return errors;
}

function fileVolumeError(spec: JsonObject, name: string, field: string): readonly FieldError[] {
  const volume = children(spec, "volumes").findLast((each) => text(each, "name") === name);
  if (volume === undefined) return [notFoundField(field, name)];
  if (child(volume, "emptyDir") !== undefined) return [];
  return [invalidField(field, name, "referenced volume must be of type emptyDir")];
}
