import type { JsonObject, JsonValue } from "@weir/core";

type Draft = Record<string, JsonValue>;

const SECURITY = { BearerToken: { type: "apiKey", name: "authorization", in: "header" } };

/**
 * The OpenAPI v2 document of all that v3 documents tell. What v2 has no words for is left out: alternatives, nulls and
 * defaults; a field that is an integer or a text is a text of the format `int-or-string`.
 */
export function openApiV2(documents: readonly JsonObject[]): JsonObject {
  const definitions: Draft = {};
  const paths: Draft = {};
  for (const document of documents) {
    for (const [name, schema] of entries(member(document, "components", "schemas")))
      definitions[name] ??= schemaV2(schema);
    for (const [path, item] of entries(member(document, "paths"))) paths[path] ??= pathV2(item as JsonObject);
  }
  return {
    swagger: "2.0",
    info: { title: "Kubernetes", version: "v1.36.3" },
    paths: sorted(paths),
    definitions: sorted(definitions),
    parameters: {},
    securityDefinitions: SECURITY,
    security: [{ BearerToken: [] }],
  };
}

function member(value: JsonObject, ...keys: readonly string[]): JsonObject {
  return keys.reduce((at, key) => (at[key] ?? {}) as JsonObject, value);
}

function entries(value: JsonObject): readonly (readonly [string, JsonValue])[] {
  return Object.entries(value);
}

function sorted(value: Draft): JsonObject {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const V3_REFERENCE = "#/components/schemas/";
const unspeakable = new Set(["default", "nullable", "oneOf", "anyOf", "not", "allOf", "$ref"]);

function schemaV2(value: JsonValue): JsonValue {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  const schema = value as JsonObject;
  const reference = referenceOf(schema);
  const draft: Draft = {};
  for (const [key, item] of Object.entries(schema)) {
    if (unspeakable.has(key)) continue;
    if (key === "properties") draft[key] = mapValues(item as JsonObject, schemaV2);
    else if (key === "items" || key === "additionalProperties") draft[key] = schemaV2(item);
    else draft[key] = item;
  }
  if (draft["format"] === "int-or-string") draft["type"] ??= "string";
  if (reference !== undefined) draft["$ref"] = `#/definitions/${reference.slice(V3_REFERENCE.length)}`;
  return draft;
}

/** A reference stands alone, or as the only one of several that must hold. */
function referenceOf(schema: JsonObject): string | undefined {
  const own = schema["$ref"];
  if (typeof own === "string") return own;
  const all = schema["allOf"];
  if (!Array.isArray(all) || all.length !== 1) return undefined;
  const reference = ((all as readonly JsonValue[])[0] as JsonObject)["$ref"];
  return typeof reference === "string" ? reference : undefined;
}

function mapValues(value: JsonObject, change: (item: JsonValue) => JsonValue): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, change(item)]));
}

function pathV2(item: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(item).map(([key, value]) => {
      if (key === "parameters") return [key, (value as readonly JsonObject[]).map(parameterV2)];
      return [key, isOperation(value) ? operationV2(value as JsonObject) : value];
    }),
  );
}

function isOperation(value: JsonValue): boolean {
  return value !== null && typeof value === "object" && Object.hasOwn(value, "responses");
}

/** What a parameter is stands beside its name. */
function parameterV2({ schema, ...parameter }: JsonObject): JsonObject {
  return { ...((schema ?? {}) as JsonObject), ...parameter };
}

function operationV2({ requestBody, parameters, responses, ...operation }: JsonObject): JsonObject {
  const body = requestBody as JsonObject | undefined;
  const content = body === undefined ? {} : member(body, "content");
  const own = ((parameters ?? []) as readonly JsonObject[]).map(parameterV2);
  const consumed = body === undefined ? [] : [bodyParameter(body, content)];
  const all = [...consumed, ...own];
  return {
    ...operation,
    ...(body === undefined ? {} : { consumes: Object.keys(content) }),
    produces: producedTypes(responses as JsonObject),
    ...(all.length === 0 ? {} : { parameters: all }),
    responses: mapValues(responses as JsonObject, responseV2),
  };
}

function bodyParameter(body: JsonObject, content: JsonObject): JsonObject {
  const [media] = Object.values(content) as readonly JsonObject[];
  return {
    name: "body",
    in: "body",
    ...(body["required"] === true ? { required: true } : {}),
    schema: schemaV2(media?.["schema"] ?? {}),
  };
}

function producedTypes(responses: JsonObject): readonly string[] {
  const types = Object.values(responses).flatMap((response) =>
    Object.keys(member(response as JsonObject, "content")),
  );
  return [...new Set(types)];
}

function responseV2(response: JsonValue): JsonValue {
  const { content, ...rest } = response as JsonObject;
  const [media] = Object.values((content ?? {}) as JsonObject) as readonly JsonObject[];
  const description = rest["description"] ?? "";
  return {
    ...rest,
    description,
    ...(media?.["schema"] === undefined ? {} : { schema: schemaV2(media["schema"]) }),
  };
}
