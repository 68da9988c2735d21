import { decodeObject, GoDecodeError, goStruct } from "@weir/builtin";
import type { JsonObject, JsonValue } from "@weir/core";
import { badRequestError, type KubeObject } from "@weir/objects";
import {
  applyDefaults,
  coerceEmbeddedMetadata,
  type MetadataReading,
  type NullHandling,
  pruneUnknownFields,
  type SchemaNode,
} from "@weir/schema";
import type { ReadBody } from "../http/read-body.ts";
import { asJson, child, isDraft } from "../resources/draft-access.ts";
import {
  apiVersionOf,
  type Column,
  type DecodedBody,
  type Draft,
  type Resource,
  type Strategy,
  type Subresource,
} from "../resources/resource.ts";
import { customCells, customColumns } from "../table/custom-cells.ts";
import {
  type CustomDefinition,
  type DefinitionVersion,
  type PrinterColumn,
  storageVersionHash,
} from "./definition.ts";
import { customStrategy } from "./custom-strategy.ts";
import { readPath } from "./json-path.ts";
import { type ConversionDeps, convertObjects } from "../webhooks/convert-objects.ts";

const VERBS = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"];

/** The objects of a CRD in one of its versions. */
export class CustomServedResource implements Resource {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly listKind: string;
  readonly plural: string;
  readonly singular: string;
  readonly isNamespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs = VERBS;
  readonly subresources: ReadonlyMap<string, Subresource>;
  readonly storagePrefix: string;
  readonly storageVersion: string;
  readonly storageVersionHash: string;
  readonly isCustom = true;
  readonly schema: SchemaNode;
  readonly strategy: Strategy;
  readonly columns: readonly Column[] | undefined;
  readonly cells: Resource["cells"];
  readonly selectableFields: readonly string[];
  readonly servesStoredText: boolean;
  readonly deprecation: string | undefined;
  readonly definition: CustomDefinition;
  readonly versionDefinition: DefinitionVersion;
  readonly #askWith: ConversionDeps | undefined;
  /** Objects as this version serves them, by the stored ones. */
  readonly #served = new WeakMap<KubeObject, KubeObject>();

  constructor(definition: CustomDefinition, version: DefinitionVersion, conversion: ConversionDeps) {
    const { names } = definition;
    if (definition.conversion !== undefined && conversion.callWebhook !== undefined)
      this.#askWith = conversion;
    this.definition = definition;
    this.versionDefinition = version;
    this.group = definition.group;
    this.version = version.name;
    this.kind = names.kind;
    this.listKind = names.listKind;
    this.plural = names.plural;
    this.singular = names.singular;
    this.isNamespaced = definition.isNamespaced;
    this.shortNames = names.shortNames;
    this.categories = names.categories;
    this.subresources = subresourcesOf(this, version);
    this.storagePrefix = `/${definition.group}/${names.plural}/`;
    this.storageVersion = `${definition.group}/${definition.storageVersion}`;
    this.storageVersionHash = storageVersionHash(definition.group, definition.storageVersion, names.kind);
    this.schema = version.schema;
    this.strategy = customStrategy(version);
    this.columns = customColumns(version.columns ?? DEFAULT_COLUMNS);
    this.cells = customCells(version.columns ?? DEFAULT_COLUMNS);
    this.selectableFields = [
      "metadata.name",
      ...(definition.isNamespaced ? ["metadata.namespace"] : []),
      ...version.selectableFields,
    ];
    this.servesStoredText = false;
    this.deprecation = version.deprecation;
  }

  fieldValue(object: KubeObject, field: string): string {
    const value = readPath(asJson(object), field);
    return value === undefined || value === null ? "" : String(value);
  }

  unservedSchema(apiVersion: string): SchemaNode | undefined {
    const { group, versions } = this.definition;
    return versions.find(({ name }) => `${group}/${name}` === apiVersion)?.schema;
  }

  decode(body: JsonObject, numbers?: ReadBody["numbers"]): DecodedBody {
    return this.#decode(body, numbers, true);
  }

  decodeMerged(object: JsonObject): DecodedBody {
    return this.#decode(object, undefined, false);
  }

