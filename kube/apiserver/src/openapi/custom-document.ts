import { openApiDocument } from "@weir/builtin";
import { type JsonObject, type JsonValue, parseJson } from "@weir/core";
import { child, isDraft } from "../resources/draft-access.ts";
import type { Draft, Resource } from "../resources/resource.ts";

const META = "io.k8s.apimachinery.pkg.apis.meta.v1";
const reference = (name: string): JsonObject => ({ $ref: `#/components/schemas/${name}` });

/** The document of the custom resources of one group and version, as the server publishes one for each. */
export function customDocument(group: string, version: string, resources: readonly Resource[]): JsonObject {
  const schemas: Record<string, JsonValue> = { ...metaSchemas() };
  const paths: Record<string, JsonValue> = {};
  for (const resource of resources) {
    const name = modelName(group, version, resource.kind);
    schemas[name] = modelSchema(resource);
    schemas[`${name}List`] = listSchema(resource, name);
    Object.assign(paths, pathsOf(resource, name));
  }
  return {
    openapi: "3.0.0",
    info: { title: "Kubernetes CRD Swagger", version: "v0.1.0" },
    paths,
    components: { schemas },
  };
}

/** `com.example.v1.Widget`: the group's labels the other way round. */
function modelName(group: string, version: string, kind: string): string {
  return `${group.split(".").reverse().join(".")}.${version}.${kind}`;
}

/** The schemas of metadata, from any built-in document: all of them have the same. */
function metaSchemas(): JsonObject {
  const document = parseJson(openApiDocument("apis/coordination.k8s.io/v1") ?? "{}");
  const schemas = child(child(isDraft(document) ? document : {}, "components"), "schemas") ?? {};
  return Object.fromEntries(
    Object.entries(schemas).filter(([name]) => name.startsWith("io.k8s.apimachinery.")),
  );
}

function gvkOf(resource: Resource, suffix = ""): JsonObject {
  return { group: resource.group, kind: `${resource.kind}${suffix}`, version: resource.version };
}

function modelSchema(resource: Resource): JsonObject {
  const schema = (resource.schema ?? { type: "object" }) as unknown as JsonObject;
  const properties = child(schema, "properties") ?? {};
  return {
    ...schema,
    type: "object",
    properties: {
      ...properties,
      apiVersion: { type: "string" },
      kind: { type: "string" },
      metadata: { allOf: [reference(`${META}.ObjectMeta`)] },
    },
    "x-kubernetes-group-version-kind": [gvkOf(resource)],
  };
}

function listSchema(resource: Resource, model: string): JsonObject {
  return {
    type: "object",
    required: ["items"],
    properties: {
      apiVersion: { type: "string" },
      items: { type: "array", items: reference(model) },
      kind: { type: "string" },
      metadata: { allOf: [reference(`${META}.ListMeta`)] },
    },
    "x-kubernetes-group-version-kind": [gvkOf(resource, "List")],
  };
}

const query = (name: string, type = "string"): JsonObject => ({
  name,
  in: "query",
  schema: { type, uniqueItems: true },
});
const inPath = (name: string): JsonObject => ({
  name,
  in: "path",
  required: true,
  schema: { type: "string", uniqueItems: true },
});

const writing = [query("dryRun"), query("fieldManager"), query("fieldValidation")];
const listing = [
  query("allowWatchBookmarks", "boolean"),
  query("continue"),
  query("fieldSelector"),
  query("labelSelector"),
  query("limit", "integer"),
  query("resourceVersion"),
  query("resourceVersionMatch"),
  query("sendInitialEvents", "boolean"),
  query("timeoutSeconds", "integer"),
  query("watch", "boolean"),
];
const deleting = [
  query("dryRun"),
  query("gracePeriodSeconds", "integer"),
  query("orphanDependents", "boolean"),
  query("propagationPolicy"),
];
const patchTypes = [
  "application/apply-patch+yaml",
  "application/json-patch+json",
  "application/merge-patch+json",
];

interface Operation {
  readonly action: string;
  readonly parameters?: readonly JsonObject[];
  readonly body?: JsonObject;
  readonly answer: string;
  readonly code?: string;
}

function operation(
  resource: Resource,
  { action, parameters, body, answer, code = "200" }: Operation,
): JsonObject {
  const content = Object.fromEntries(
    ["application/json", "application/yaml"].map((type) => [type, { schema: reference(answer) }]),
  );
  return {
    ...(parameters === undefined ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: { content: body, required: true } }),
    responses: { [code]: { content }, "401": {} },
    "x-kubernetes-action": action,
    "x-kubernetes-group-version-kind": gvkOf(resource),
  };
}

function pathsOf(resource: Resource, model: string): JsonObject {
  const root = `/apis/${resource.group}/${resource.version}`;
  const collection = resource.isNamespaced
    ? `${root}/namespaces/{namespace}/${resource.plural}`
    : `${root}/${resource.plural}`;
  const scope = [...(resource.isNamespaced ? [inPath("namespace")] : []), query("pretty")];
  const list: Operation = { action: "list", parameters: listing, answer: `${model}List` };
  const write = {
    "application/json": { schema: reference(model) },
    "application/yaml": { schema: reference(model) },
  };
  const paths: Draft = {};
  if (resource.isNamespaced)
    paths[`${root}/${resource.plural}`] = {
      get: operation(resource, list),
      parameters: [...listing, query("pretty")],
    };
  paths[collection] = {
    get: operation(resource, list),
    post: operation(resource, {
      action: "post",
      parameters: writing,
      body: write,
      answer: model,
      code: "201",
    }),
    delete: operation(resource, {
      action: "deletecollection",
      parameters: listing,
      answer: `${META}.Status`,
    }),
    parameters: scope,
  };
  const object = `${collection}/{name}`;
  paths[object] = {
    ...objectOperations(resource, model),
    delete: operation(resource, {
      action: "delete",
      parameters: deleting,
      body: { "application/json": { schema: reference(`${META}.DeleteOptions`) } },
      answer: `${META}.Status`,
    }),
    parameters: [inPath("name"), ...scope],
  };
  for (const name of resource.subresources.keys()) {
    paths[`${object}/${name}`] = {
      ...objectOperations(resource, model),
      parameters: [inPath("name"), ...scope],
    };
  }
  return paths;
}

function objectOperations(resource: Resource, model: string): JsonObject {
  const write = {
    "application/json": { schema: reference(model) },
    "application/yaml": { schema: reference(model) },
  };
  const patch = Object.fromEntries(patchTypes.map((type) => [type, { schema: reference(`${META}.Patch`) }]));
  return {
    get: operation(resource, { action: "get", parameters: [query("resourceVersion")], answer: model }),
    put: operation(resource, { action: "put", parameters: writing, body: write, answer: model }),
    patch: operation(resource, {
      action: "patch",
      parameters: [...writing, query("force", "boolean")],
      body: patch,
      answer: model,
    }),
  };
}
