import { createHash } from "node:crypto";
import type { JsonObject } from "@weir/core";
import { parseSchemaNode, type SchemaNode } from "@weir/schema";
import { child, children, list, strings, text } from "../resources/draft-access.ts";
import type { ConversionWebhook } from "../webhooks/convert-objects.ts";

/** A CustomResourceDefinition as serving its objects needs it. */
export interface CustomDefinition {
  readonly name: string;
  readonly uid: string;
  readonly group: string;
  readonly isNamespaced: boolean;
  readonly names: DefinitionNames;
  readonly storageVersion: string;
  readonly versions: readonly DefinitionVersion[];
  readonly isEstablished: boolean;
  readonly isTerminating: boolean;
  /** Whoever converts between the versions; `undefined` where only the version's name is changed. */
  readonly conversion: ConversionWebhook | undefined;
}

/** The words under which the objects are known. */
export interface DefinitionNames {
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly listKind: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
}

/** One version of a CRD. */
export interface DefinitionVersion {
  readonly name: string;
  readonly isServed: boolean;
  readonly deprecation: string | undefined;
  readonly schema: SchemaNode;
  readonly preservesUnknown: boolean;
  readonly hasStatus: boolean;
  readonly scale: ScalePaths | undefined;
  readonly columns: readonly PrinterColumn[] | undefined;
  readonly selectableFields: readonly string[];
}

/** Where a Scale is read and written. */
export interface ScalePaths {
  readonly specReplicas: string;
  readonly statusReplicas: string;
  readonly labelSelector: string | undefined;
}

/** An entry of additionalPrinterColumns. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  readonly priority: number;
  readonly jsonPath: string;
}

/** Reads a stored CRD, which has been validated. */
export function readDefinition(crd: JsonObject): CustomDefinition {
  const metadata = child(crd, "metadata");
  const spec = child(crd, "spec") ?? {};
  const status = child(crd, "status");
  const group = text(spec, "group");
  const versions = children(spec, "versions");
  const storage = versions.find((version) => version["storage"] === true);
  return {
    name: text(metadata, "name"),
    uid: text(metadata, "uid"),
    group,
    isNamespaced: spec["scope"] !== "Cluster",
    names: readNames(acceptedNames(spec, status)),
    storageVersion: text(storage, "name"),
    versions: versions.map((version) => readVersion(version, group, spec)),
    isEstablished: hasCondition(status, "Established"),
    isTerminating: text(metadata, "deletionTimestamp") !== "",
    conversion: readConversion(child(spec, "conversion")),
  };
}

function readConversion(conversion: JsonObject | undefined): ConversionWebhook | undefined {
  if (text(conversion, "strategy") !== "Webhook") return undefined;
  const webhook = child(conversion, "webhook");
  return {
    clientConfig: child(webhook, "clientConfig"),
    reviewVersions: strings(webhook, "conversionReviewVersions"),
  };
}

/** The names that were accepted; until then those that were asked for. */
function acceptedNames(spec: JsonObject, status: JsonObject | undefined): JsonObject {
  const accepted = child(status, "acceptedNames");
  return text(accepted, "plural") === "" ? (child(spec, "names") ?? {}) : (accepted ?? {});
}

function readNames(names: JsonObject): DefinitionNames {
  return {
    plural: text(names, "plural"),
    singular: text(names, "singular"),
    kind: text(names, "kind"),
    listKind: text(names, "listKind") || `${text(names, "kind")}List`,
    shortNames: strings(names, "shortNames"),
    categories: strings(names, "categories"),
  };
}

/** Whether a condition of a CRD's status is True. */
export function hasCondition(status: JsonObject | undefined, type: string): boolean {
  return children(status, "conditions").some(
    (condition) => condition["type"] === type && condition["status"] === "True",
  );
}

const anything: JsonObject = { type: "object", "x-kubernetes-preserve-unknown-fields": true };

