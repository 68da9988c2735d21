import { findKind } from "@weir/builtin";
import type { JsonObject } from "@weir/core";
import { badRequestError } from "@weir/objects";
import type { ReadBody } from "../http/read-body.ts";
import { child, text } from "../resources/draft-access.ts";
import type { Call } from "../resources/call.ts";
import { apiVersionOf, type Draft, type Resource } from "../resources/resource.ts";
import type { WriteOptions } from "../http/write-options.ts";

/** Reads a body as the kind of the resource, with its defaults; unknown fields become an error or warnings. */
export function decodeBody(call: Call, body: ReadBody, options: WriteOptions): Draft {
  const { resource } = call;
  checkTypes(resource, body.value);
  const { object, unknownFields } = resource.decode(body.value);
  const unknown = unknownFields.map((path) => `unknown field "${path}"`);
  reportStrict(call, [...body.strictErrors, ...unknown], options);
  return resource.applyDefaults(object);
}

/** Refuses or warns of what a strict reader has against a body. */
export function reportStrict(call: Call, problems: readonly string[], options: WriteOptions): void {
  if (problems.length === 0 || options.fieldValidation === "Ignore") return;
  if (options.fieldValidation === "Warn") {
    call.warnings.push(...problems.flatMap(warningsOf));
    return;
  }
  const { kind, version } = call.resource;
  throw badRequestError(
    `${kind} in version "${version}" cannot be handled as a ${kind}: strict decoding error: ${problems.join(", ")}`,
  );
}

/** A problem of a YAML text may be several, one a line. */
function warningsOf(problem: string): readonly string[] {
  const [first, ...lines] = problem.split("\n");
  return first === "yaml: unmarshal errors:" ? lines.map((line) => line.trim()) : [problem];
}

/** The body's kind and apiVersion are the resource's, where it names any. */
function checkTypes(resource: Resource, body: JsonObject): void {
  const apiVersion = text(body, "apiVersion") || apiVersionOf(resource);
  const kind = text(body, "kind") || resource.kind;
  if (apiVersion === apiVersionOf(resource) && kind === resource.kind) return;
  if (resource.isCustom) throw badRequestError(customMismatch(resource, apiVersion, kind, body));
  throw badRequestError(builtinMismatch(resource, apiVersion, kind, body));
}

// oxlint-disable-next-line max-params -- the two sides of a comparison
function customMismatch(resource: Resource, apiVersion: string, kind: string, body: JsonObject): string {
  const expected = apiVersionOf(resource);
  if (
    kind === resource.kind &&
    apiVersion.split("/")[0] === resource.group &&
    text(body, "apiVersion") !== ""
  ) {
    return `the API version in the data (${apiVersion}) does not match the expected API version (${expected})`;
  }
  return `the API version in the data (${apiVersion}) does not match the expected API version (${expected})`;
}

// oxlint-disable-next-line max-params -- the two sides of a comparison
function builtinMismatch(resource: Resource, apiVersion: string, kind: string, body: JsonObject): string {
  const parts = apiVersion.split("/");
  if (parts.length > 2) {
    const raw = JSON.stringify(body);
    const shown = raw.length > 30 ? `${raw.slice(0, 30)} ...` : raw;
    return `the object provided is unrecognized (must be of type ${resource.kind}): unexpected GroupVersion string: ${apiVersion} (${shown})`;
  }
  const version = parts.at(-1) ?? "";
  const group = parts.length === 2 ? (parts[0] ?? "") : "";
  const prefix = `${kind} in version "${version}" cannot be handled as a ${resource.kind}`;
  if (kind === resource.kind && group === resource.group && isKnownVersion(resource, version)) {
    return `the API version in the data (${apiVersion}) does not match the expected API version (${apiVersionOf(resource)})`;
  }
  if (isKnownKind(apiVersion, kind)) {
    const target = resource.group === "" ? "core" : (resource.group.split(".")[0] ?? "");
    return `${prefix}: converting (${version}.${kind}) to (${target}.${resource.kind}): unknown conversion`;
  }
  return `${prefix}: no kind "${kind}" is registered for version "${apiVersion}" in scheme "pkg/runtime/scheme.go:111"`;
}

function isKnownVersion(resource: Resource, version: string): boolean {
  return findKind({ group: resource.group, version, kind: resource.kind }) !== undefined;
}

function isKnownKind(apiVersion: string, kind: string): boolean {
  const [group = "", version = ""] = apiVersion.includes("/") ? apiVersion.split("/") : ["", apiVersion];
  return findKind({ group, version, kind }) !== undefined;
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
