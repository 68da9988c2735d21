import { type JsonObject, type JsonValue, parseJson } from "@weir/core";
import { loadYaml } from "@weir/yaml";
import { KustomizeError, messageOf, withPrefix } from "../error.ts";
import { EMPTY_CONFIG, type NameReference, type TransformerConfig } from "../file/default-field-specs.ts";
import type { FieldSpec } from "../file/kustomization.ts";
import type { Loader } from "../file/loader.ts";
import { goJson } from "../node/go-json.ts";
import { mergeConfigs } from "../file/transformer-config.ts";
import { checkDefinitions } from "./crd-schema.ts";

/** The field specs that the files of `crds` describe by extensions of their OpenAPI definitions. */
export function crdConfig(loader: Loader, paths: readonly string[]): TransformerConfig {
  let result = EMPTY_CONFIG;
  for (const path of paths) {
    const content = loader.load(path);
    const document = withPrefix(`unable to parse open API definition from '${path}'`, () =>
      readDefinitions(content),
    );
    const types = objectOf(document);
    for (const name of Object.keys(types).sort()) result = mergeConfigs(result, configOfType(types, name));
  }
  return result;
}

/** JSON where the text starts as an object, YAML elsewhere; upstream panics over an empty file. */
function readDefinitions(content: Uint8Array): JsonValue {
  if (content.length === 0) throw new KustomizeError("the file is empty");
  if (content[0] === BRACE) {
    const document = parsedJson(content);
    checkDefinitions(document);
    return document;
  }
  const document = withPrefix("error converting YAML to JSON", () => loadYaml(content));
  // What upstream makes of YAML is in the order of its keys.
  withPrefix("error unmarshaling JSON: while decoding JSON", () =>
    checkDefinitions(parseJson(goJson(document))),
  );
  return document;
}

function parsedJson(content: Uint8Array): JsonValue {
  try {
    return parseJson(new TextDecoder().decode(content));
  } catch (error) {
    throw new KustomizeError(jsonProblem(error), { cause: error });
  }
}

const BRACE = 0x7b;

function jsonProblem(error: unknown): string {
  const message = messageOf(error);
  return /end of|unterminated|unexpected end/i.test(message) ? "unexpected end of JSON input" : message;
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as JsonObject) : {};
}

function propertiesOf(types: JsonObject, name: string): JsonObject {
  const type = objectOf(types[name]);
  const schema = objectOf(type["Schema"] ?? type["schema"]);
  return objectOf(schema["properties"]);
}

interface Found {
  readonly commonAnnotations: FieldSpec[];
  readonly commonLabels: FieldSpec[];
  readonly namePrefix: FieldSpec[];
  readonly nameReference: NameReference[];
}

function configOfType(types: JsonObject, name: string): TransformerConfig {
  const properties = propertiesOf(types, name);
  const isResource = ["kind", "apiVersion", "metadata"].every((key) => Object.hasOwn(properties, key));
  if (!isResource) return EMPTY_CONFIG;
  const found: Found = { commonAnnotations: [], commonLabels: [], namePrefix: [], nameReference: [] };
  collect(types, name, { kind: name.slice(name.lastIndexOf(".") + 1), path: [], seen: new Set() }, found);
  return { ...EMPTY_CONFIG, ...found };
}

interface At {
  readonly kind: string;
  readonly path: readonly string[];
  readonly seen: ReadonlySet<string>;
}

function collect(types: JsonObject, name: string, at: At, found: Found): void {
  if (at.seen.has(name)) return;
  const seen = new Set([...at.seen, name]);
  const properties = propertiesOf(types, name);
  for (const key of Object.keys(properties).sort()) {
    const property = objectOf(properties[key]);
    const path = [...at.path, key];
    const spec: FieldSpec = { kind: at.kind, path: path.join("/") };
    if ("x-kubernetes-annotation" in property) found.commonAnnotations.push(spec);
    if ("x-kubernetes-label-selector" in property) found.commonLabels.push(spec);
    if ("x-kubernetes-identity" in property) found.namePrefix.push(spec);
    const reference = nameReference(property, at.kind, path);
    if (reference !== undefined) found.nameReference.push(reference);
    const ref = property["$ref"];
    if (typeof ref === "string") collect(types, ref, { kind: at.kind, path, seen }, found);
  }
}

function nameReference(
  property: JsonObject,
  referrer: string,
  path: readonly string[],
): NameReference | undefined {
  const version = property["x-kubernetes-object-ref-api-version"];
  const kind = property["x-kubernetes-object-ref-kind"];
  if (typeof version !== "string" || typeof kind !== "string") return undefined;
  const nameKey = property["x-kubernetes-object-ref-name-key"];
  const name = typeof nameKey === "string" ? nameKey : "name";
  return { kind, version, fieldSpecs: [{ kind: referrer, path: [...path, name].join("/") }] };
}
