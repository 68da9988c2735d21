import type { JsonObject } from "@weir/core";
import { type FieldError, invalidField, requiredField } from "@weir/schema";
import { child, children, text } from "../../resources/draft-access.ts";
import { configKeyErrors, dns1123Subdomain } from "../names.ts";
import { environmentFields, fieldRefErrors, resourceRefErrors } from "./downward.ts";

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
  const errors = nameErrors(name, `${field}.name`);
  if (key === "") return [...errors, requiredField(`${field}.key`)];
  return [...errors, ...configKeyErrors(key).map((why) => invalidField(`${field}.key`, key, why))];
}

/** An absent name is an empty one, which manifests from long ago may say. */
function nameErrors(name: string, field: string): readonly FieldError[] {
  return dns1123Subdomain(name, false).map((why) => invalidField(field, name, why));
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
      else errors.push(...nameErrors(name, `${at}.${kind}.name`));
    }
    if (given.length === 0)
      errors.push(invalidField(field, "", "must specify one of: `configMapRef` or `secretRef`"));
    else if (given.length > 1)
      errors.push(invalidField(field, "", "may not have more than one field specified at a time"));
    return errors;
  });
}
