import { findKind } from "@weir/builtin";
import { compareUtf8, type JsonObject, writeJson } from "@weir/core";
import { badRequestError, invalidError } from "@weir/objects";
import { invalidField } from "@weir/schema";
import { quoteGo } from "@weir/text";
import { strictFieldErrors } from "../http/duplicate-keys.ts";
import type { ReadBody } from "../http/read-body.ts";
import { child, parseVersion, text } from "../resources/draft-access.ts";
import type { Call } from "../resources/call.ts";
import { apiVersionOf, type Draft, objectOf, type Resource } from "../resources/resource.ts";
import type { WriteOptions } from "../http/write-options.ts";

/** Reads a body as the kind of the resource, with its defaults; unknown fields become an error or warnings. */
export function decodeBody(call: Call, body: ReadBody, options: WriteOptions): Draft {
  const { resource } = call;
  checkTypes(resource, body.value);
  const decoded = resource.decode(body.value, body.numbers);
  const object = objectOf(decoded, call);
  reportStrict(call, strictProblems(resource, body, decoded.unknownFields), options);
  if (resource.isCustom) checkCustomKind(resource, body.value);
  return resource.applyDefaults(object);
}

/** What a strict reader has against a body: repeated fields and unknown ones. */
export function strictProblems(
  resource: Pick<Resource, "isCustom">,
  body: ReadBody,
  unknownFields: readonly string[],
): readonly string[] {
  if (unknownFields.length === 0) return body.strictErrors;
  if (!resource.isCustom && body.text !== undefined && body.strictErrors.length > 0)
    return strictFieldErrors(body.text, unknownFields);
  return [...body.strictErrors, ...unknownFieldProblems(resource, unknownFields, body.text === undefined)];
}

/** How many unknown fields of a built-in kind are told. */
const MAX_UNKNOWN = 100;

/** Fields that a kind does not know, as Go's readers word it; in the order of the keys where the reader saw them so. */
export function unknownFieldProblems(
  resource: Pick<Resource, "isCustom">,
  unknownFields: readonly string[],
  isSorted: boolean,
): readonly string[] {
  const fields = isSorted ? sortedFields(unknownFields) : unknownFields;
  if (resource.isCustom) return fields.map((path) => `unknown field "${path}"`);
  return fields.slice(0, MAX_UNKNOWN).map((path) => `unknown field ${quoteGo(path)}`);
}

/** Paths of fields in the order in which a reader of sorted keys meets them. */
export function sortedFields(fields: readonly string[]): readonly string[] {
  return fields.length > 1 ? [...fields].sort(comparePaths) : fields;
}

/** By their parts: an index is a number, and what is shorter comes first. */
function comparePaths(left: string, right: string): number {
  const [a, b] = [partsOf(left), partsOf(right)];
  for (let index = 0; ; index += 1) {
    const [one, other] = [a[index], b[index]];
    if (one === undefined || other === undefined) return a.length - b.length;
    if (one === other) continue;
    const numeric = Number(one) - Number(other);
    if (!Number.isNaN(numeric)) return numeric;
    return compareUtf8(one, other);
  }
}

function partsOf(path: string): readonly string[] {
  return path.split(/[.[\]]+/);
}

/** A custom resource's kind is told where its schema is checked. */
export function checkCustomKind(
  resource: Resource,
  body: JsonObject,
  name = text(child(body, "metadata"), "name"),
): void {
  const kind = text(body, "kind");
  if (kind === resource.kind) return;
  throw invalidError({ group: resource.group, kind }, name, [
    invalidField("kind", kind, `must be ${resource.kind}`),
  ]);
}

/** Refuses or warns of what a strict reader has against a body, which is of the resource's kind unless another is named. */
// oxlint-disable-next-line max-params -- what is wrong, with what, and who is told how
export function reportStrict(
  call: Call,
  problems: readonly string[],
  options: WriteOptions,
  read: { readonly kind: string; readonly version: string } = call.resource,
): void {
  if (problems.length === 0 || options.fieldValidation === "Ignore") return;
  if (options.fieldValidation === "Warn") {
    call.warnings.push(...problems.flatMap(warningsOf));
    return;
  }
  const { kind, version } = read;
  throw badRequestError(
    `${kind} in version "${version}" cannot be handled as a ${kind}: strict decoding error: ${problems.join(", ")}`,
  );
}

