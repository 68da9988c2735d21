import { type JsonObject, JsonSyntaxError, parseJson } from "@weir/core";
import { jsonEqual } from "@weir/objects";
import { type FieldError, forbiddenField, invalidField, requiredField, tooLongField } from "@weir/schema";
import { configKeyErrors } from "../../validation/names.ts";
import type { KindRules } from "../builtin-strategy.ts";
import { child, text } from "../draft-access.ts";
import type { WriteContext } from "../resource.ts";
import { keyPairWarnings } from "./key-pair-warnings.ts";

const MAX_BYTES = 1024 * 1024;

/** ConfigMaps: keys are file names, and all of it is no more than a mebibyte. */
export const configMapRules: KindRules = {
  validate: (object) => validateConfigMap(object),
  updateChecks: ["changes", "update", "whole", "object"],
  validateUpdate(object, old, { emptied }) {
    // Data that is missing is data without entries by default.
    const told = emptied.filter((path) => path !== "data");
    return immutable({ object, old, emptied: told }, ["data", "binaryData"]);
  },
};

function keyErrors(map: JsonObject | undefined, field: string): readonly FieldError[] {
  return Object.keys(map ?? {}).flatMap((key) =>
    configKeyErrors(key).map((message) => invalidField(`${field}[${key}]`, key, message)),
  );
}

function validateConfigMap(object: JsonObject): readonly FieldError[] {
  const data = child(object, "data");
  const binary = child(object, "binaryData");
  const errors = [...keyErrors(data, "data")];
  for (const key of Object.keys(data ?? {})) {
    if (binary !== undefined && Object.hasOwn(binary, key)) {
      errors.push(invalidField(`data[${key}]`, key, "duplicate of key present in binaryData"));
    }
  }
  errors.push(...keyErrors(binary, "binaryData"));
  const size = sizeOf(data, (value) => Buffer.byteLength(value)) + sizeOf(binary, base64Size);
  // Upstream's path of the whole object prints so.
  if (size > MAX_BYTES) errors.push(tooLongField("[]", MAX_BYTES));
  return errors;
}

function sizeOf(map: JsonObject | undefined, measure: (value: string) => number): number {
  return Object.values(map ?? {}).reduce<number>(
    (sum, value) => sum + measure(typeof value === "string" ? value : ""),
    0,
  );
}

function base64Size(value: string): number {
  return Buffer.byteLength(value, "base64");
}

interface Change extends Pick<WriteContext, "emptied"> {
  readonly object: JsonObject;
  readonly old: JsonObject;
}

/** What is marked immutable keeps its content, and its mark. */
function immutable({ object, old, emptied }: Change, fields: readonly string[]): readonly FieldError[] {
  if (old["immutable"] !== true) return [];
  const detail = "field is immutable when `immutable` is set";
  const errors: FieldError[] = [];
  if (object["immutable"] !== true) errors.push(forbiddenField("immutable", detail));
  for (const field of fields) {
    if (emptied.includes(field) || !jsonEqual(object[field] ?? {}, old[field] ?? {}))
      errors.push(forbiddenField(field, detail));
  }
  return errors;
}

/** Keys that Secrets of a type must have. */
const requiredKeys: Readonly<Record<string, readonly string[]>> = {
  "kubernetes.io/dockercfg": [".dockercfg"],
  "kubernetes.io/dockerconfigjson": [".dockerconfigjson"],
  "kubernetes.io/ssh-auth": ["ssh-privatekey"],
  "kubernetes.io/tls": ["tls.crt", "tls.key"],
};

/** Secrets: as ConfigMaps, with the keys that their type asks for. */
export const secretRules: KindRules = {
  prepareForUpdate(object, old) {
    if (text(object, "type") === "") object["type"] = old["type"] ?? "Opaque";
  },
  validate: validateSecret,
  warnings: (object) => keyPairWarnings(object),
  updateChecks: ["changes", "update", "whole", "object"],
  validateUpdate: (object, old, { emptied }) => {
    const type =
      object["type"] === old["type"]
        ? []
        : [invalidField("type", object["type"] ?? "", "field is immutable")];
    return [...type, ...immutable({ object, old, emptied }, ["data"])];
  },
};

function validateSecret(object: JsonObject): readonly FieldError[] {
  const data = child(object, "data");
  const isTooLong = sizeOf(data, base64Size) > MAX_BYTES;
  return [
    ...keyErrors(data, "data"),
    ...(isTooLong ? [tooLongField("data", MAX_BYTES)] : []),
    ...typeErrors(object, data),
  ];
}

function typeErrors(object: JsonObject, data: JsonObject | undefined): readonly FieldError[] {
  const type = text(object, "type");
  const keys = Object.hasOwn(requiredKeys, type) ? (requiredKeys[type] ?? []) : [];
  const has = (key: string): boolean => data !== undefined && Object.hasOwn(data, key);
  const missing = keys.filter((key) => !has(key)).map((key) => requiredField(`data[${key}]`));
  const docker = Object.hasOwn(dockerKeys, type) ? dockerKeys[type] : undefined;
  if (docker !== undefined && has(docker)) return dockerErrors(text(data, docker), docker);
  if (type === "kubernetes.io/ssh-auth" && text(data, "ssh-privatekey") === "")
    return [requiredField("data[ssh-privatekey]")];
  if (type === "kubernetes.io/service-account-token") return [...missing, ...tokenSecretErrors(object)];
  if (type !== "kubernetes.io/basic-auth" || has("username") || has("password")) return missing;
  return [requiredField("data[username]"), requiredField("data[password]")];
}

const dockerKeys: Readonly<Record<string, string>> = {
  "kubernetes.io/dockercfg": ".dockercfg",
  "kubernetes.io/dockerconfigjson": ".dockerconfigjson",
};

/** A Docker configuration is a JSON object; what is wrong with it is told, what it is is not. */
function dockerErrors(encoded: string, key: string): readonly FieldError[] {
  const refuse = (why: string): readonly FieldError[] => [
    invalidField(`data[${key}]`, "<secret contents redacted>", why),
  ];
  try {
    const value = parseJson(Buffer.from(encoded, "base64").toString("utf8"));
    if (value === null || (typeof value === "object" && !Array.isArray(value))) return [];
    const kind = Array.isArray(value) ? "array" : typeof value === "boolean" ? "bool" : typeof value;
    return refuse(`json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    return refuse(error.message);
  }
}

function tokenSecretErrors(object: JsonObject): readonly FieldError[] {
  const annotations = child(child(object, "metadata"), "annotations");
  const key = "kubernetes.io/service-account.name";
  return text(annotations, key) === "" ? [requiredField(`metadata.annotations[${key}]`)] : [];
}