  #decode(body: JsonObject, numbers: ReadBody["numbers"], isBody: boolean): DecodedBody {
    const unknown: string[] = [];
    if (numbers?.infinite !== undefined) throw this.#refuse(noFloat(numbers.infinite));
    const { metadata, ...rest } = asGoNumbers(body, (text) => this.#refuse(noFloat(text))) as JsonObject;
    const object: Draft = { ...rest, apiVersion: apiVersionOf(this), kind: this.kind };
    if (metadata !== undefined && metadata !== null) object["metadata"] = this.#readMeta(metadata, unknown);
    else object["metadata"] = {};
    // An apply is stored as it is, and pruned when it is read.
    if (!isBody) {
      keepEmpty(object, metadata);
      return { object, unknownFields: unknown, emptied: [] };
    }
    const embedded: string[] = [];
    const value = this.#readEmbedded(object, embedded);
    if (this.versionDefinition.preservesUnknown)
      return { object: value as Draft, unknownFields: [...unknown, ...embedded], emptied: [] };
    const pruned = pruneUnknownFields(this.schema, value);
    unknown.push(...pruned.unknownFields, ...embedded);
    return { object: { ...(pruned.value as JsonObject) }, unknownFields: unknown, emptied: [] };
  }

  #readEmbedded(object: Draft, unknown: string[]): JsonValue {
    const coerced = coerceEmbeddedMetadata(this.schema, object, readMetadata);
    if (coerced.kind === "refused") throw this.#refuse(`${coerced.error.field}: ${coerced.error.message}`);
    unknown.push(...coerced.unknownFields);
    return coerced.value;
  }

  #readMeta(metadata: JsonValue, unknown: string[]): JsonValue {
    const reading = readMetadata(metadata);
    if (reading.kind === "refused") throw this.#refuse(reading.problem);
    unknown.push(...reading.unknownFields.map((field) => `metadata.${field}`));
    return reading.metadata;
  }

  #refuse(problem: string): Error {
    return badRequestError(
      `${this.kind} in version "${this.version}" cannot be handled as a ${this.kind}: ${problem}`,
    );
  }

  applyDefaults(object: JsonObject, nulls?: NullHandling): Draft {
    return { ...(applyDefaults(this.schema, object, nulls) as JsonObject) };
  }

  settle(object: Draft): Draft {
    return object;
  }

  get convertStored(): Resource["convertStored"] {
    const deps = this.#askWith;
    if (deps === undefined) return undefined;
    return async (objects) => {
      const unknown = objects.filter((object) => !this.#served.has(object));
      const read = unknown.map((object) => this.#atItsVersion(object));
      const converted = await this.#convert(read, apiVersionOf(this), deps);
      for (const [index, object] of unknown.entries())
        this.#served.set(object, this.#pruned(converted[index] ?? object));
    };
  }

  get convertTo(): Resource["convertTo"] {
    const deps = this.#askWith;
    if (deps === undefined) return undefined;
    return async (object, apiVersion) => {
      const [converted] = await this.#convert([object], apiVersion, deps);
      return converted ?? object;
    };
  }

  #convert(
    objects: readonly KubeObject[],
    apiVersion: string,
    deps: ConversionDeps,
  ): Promise<readonly KubeObject[]> {
    const { conversion } = this.definition;
    if (conversion === undefined) return Promise.resolve(objects);
    return convertObjects(conversion, objects, apiVersion, deps);
  }

  /** The object as the version would serve it in which it is stored: pruned and with its defaults. */
  #atItsVersion(stored: KubeObject): KubeObject {
    const object = withoutEmpty(stored);
    const name = object.apiVersion.slice(object.apiVersion.indexOf("/") + 1);
    const own = this.definition.versions.find((each) => each.name === name) ?? this.versionDefinition;
    const coerced = coerceEmbeddedMetadata(own.schema, asJson(object), readMetadata, "drop");
    const value = coerced.kind === "coerced" ? (coerced.value as JsonObject) : asJson(object);
    return applyDefaults(own.schema, prunedTo(own, value)) as unknown as KubeObject;
  }

  /**
   * Reading prunes and defaults again, by the version in which the object is stored, as its schema may have changed since;
   * what comes of it is converted and pruned, and has no defaults of this version.
   */
  fromStorage(object: KubeObject): KubeObject {
    const known = this.#served.get(object);
    if (known !== undefined) return known;
    const served = this.#serve(this.#atItsVersion(object));
    this.#served.set(object, served);
    return served;
  }

  #serve(object: KubeObject): KubeObject {
    const apiVersion = apiVersionOf(this);
    if (object.apiVersion === apiVersion) return object;
    return this.#pruned({ ...object, apiVersion });
  }

  #pruned(object: KubeObject): KubeObject {
    return prunedTo(this.versionDefinition, asJson(object)) as unknown as KubeObject;
  }

  /** The stored version keeps what its own schema knows. */
  toStorage(object: KubeObject): KubeObject {
    const isOwn = object.apiVersion === this.storageVersion;
    const stored = { ...(isOwn ? object : withoutEmpty(object)), apiVersion: this.storageVersion };
    const storage = this.definition.versions.find(
      (version) => version.name === this.definition.storageVersion,
    );
    if (storage === undefined || storage === this.versionDefinition) return stored;
    return prunedTo(storage, asJson(stored)) as unknown as KubeObject;
  }
}