function readVersion(version: JsonObject, group: string, spec: JsonObject): DefinitionVersion {
  const schema = parseSchemaNode(child(child(version, "schema"), "openAPIV3Schema") ?? anything);
  const subresources = child(version, "subresources");
  const columns = version["additionalPrinterColumns"];
  const name = text(version, "name");
  return {
    name,
    isServed: version["served"] === true,
    deprecation: version["deprecated"] === true ? deprecationOf(version, group, spec) : undefined,
    schema,
    preservesUnknown: spec["preserveUnknownFields"] === true,
    hasStatus: child(subresources, "status") !== undefined,
    scale: readScale(child(subresources, "scale")),
    columns:
      Array.isArray(columns) && columns.length > 0
        ? children(version, "additionalPrinterColumns").map(readColumn)
        : undefined,
    selectableFields: children(version, "selectableFields").map((field) =>
      text(field, "jsonPath").replace(/^\./, ""),
    ),
  };
}

/** The version's own warning, or one that names the newest version that is not deprecated. */
function deprecationOf(version: JsonObject, group: string, spec: JsonObject): string {
  const own = text(version, "deprecationWarning");
  if (own !== "") return own;
  const kind = text(child(spec, "names"), "kind");
  const name = text(version, "name");
  const others = children(spec, "versions").filter(
    (other) => other["served"] === true && other["deprecated"] !== true,
  );
  const newest = others
    .map((other) => text(other, "name"))
    .filter((other) => compareVersions(other, name) < 0)
    .sort(compareVersions)[0];
  const advice = newest === undefined ? "" : `; use ${group}/${newest} ${kind}`;
  return `${group}/${name} ${kind} is deprecated${advice}`;
}

function readScale(scale: JsonObject | undefined): ScalePaths | undefined {
  if (scale === undefined) return undefined;
  const labelSelector = text(scale, "labelSelectorPath");
  return {
    specReplicas: text(scale, "specReplicasPath"),
    statusReplicas: text(scale, "statusReplicasPath"),
    labelSelector: labelSelector === "" ? undefined : labelSelector,
  };
}

function readColumn(column: JsonObject): PrinterColumn {
  const priority = column["priority"];
  return {
    name: text(column, "name"),
    type: text(column, "type"),
    format: text(column, "format"),
    description: text(column, "description"),
    priority: typeof priority === "number" ? priority : 0,
    jsonPath: text(column, "jsonPath"),
  };
}

/** Orders versions as Kubernetes prefers them: v2 before v1 before v1beta1 before v1alpha1, others last by name. */
export function compareVersions(a: string, b: string): number {
  const left = versionParts(a);
  const right = versionParts(b);
  if (left === undefined || right === undefined) {
    if (left === undefined && right === undefined) return a < b ? -1 : a > b ? 1 : 0;
    return left === undefined ? 1 : -1;
  }
  for (const [index, value] of left.entries()) {
    const other = right[index] ?? 0;
    if (value !== other) return other - value;
  }
  return 0;
}

/** Stability (3 for GA), major, minor. */
function versionParts(version: string): readonly number[] | undefined {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
  if (match === null) return undefined;
  const stability = match[2] === undefined ? 3 : match[2] === "beta" ? 2 : 1;
  return [stability, Number(match[1]), Number(match[3] ?? 0)];
}

/** Discovery's hash of the version in which a kind is stored. */
export function storageVersionHash(group: string, version: string, kind: string): string {
  return createHash("sha256")
    .update(`${group}/${version}/${kind}`)
    .digest()
    .subarray(0, 8)
    .toString("base64");
}

/** Versions that are served, the preferred one first. */
export function servedVersions(definition: CustomDefinition): readonly string[] {
  return definition.versions
    .filter((version) => version.isServed)
    .map((version) => version.name)
    .sort(compareVersions);
}

/** The list of a CRD's stored versions. */
export function storedVersions(crd: JsonObject): readonly string[] {
  return list(child(crd, "status"), "storedVersions").filter((name) => typeof name === "string");
}
