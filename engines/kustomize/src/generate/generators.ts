import type { GeneratorArgs, GeneratorOptions } from "../file/kustomization.ts";
import { KustomizeError } from "../error.ts";
import type { Loader } from "../file/loader.ts";
import { type Node, Scalar, YamlMap } from "../node/node.ts";
import { hasRefusedCharacter } from "../node/to-json.ts";
import { isYaml11NonString, newDataText } from "../node/resolve-scalar.ts";
import { addField, type Behavior, Resource } from "../resource/resource.ts";
import type { Schemas } from "../resource/schemas.ts";
import { type DataValue, loadKeyValues } from "./key-values.ts";

/** What a generator is configured with. */
export interface GeneratorContext {
  readonly loader: Loader;
  readonly schemas: Schemas;
}

/** Generates a ConfigMap. */
export function generateConfigMap(args: GeneratorArgs, context: GeneratorContext): Resource {
  const root = baseMap("ConfigMap", args);
  const values = loadKeyValues(args, context.loader);
  for (const key of [...values.keys()].sort()) {
    const value = values.get(key) ?? "";
    if (typeof value === "string") addData(root, "data", key, value);
    else addData(root, "binaryData", key, base64(value));
  }
  return finish(root, args, context);
}

/** Generates a Secret. */
export function generateSecret(args: GeneratorArgs, context: GeneratorContext): Resource {
  const root = baseMap("Secret", args);
  root.set("type", newString(args.type || "Opaque"));
  const values = loadKeyValues(args, context.loader);
  root.set("data", new YamlMap());
  for (const key of [...values.keys()].sort()) addData(root, "data", key, base64(values.get(key) ?? ""));
  return finish(root, args, context);
}

function newString(text: string): Node {
  return isYaml11NonString(text) ? new Scalar("!!str", text, true) : text;
}

function baseMap(kind: string, args: GeneratorArgs): YamlMap {
  if (!args.name) throw new KustomizeError("a configmap must have a name");
  const metadata = new YamlMap(new Map([["name", newString(args.name)]]));
  if (args.namespace) metadata.set("namespace", newString(args.namespace));
  return new YamlMap(
    new Map<string, Node>([
      ["apiVersion", "v1"],
      ["kind", kind],
      ["metadata", metadata],
    ]),
  );
}

function addData(root: YamlMap, field: string, key: string, value: string): void {
  let map = root.get(field);
  if (!(map instanceof YamlMap)) {
    map = new YamlMap();
    root.set(field, map);
  }
  addField(map, key, newDataText(value));
}

const LINE = 70;

/** Base64 in lines of 70 characters; one that fills a line ends with a newline. */
function base64(value: DataValue): string {
  const text = Buffer.from(typeof value === "string" ? Buffer.from(value, "utf8") : value).toString("base64");
  if (text.length < LINE) return text;
  return (text.match(/.{1,70}/g) ?? []).map((line) => `${line}\n`).join("");
}

function finish(root: YamlMap, args: GeneratorArgs, { schemas }: GeneratorContext): Resource {
  const { options } = args;
  setMetadata(root, "labels", options?.labels);
  setMetadata(root, "annotations", options?.annotations);
  if (options?.immutable === true) root.set("immutable", new Scalar("!!bool", "true"));
  const resource = new Resource(root, schemas);
  resource.needsHash = options?.disableNameSuffixHash !== true;
  resource.behavior = behaviorOf(args.behavior);
  return resource;
}

function behaviorOf(text: string | undefined): Behavior {
  return text === "create" || text === "replace" || text === "merge" ? text : "unspecified";
}

function setMetadata(
  root: YamlMap,
  field: "labels" | "annotations",
  entries: Readonly<Record<string, string>> | undefined,
): void {
  const metadata = root.get("metadata");
  const keys = Object.keys(entries ?? {}).sort();
  if (!(metadata instanceof YamlMap) || keys.length === 0) return;
  const map = new YamlMap();
  for (const key of keys) addField(map, key, new Scalar("!!str", entries?.[key] ?? "", true));
  map.setKeys = new Set(keys);
  map.isRead = true;
  metadata.set(field, map);
}

/** The generator's own options with those of the kustomization: its labels win, switches add up. */
export function mergeOptions(args: GeneratorArgs, shared: GeneratorOptions | undefined): GeneratorArgs {
  if (shared === undefined) return args;
  const own = args.options ?? {};
  return {
    ...args,
    options: {
      labels: { ...shared.labels, ...own.labels },
      annotations: { ...shared.annotations, ...own.annotations },
      disableNameSuffixHash: own.disableNameSuffixHash === true || shared.disableNameSuffixHash === true,
      immutable: own.immutable === true || shared.immutable === true,
    },
  };
}

/** Upstream passes a generator's configuration through YAML, which refuses some control characters. */
export function checkConfig(args: GeneratorArgs, builtin: string): void {
  const texts = [args.name, args.namespace, args.behavior, ...(args.literals ?? []), ...(args.files ?? [])];
  if (texts.some((text) => text !== undefined && hasRefusedCharacter(text))) {
    throw new KustomizeError(`builtin ${builtin} marshal: yaml: control characters are not allowed`);
  }
}