function prunedTo({ schema, preservesUnknown }: DefinitionVersion, object: JsonObject): JsonObject {
  return preservesUnknown ? object : (pruneUnknownFields(schema, object).value as JsonObject);
}

/** What a Table of objects says whose definition names no columns. */
const DEFAULT_COLUMNS: readonly PrinterColumn[] = [
  {
    name: "Age",
    type: "date",
    format: "",
    description: "When the object was created.",
    priority: 0,
    jsonPath: ".metadata.creationTimestamp",
  },
];

function subresourcesOf(
  resource: { readonly group: string; readonly version: string; readonly kind: string },
  version: DefinitionVersion,
): ReadonlyMap<string, Subresource> {
  const verbs = ["get", "patch", "update"];
  const found = new Map<string, Subresource>();
  if (version.hasStatus) {
    const { group, version: own, kind } = resource;
    found.set("status", { name: "status", group, version: own, kind, verbs });
  }
  if (version.scale !== undefined) {
    found.set("scale", { name: "scale", group: "autoscaling", version: "v1", kind: "Scale", verbs });
  }
  return found;
}

/** Parts of a metadata that an apply may leave without items: they are stored so, and nobody is ever told of them. */
const EMPTIABLE = ["annotations", "finalizers", "labels", "ownerReferences"];

function isEmptyPart(value: JsonValue | undefined): boolean {
  return value === null || (typeof value === "object" && Object.keys(value).length === 0);
}

function keepEmpty(object: Draft, metadata: JsonValue | undefined): void {
  if (!isDraft(metadata)) return;
  const empty = EMPTIABLE.filter((part) => isEmptyPart(metadata[part]));
  if (empty.length === 0) return;
  const kept = Object.fromEntries(empty.map((part) => [part, metadata[part] ?? null]));
  object["metadata"] = { ...child(object, "metadata"), ...kept };
}

function withoutEmpty(object: KubeObject): KubeObject {
  const metadata = asJson(object)["metadata"];
  if (!isDraft(metadata) || !EMPTIABLE.some((part) => isEmptyPart(metadata[part]))) return object;
  const kept = Object.entries(metadata).filter(
    ([part, value]) => !EMPTIABLE.includes(part) || !isEmptyPart(value),
  );
  return { ...object, metadata: Object.fromEntries(kept) };
}

const INT64 = 2n ** 63n;

function noFloat(text: string): string {
  return `json: cannot unmarshal number ${text} into Go value of type float64`;
}

/** An integer that no int64 holds is a float64 in Go; everything else stays as it is, and the same object. */
function asGoNumbers(value: JsonValue, refuse: (text: string) => Error): JsonValue {
  if (typeof value === "bigint") return asGoInteger(value, refuse);
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) {
    const items = value as readonly JsonValue[];
    const next = items.map((item) => asGoNumbers(item, refuse));
    return next.some((item, index) => item !== items[index]) ? next : value;
  }
  const object = value as JsonObject;
  let changed: Draft | undefined;
  for (const key of Object.keys(object)) {
    const before = object[key] as JsonValue;
    const next = asGoNumbers(before, refuse);
    if (next === before) continue;
    changed ??= { ...object };
    changed[key] = next;
  }
  return changed ?? object;
}

function asGoInteger(value: bigint, refuse: (text: string) => Error): JsonValue {
  if (value < INT64 && value >= -INT64) return value;
  const float = Number(value);
  if (!Number.isFinite(float)) throw refuse(String(value));
  return float;
}

/** Reads a metadata as Go's ObjectMeta. */
export function readMetadata(metadata: JsonValue): MetadataReading {
  const struct = goStruct("meta.v1.ObjectMeta");
  if (!isDraft(metadata) || struct === undefined) {
    const kind = Array.isArray(metadata) ? "array" : typeof metadata === "boolean" ? "bool" : typeof metadata;
    return { kind: "refused", problem: `json: cannot unmarshal ${kind} into Go value of type v1.ObjectMeta` };
  }
  try {
    const { value, unknownFields } = decodeObject(struct, metadata);
    return { kind: "read", metadata: value, unknownFields };
  } catch (error) {
    if (error instanceof GoDecodeError) return { kind: "refused", problem: error.message };
    throw error;
  }
}
