import { type JsonObject, type JsonValue, JsonSyntaxError } from "@weir/core";
import {
  applyJsonPatch,
  applyMergePatch,
  badRequestError,
  failure,
  formatGoValue,
  JsonPatchError,
  type KubeObject,
  requestEntityTooLargeError,
  StatusError,
} from "@weir/objects";
import { duplicateKeys } from "../http/duplicate-keys.ts";
import { BODY_LIMIT_BYTES, type GoJson, jsonKind, readGoJson } from "../http/read-body.ts";
import type { WriteOptions } from "../http/write-options.ts";
import type { Call } from "../resources/call.ts";
import { asJson } from "../resources/draft-access.ts";
import type { Draft, Resource } from "../resources/resource.ts";
import type { Patched } from "./finish-patched.ts";
import { applyStrategic } from "./strategic.ts";

const JSON_PATCH = "application/json-patch+json";
const MERGE_PATCH = "application/merge-patch+json";
const STRATEGIC_PATCH = "application/strategic-merge-patch+json";
const APPLY_PATCH = "application/apply-patch+yaml";

/** The patch types of a resource, in the order in which an error lists them; custom resources have no strategic one. */
export function patchMediaTypes(resource: Resource): readonly string[] {
  return resource.isCustom
    ? [JSON_PATCH, MERGE_PATCH, APPLY_PATCH]
    : [JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH, APPLY_PATCH];
}

/** Applies the patch to the object as it is stored now. */
export type ApplyPatch = (current: KubeObject | undefined) => Patched;

/** Reads the patch in a request's body; throws a 400. */
export async function readPatch(call: Call, type: string, options: WriteOptions): Promise<ApplyPatch> {
  const bytes = await call.request.readBody(BODY_LIMIT_BYTES);
  try {
    return patchIn(call, bytes, { type, options });
  } catch (error) {
    // Upstream reads the object first: one that is missing is told of before a patch that is wrong.
    return () => {
      throw error;
    };
  }
}

interface PatchReading {
  readonly type: string;
  readonly options: WriteOptions;
}

function patchIn(call: Call, bytes: Uint8Array, { type, options }: PatchReading): ApplyPatch {
  const { text, value } = parsePatch(bytes, type);
  call.audit?.patch(value);
  const duplicates = options.fieldValidation === "Ignore" ? [] : duplicateKeys(text);
  if (type === JSON_PATCH) {
    const repeated = duplicates.map((path) => `json patch duplicate field "${path}"`);
    return jsonPatch(value ?? [], options, repeated);
  }
  if (type === MERGE_PATCH && value === null) throw badRequestError("Invalid JSON Patch");
  // A strategic patch of null changes nothing.
  const merged = type === STRATEGIC_PATCH ? (value ?? {}) : value;
  const strictErrors = duplicates.map((path) => `duplicate field "${path}"`);
  if (!isObject(merged)) throw mergeTypeError(type, merged);
  if (type === MERGE_PATCH) {
    return (current) => ({ object: applyMergePatch(base(current), merged) as Draft, strictErrors });
  }
  // Upstream quotes the patch as merging has left it.
  const { $patch: directive, ...rest } = merged;
  const quoted = formatGoValue(directive === "replace" ? rest : merged);
  return (current) => ({
    object: applyStrategic(call.resource, base(current), merged),
    strictErrors,
    quoted,
  });
}

function base(current: KubeObject | undefined): JsonObject {
  return current === undefined ? {} : asJson(current);
}

function isObject(value: JsonValue): value is JsonObject {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function parsePatch(bytes: Uint8Array, type: string): GoJson {
  try {
    return readGoJson(bytes);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw badRequestError(
      type === STRATEGIC_PATCH ? error.message : `error decoding patch: ${error.message}`,
    );
  }
}

function mergeTypeError(type: string, value: JsonValue): Error {
  const message = `json: cannot unmarshal ${jsonKind(value)} into Go value of type map[string]interface {}`;
  const isPlain = type === STRATEGIC_PATCH;
  return badRequestError(isPlain && Array.isArray(value) ? message : `error decoding patch: ${message}`);
}

const operationFields = new Set(["op", "path", "from", "value"]);
const MAX_OPERATIONS = 10_000;

function jsonPatch(value: JsonValue, options: WriteOptions, repeated: readonly string[]): ApplyPatch {
  if (!Array.isArray(value)) {
    throw badRequestError(
      `error decoding patch: json: cannot unmarshal ${jsonKind(value)} into Go value of type []handlers.jsonPatchOp`,
    );
  }
  // An operation of null is one without fields.
  const operations = (value as readonly JsonValue[]).map((operation) => operation ?? {});
  if (operations.length > MAX_OPERATIONS) {
    throw requestEntityTooLargeError(
      `The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${operations.length}`,
    );
  }
  const strictErrors = [...repeated];
  operations.forEach((operation, index) => {
    if (!isObject(operation)) {
      throw badRequestError(
        `error decoding patch: json: cannot unmarshal ${jsonKind(operation)} into Go value of type handlers.jsonPatchOp`,
      );
    }
    // Who does not ask for strictness is told of such a field when the operation is carried out.
    if (options.fieldValidation === "Ignore") return;
    for (const field of ["op", "path", "from"]) checkText(operation, field);
    for (const key of Object.keys(operation)) {
      if (operationFields.has(key)) continue;
      strictErrors.push(`json patch unknown field "[${index}].${key}"`);
    }
  });
  const isReadable = operations.every((operation) => isObject(operation) && hasTexts(operation));
  return (current) => {
    if (!isReadable) throw refused();
    try {
      return { object: applyJsonPatch(base(current), operations) as Draft, strictErrors };
    } catch (error) {
      if (error instanceof JsonPatchError) throw refused(error);
      throw error;
    }
  };
}

function checkText(operation: JsonObject, field: string): void {
  const value = operation[field] ?? null;
  if (value === null || typeof value === "string") return;
  throw badRequestError(
    `error decoding patch: json: cannot unmarshal ${jsonKind(value)} into Go struct field jsonPatchOp.${field} of type string`,
  );
}

function hasTexts(operation: JsonObject): boolean {
  return ["op", "path", "from"].every((field) =>
    ["string", "undefined"].includes(typeof (operation[field] ?? undefined)),
  );
}

/** A patch that does not fit the object: the server keeps the reason to itself. */
function refused(cause?: JsonPatchError): Error {
  const message = "the server rejected our request due to an error in our request";
  const { status } = failure({ reason: "Invalid", code: 422, message, details: {} });
  return new StatusError(status, { cause });
}
