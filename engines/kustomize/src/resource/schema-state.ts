import type { JsonObject, JsonValue } from "@weir/core";
import { loadYaml } from "@weir/yaml";
import { KustomizeError } from "../error.ts";
import { builtinShape, type MergeShape } from "../patch/merge-shape.ts";
import { apiVersionOf } from "./resource-id.ts";
import type { Schemas } from "./schemas.ts";
import { BUILTIN_SCOPES, type Scope } from "./scope.ts";

const BUILTIN_VERSION = "v1.21.2";

function objectOf(value: JsonValue | undefined): JsonObject {
  return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as JsonObject) : {};
}

function textAt(value: JsonObject, key: string): string {
  const text = value[key];
  return typeof text === "string" ? text : "";
}

interface MutableShape {
  fields?: Record<string, MergeShape>;
  additional?: MergeShape;
  items?: MergeShape;
  mergeKeys?: readonly string[];
  isBroken?: boolean;
}

/** What upstream takes for texts without a look. */
const EXTENSIONS = ["x-kubernetes-patch-strategy", "x-kubernetes-patch-merge-key"] as const;

/** The kinds of an OpenAPI v2 document: how they merge and which of them belong to a namespace. */
class OpenApiKinds {
  readonly #definitions: JsonObject;
  readonly #shapes = new Map<string, MergeShape>();
  readonly #byKind = new Map<string, string>();
  readonly scopes: ReadonlyMap<string, Scope>;

  constructor(document: JsonObject) {
    this.#definitions = objectOf(document["definitions"]);
    for (const [name, definition] of Object.entries(this.#definitions)) {
      const kinds = objectOf(definition)["x-kubernetes-group-version-kind"];
      if (!Array.isArray(kinds)) continue;
      for (const kind of kinds) this.#byKind.set(kindKey(objectOf(kind as JsonValue)), name);
    }
    this.scopes = scopesOf(objectOf(document["paths"]));
  }

  shapeOf(apiVersion: string, kind: string): MergeShape | undefined {
    const name = this.#byKind.get(`${apiVersion} ${kind}`);
    return name === undefined ? undefined : this.#named(name);
  }

  #named(name: string): MergeShape | undefined {
    const known = this.#shapes.get(name);
    if (known !== undefined) return known;
    if (!Object.hasOwn(this.#definitions, name)) return undefined;
    const shape: MutableShape = {};
    this.#shapes.set(name, shape);
    this.#fill(shape, objectOf(this.#definitions[name]));
    return shape;
  }

  #shape(schema: JsonObject): MergeShape | undefined {
    const reference = textAt(schema, "$ref");
    if (reference !== "") return this.#named(reference.replace("#/definitions/", ""));
    const shape: MutableShape = {};
    this.#fill(shape, schema);
    return shape;
  }

  #fill(shape: MutableShape, schema: JsonObject): void {
    const fields: Record<string, MergeShape> = {};
    for (const [key, property] of Object.entries(objectOf(schema["properties"]))) {
      const inner = this.#shape(objectOf(property));
      if (inner !== undefined) fields[key] = inner;
    }
    shape.fields = fields;
    const additional = schema["additionalProperties"];
    if (typeof additional === "object") assignShape(shape, "additional", this.#shape(objectOf(additional)));
    if (textAt(schema, "type") === "array")
      assignShape(shape, "items", this.#shape(objectOf(schema["items"])));
    if (EXTENSIONS.some((name) => schema[name] !== undefined && typeof schema[name] !== "string")) {
      shape.isBroken = true;
    }
    const strategies = textAt(schema, "x-kubernetes-patch-strategy").split(",");
    if (!strategies.includes("merge")) return;
    const keys = schema["x-kubernetes-list-map-keys"];
    const key = textAt(schema, "x-kubernetes-patch-merge-key");
    shape.mergeKeys = Array.isArray(keys) ? keys.map(String) : key === "" ? [] : [key];
  }
}

function assignShape(
  shape: MutableShape,
  field: "additional" | "items",
  value: MergeShape | undefined,
): void {
  if (value !== undefined) shape[field] = value;
}

function kindKey(kind: JsonObject): string {
  const gvk = { group: textAt(kind, "group"), version: textAt(kind, "version"), kind: textAt(kind, "kind") };
  return `${apiVersionOf(gvk)} ${gvk.kind}`;
}

function scopesOf(paths: JsonObject): ReadonlyMap<string, Scope> {
  const scopes = new Map<string, Scope>();
  for (const [path, operations] of Object.entries(paths)) {
    const kind = objectOf(objectOf(operations)["get"])["x-kubernetes-group-version-kind"];
    if (kind === undefined) continue;
    const key = kindKey(objectOf(kind));
    if (path.includes("namespaces/{namespace}")) scopes.set(key, "namespaced");
    else if (!scopes.has(key)) scopes.set(key, "cluster");
  }
  return scopes;
}

/**
 * What one build knows about kinds; the first `openapi` field that is met decides.
 *
 * A custom schema takes the place of the built-in one, unless that was needed before it was met.
 */
export class SchemaState implements Schemas {
  #custom: Uint8Array | undefined;
  #version = "";
  #customKinds: OpenApiKinds | undefined;
  #isReady = false;
  #hasBuiltin = false;
  #needsBuiltin: boolean;

  /** `keepsBuiltin` leaves the built-in schema in place beside a custom one. */
  constructor(keepsBuiltin = false) {
    this.#needsBuiltin = keepsBuiltin;
  }

  /** Takes the `openapi` field of a kustomization; `load` reads the file that it names. */
  use(openapi: Readonly<Record<string, string>> | undefined, load: (path: string) => Uint8Array): void {
    const content = openapi?.["path"] === undefined ? undefined : load(openapi["path"]);
    if (this.#version !== "" || this.#custom !== undefined) return;
    const version = openapi?.["version"];
    if (content !== undefined) {
      if (version !== undefined) {
        throw new KustomizeError("builtin version and custom schema provided, cannot use both");
      }
      this.#custom = content;
      this.#version = "custom";
      this.#isReady = false;
      return;
    }
    if (version === undefined || version === "") return;
    if (version !== BUILTIN_VERSION) {
      throw new KustomizeError("the specified OpenAPI version is not built in");
    }
    this.#version = version;
  }

  isCertainlyClusterScoped(apiVersion: string, kind: string): boolean {
    const key = `${apiVersion} ${kind}`;
    const builtin = BUILTIN_SCOPES.get(key);
    if (builtin !== undefined) return builtin === "cluster";
    if (this.#custom === undefined) {
      this.#needsBuiltin = true;
      return false;
    }
    this.#prepare();
    return this.#customKinds?.scopes.get(key) === "cluster";
  }

  shapeOf(apiVersion: string, kind: string): MergeShape | undefined {
    this.#prepare();
    const builtin = this.#hasBuiltin ? builtinShape(apiVersion, kind) : undefined;
    return builtin ?? this.#customKinds?.shapeOf(apiVersion, kind);
  }

  #prepare(): void {
    if (this.#isReady) return;
    this.#isReady = true;
    if (this.#custom === undefined) this.#hasBuiltin = true;
    else this.#customKinds = new OpenApiKinds(readDocument(this.#custom));
    if (this.#needsBuiltin) this.#hasBuiltin = true;
  }
}

function readDocument(content: Uint8Array): JsonObject {
  try {
    const document = loadYaml(content);
    if (document !== null) return objectOf(document);
  } catch (error) {
    throw new KustomizeError("invalid schema file", { cause: error });
  }
  throw new KustomizeError("the schema file is empty");
}