/** Refuses or warns of an applied YAML text, whose repeated keys its reader finds. */
export function reportApplied(call: Call, problems: readonly string[], options: WriteOptions): void {
  const [problem] = problems;
  if (problem === undefined || options.fieldValidation === "Ignore") return;
  if (options.fieldValidation === "Strict")
    throw badRequestError(`error strict decoding YAML: error converting YAML to JSON: ${problem}`);
  call.warnings.push(...warningsOf(problem));
}

/** A problem of a YAML text may be several, one a line. */
function warningsOf(problem: string): readonly string[] {
  const [first, ...lines] = problem.split("\n");
  return first === "yaml: unmarshal errors:" ? lines.map((line) => line.trim()) : [problem];
}

/** The body's kind and apiVersion are the resource's, where it names any. */
function checkTypes(resource: Resource, body: JsonObject): void {
  const apiVersion = text(body, "apiVersion");
  if (resource.isCustom) {
    if (apiVersion !== apiVersionOf(resource)) throw mismatch(resource, plainVersion(apiVersion));
    return;
  }
  const kind = text(body, "kind") || resource.kind;
  const given = apiVersion === "" || apiVersion === "/" ? apiVersionOf(resource) : plainVersion(apiVersion);
  if (given === apiVersionOf(resource) && kind === resource.kind) return;
  throw builtinMismatch(resource, given, { kind, body });
}

/** A core version may be written with its empty group. */
function plainVersion(apiVersion: string): string {
  return apiVersion.startsWith("/") ? apiVersion.slice(1) : apiVersion;
}

function mismatch(resource: Resource, apiVersion: string): Error {
  return badRequestError(
    `the API version in the data (${apiVersion}) does not match the expected API version (${apiVersionOf(resource)})`,
  );
}

function builtinMismatch(
  resource: Resource,
  apiVersion: string,
  { kind, body }: { readonly kind: string; readonly body: JsonObject },
): Error {
  const { group, version } = parseVersion(apiVersion);
  const prefix = `${kind} in version "${version}" cannot be handled as a ${resource.kind}`;
  if (version === "")
    return badRequestError(`${prefix}: Object 'apiVersion' is missing in '${writeJson(body)}'`);
  if (kind === resource.kind && group === resource.group && isKnownVersion(resource, version))
    return mismatch(resource, apiVersion);
  if (isKnownKind(apiVersion, kind)) {
    const target = resource.group === "" ? "core" : (resource.group.split(".")[0] ?? "");
    return badRequestError(
      `${prefix}: converting (${version}.${kind}) to (${target}.${resource.kind}): unknown conversion`,
    );
  }
  return badRequestError(
    `${prefix}: no kind ${quoteGo(kind)} is registered for version ${quoteGo(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`,
  );
}

function isKnownVersion(resource: Resource, version: string): boolean {
  return findKind({ group: resource.group, version, kind: resource.kind }) !== undefined;
}

/** Kinds that every version of a group knows besides its own. */
const commonKinds = new Set([
  "CreateOptions",
  "DeleteOptions",
  "GetOptions",
  "ListOptions",
  "PatchOptions",
  "UpdateOptions",
  "WatchEvent",
  "Status",
  "APIVersions",
  "APIGroup",
  "APIGroupList",
  "APIResourceList",
]);

function isKnownKind(apiVersion: string, kind: string): boolean {
  const { group, version } = parseVersion(apiVersion);
  const isOwn = (name: string): boolean => findKind({ group, version, kind: name }) !== undefined;
  return (
    commonKinds.has(kind) ||
    isOwn(kind) ||
    (apiVersion === "v1" && kind === "List") ||
    (kind.endsWith("List") && isOwn(kind.slice(0, -"List".length)))
  );
}

/** The namespace of the body is the request's; a body without one gets it. */
export function checkNamespace(call: Call, object: Draft): void {
  const { resource, info } = call;
  const metadata = child(object, "metadata") ?? {};
  object["metadata"] = metadata;
  if (!resource.isNamespaced) {
    delete metadata["namespace"];
    return;
  }
  const given = text(metadata, "namespace");
  if (given !== "" && given !== info.namespace) {
    throw badRequestError(
      "the namespace of the provided object does not match the namespace sent on the request",
    );
  }
  metadata["namespace"] = info.namespace;
}

/** The name of the body is the one of the path. */
export function checkName(call: Call, object: Draft): void {
  const name = text(child(object, "metadata"), "name");
  const expected = call.info.name;
  if (name === "") {
    throw badRequestError(
      `the name of the object (${expected} based on URL) was undeterminable: name must be provided`,
    );
  }
  if (name !== expected) {
    throw badRequestError(
      `the name of the object (${name}) does not match the name on the URL (${expected})`,
    );
  }
}
