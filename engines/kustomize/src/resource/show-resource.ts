import type { JsonObject, JsonValue } from "@weir/core";
import { emitYaml } from "@weir/yaml";
import { KustomizeError } from "../error.ts";
import { goJson } from "../node/go-json.ts";
import { copyNode, isMap, YamlMap } from "../node/node.ts";
import { mapToJson } from "../node/to-json.ts";
import { ORIGIN_ANNOTATION, originText, TRANSFORMATIONS_ANNOTATION, transformationsText } from "./origin.ts";
import type { Resource } from "./resource.ts";

const DOMAIN = "internal.config.kubernetes.io";

/** What the build knows about a resource, as the annotations that upstream keeps it in. */
export function buildAnnotations(resource: Resource): JsonObject {
  const { previousIds, noted, origin, transformations } = resource;
  const lists: Readonly<Record<string, readonly string[]>> = {
    allowKindChange: resource.allowKindChange ? ["enabled"] : [],
    allowNameChange: resource.allowNameChange ? ["enabled"] : [],
    generatorBehavior: resource.behavior === undefined ? [] : [resource.behavior],
    needsHashSuffix: resource.needsHash ? ["enabled"] : [],
    prefixes: resource.prefixes,
    previousKinds: noted.kinds,
    previousNames: previousIds.map(({ name }) => name),
    previousNamespaces: noted.namespaces,
    refBy: resource.referrers,
    suffixes: resource.suffixes,
  };
  const entries = Object.entries(lists)
    .map(([field, values]) => [field, values.filter((value) => value !== "")] as const)
    .filter(([, values]) => values.length > 0)
    .map(([field, values]) => [`${DOMAIN}/${field}`, values.join(",")] as const);
  return {
    ...(origin === undefined ? {} : { [ORIGIN_ANNOTATION]: originText(origin) }),
    ...(transformations.length === 0
      ? {}
      : { [TRANSFORMATIONS_ANNOTATION]: transformationsText(transformations) }),
    ...Object.fromEntries(entries),
  };
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as JsonObject) : {};
}

/** The object with those annotations, as upstream has it while it builds. */
export function annotated(resource: Resource): JsonObject {
  const object = ownJson(resource);
  const added = buildAnnotations(resource);
  if (Object.keys(added).length === 0) return object;
  const metadata = objectOf(object["metadata"]);
  const annotations = { ...objectOf(metadata["annotations"]), ...added };
  return { ...object, metadata: { ...metadata, annotations } };
}

/** The object itself; messages about keys that are defined twice count the lines of upstream's own annotations. */
export function ownJson(resource: Resource): JsonObject {
  const { root } = resource;
  try {
    return mapToJson(root);
  } catch (error) {
    if (root.shape !== undefined) mapToJson(withAnnotations(root, buildAnnotations(resource)));
    throw error;
  }
}

function withAnnotations(root: YamlMap, added: JsonObject): YamlMap {
  const copy = copyNode(root);
  const metadata = mapIn(copy, "metadata");
  const annotations = mapIn(metadata, "annotations");
  for (const [key, value] of Object.entries(added)) annotations.set(key, String(value));
  return copy;
}

function mapIn(map: YamlMap, key: string): YamlMap {
  const old = map.get(key);
  if (isMap(old)) return old;
  const created = new YamlMap();
  map.set(key, created);
  return created;
}

/** A resource as YAML, for messages. */
export function showResource(resource: Resource): string {
  return emitYaml(annotated(resource));
}

/** A resource as one line of JSON, for messages and comparisons; what cannot be written is told of instead. */
export function showResourceLine(resource: Resource): string {
  try {
    return goJson(annotated(resource));
  } catch (error) {
    if (error instanceof KustomizeError) return `<${error.message}>`;
    throw error;
  }
}
