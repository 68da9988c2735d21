import { findKind } from "@weir/builtin";
import { compareUtf8, type JsonObject, writeJson } from "@weir/core";
import {
  badRequestError,
  internalError,
  invalidError,
  isStatusReason,
  type KubeObject,
  marshalGoJson,
} from "@weir/objects";
import { invalidField } from "@weir/schema";
import { quoteGo } from "@weir/text";
import type { WriteOptions } from "../http/write-options.ts";
import type { Call } from "../resources/call.ts";
import { child, parseVersion, text } from "../resources/draft-access.ts";
import {
  apiVersionOf,
  type DecodedBody,
  type Draft,
  objectOf,
  type Resource,
} from "../resources/resource.ts";
import { decodeAs } from "../verbs/decode-as.ts";
import {
  checkCustomKind,
  checkNamespace,
  reportStrict,
  sortedFields,
  unknownFieldProblems,
} from "../verbs/decode-body.ts";

/** What a patch made of an object. */
export interface Patched {
  readonly object: Draft;
  /** What a strict reader has against the patch itself. */
  readonly strictErrors: readonly string[];
  /** The patch as messages about a result of the wrong type quote it; the result itself where absent. */
  readonly quoted?: string;
}

/** Reads the result of a patch as the kind, with its defaults, as if it had come in a PUT. */
export function finishPatched(
  call: Call,
  patched: Patched,
  options: WriteOptions,
  _current: KubeObject | undefined,
): Draft {
  const { resource, info } = call;
  if (!resource.isCustom && patched.quoted === undefined && text(patched.object, "apiVersion") === "")
    throw refuseVersionless(call, patched, options);
  const decoded = decodePatched(call, patched);
  const unknown = unknownIn(resource, patched, decoded.unknownFields);
  reportStrictPatch(call, patched, [...patched.strictErrors, ...unknown], options);
  const object = resource.applyDefaults(objectOf(decoded, call));
  const apiVersion = text(patched.object, "apiVersion");
  const name = text(child(object, "metadata"), "name");
  if (resource.isCustom && parseVersion(apiVersion).group !== resource.group) {
    const detail = invalidField("apiVersion", apiVersion, `must be ${apiVersionOf(resource)}`);
    throw invalidError({ group: parseVersion(apiVersion).group, kind: resource.kind }, info.name, [detail]);
  }
  if (resource.isCustom && apiVersion !== apiVersionOf(resource)) {
    throw badRequestError(
      `the API version in the data (${apiVersion}) does not match the expected API version (${apiVersionOf(resource)})`,
    );
  }
  checkNamespace(call, object);
  checkSameName(name, info.name);
  // A write to the status keeps all but the status.
  if (resource.isCustom && info.subresource === "") checkCustomKind(resource, patched.object, info.name);
  return object;
}

function checkSameName(name: string, wanted: string): void {
  if (name === "" && wanted !== "") throw nameless(wanted);
  if (name === wanted) return;
  throw badRequestError(`the name of the object (${name}) does not match the name on the URL (${wanted})`);
}

function nameless(name: string): Error {
  return badRequestError(
    `the name of the object (${name} based on URL) was undeterminable: name must be provided`,
  );
}

/** What does not say its version is read as the type that the server itself works with, which knows no field by its name. */
function refuseVersionless(call: Call, patched: Patched, options: WriteOptions): Error {
  const fields = Object.keys(patched.object).filter((key) => key !== "apiVersion" && key !== "kind");
  const unknown = unknownFieldProblems(call.resource, fields, true);
  reportStrictPatch(call, patched, [...patched.strictErrors, ...unknown], options);
  return nameless(call.info.name);
}

/** Upstream converts the result of a strategic patch by another reader, which quotes nothing and counts nothing. */
function unknownIn(
  resource: Resource,
  { quoted }: Patched,
  unknownFields: readonly string[],
): readonly string[] {
  if (quoted === undefined || resource.isCustom) return unknownFieldProblems(resource, unknownFields, true);
  return sortedFields(unknownFields).map((path) => `unknown field "${path}"`);
}

/** A result that says it is of another kind is read as that kind, and has to be one. */
function checkOtherKind(resource: Resource, object: JsonObject): void {
  if (resource.isCustom) return;
  const { group, version } = parseVersion(text(object, "apiVersion"));
  const kind = text(object, "kind");
  const gvk = { group, version, kind };
  if (kind !== "" && version !== "" && findKind(gvk) === undefined) {
    throw badRequestError(
      `no kind ${quoteGo(kind)} is registered for version ${quoteGo(text(object, "apiVersion"))} in scheme "pkg/runtime/scheme.go:111"`,
    );
  }
  const other = kind === resource.kind ? undefined : findKind(gvk);
  if (other !== undefined) decodeAs(other.definition ?? "", other, object);
}

/** What a strict reader has against the result of a patch is the patch's fault, too. */
// oxlint-disable-next-line max-params -- what reportStrict takes, and the patch
function reportStrictPatch(
  call: Call,
  patched: Patched,
  problems: readonly string[],
  options: WriteOptions,
): void {
  const isRefused = options.fieldValidation === "Strict" && problems.length > 0;
  if (isRefused) throw invalidPatch(call, patched, `strict decoding error: ${problems.join(", ")}`);
  reportStrict(call, problems, options);
}

/** A custom resource is a map in Go, and so written in the order of its keys. */
function invalidPatch({ resource: { isCustom } }: Call, patched: Patched, detail: string): Error {
  const quoted = patched.quoted ?? (isCustom ? marshalGoJson(patched.object) : writeJson(patched.object));
  return invalidError({ group: "", kind: "" }, "", [invalidField("patch", quoted, detail)]);
}

/** What has no kind is no object at all. */
function checkTypeMeta(object: Draft): void {
  for (const field of ["apiVersion", "kind"]) {
    const value = object[field];
    if (value === undefined || value === null || typeof value === "string") continue;
    const type = Array.isArray(value) ? "array" : typeof value === "boolean" ? "bool" : typeof value;
    throw badRequestError(
      `couldn't get version/kind; json parse error: json: cannot unmarshal ${type} into Go struct field .${field} of type string`,
    );
  }
  if (text(object, "kind") === "")
    throw badRequestError(`Object 'Kind' is missing in '${marshalGoJson(object)}'`);
  if (text(object, "apiVersion") === "")
    throw internalError("Object 'apiVersion' is missing in 'object has no apiVersion field'");
}

/** What is wrong first: upstream writes the fields of what it has patched in the order of their names. */
function firstBySortedKeys(resource: Resource, object: Draft, thrown: unknown): unknown {
  try {
    resource.decode(Object.fromEntries(Object.entries(object).sort(([a], [b]) => compareUtf8(a, b))));
    return thrown;
  } catch (error) {
    return error;
  }
}

/** A result that is no object of the kind is the patch's fault: 422, and it is quoted. */
function decodePatched(call: Call, patched: Patched): DecodedBody {
  const { resource } = call;
  try {
    if (resource.isCustom) checkTypeMeta(patched.object);
    // A strategic patch is read into the kind's own Go type, whatever it says.
    if (patched.quoted === undefined) checkOtherKind(resource, patched.object);
    return resource.decode(patched.object, undefined, patched.quoted === undefined ? "json" : "converter");
  } catch (thrown) {
    const error = patched.quoted === undefined ? firstBySortedKeys(resource, patched.object, thrown) : thrown;
    if (!isStatusReason(error, "BadRequest")) throw error;
    const detail =
      error instanceof Error ? error.message.replace(/^.*? cannot be handled as an? \S+: /, "") : "";
    throw invalidPatch(call, patched, detail);
  }
}
