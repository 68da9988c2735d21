import { compareUtf8, type JsonObject, type JsonValue, WeirError } from "@weir/core";
import { emitYaml, loadYaml, YamlError } from "@weir/yaml";

import { isBlank } from "../manifests/go-space.ts";
import { isPartial, sortManifests } from "../manifests/sort-manifests.ts";
import { splitManifests } from "../manifests/split-manifests.ts";

/** Changes the objects of a release before they are sorted: kustomize's patches and images, for one. */
export type PostRenderer = (objects: readonly JsonObject[]) => readonly JsonObject[];

/**
 * What a post-renderer sees: hooks and the rest at once, each of them alone, or the rest only. Renderers that tell
 * objects by their identity need one of the latter where a hook is of the same name as another object.
 */
export type PostRenderStrategy = "combined" | "separate" | "nohooks";

/** Where Helm notes the template that an object comes from while a post-renderer has it. */
const ORIGIN = "postrenderer.helm.sh/postrender-filename";

/** Objects cannot be handed to a post-renderer, or it failed; the message is Helm's. */
export class PostRenderError extends WeirError {
  override readonly name = "PostRenderError";
  readonly reason = "PostRenderFailed";
  readonly retry = "never";
}

/** Runs a post-renderer over rendered templates; objects that it adds get files of their own. */
export function postRender(
  files: ReadonlyMap<string, string>,
  renderer: PostRenderer,
  strategy: PostRenderStrategy,
): ReadonlyMap<string, string> {
  if (strategy === "combined") {
    return runRenderer(files, renderer, { group: "", doing: "while running post render on files" });
  }
  const { hooks, manifests } = sortManifests(files);
  const hookFiles = joinDocuments(hooks.map(({ path, manifest }) => [path, manifest]));
  const otherFiles = joinDocuments(manifests.map(({ path, content }) => [path, content]));
  const renderedHooks =
    strategy === "nohooks" ? hookFiles : runRenderer(hookFiles, renderer, groupOf("hooks"));
  const renderedOthers = runRenderer(otherFiles, renderer, groupOf("manifests"));
  return joinDocuments([...renderedHooks, ...renderedOthers]);
}

interface Group {
  /** Part of the names of files that Helm makes up. */
  readonly group: string;
  readonly doing: string;
}

function groupOf(group: string): Group {
  return { group, doing: `while running post render on ${group}` };
}

function joinDocuments(documents: Iterable<readonly [path: string, text: string]>): Map<string, string> {
  const joined = new Map<string, string>();
  for (const [path, text] of documents) {
    const before = joined.get(path);
    joined.set(path, before === undefined ? text : `${before}\n---\n${text}`);
  }
  return joined;
}

function runRenderer(
  files: ReadonlyMap<string, string>,
  renderer: PostRenderer,
  { group, doing }: Group,
): ReadonlyMap<string, string> {
  if (files.size === 0) return files;
  const objects = [...files.keys()]
    .sort(compareUtf8)
    .flatMap((path) => objectsOf(path, files.get(path) ?? ""));
  const texts = new Map<string, string[]>();
  for (const [at, object] of rendered(objects, renderer, doing).entries()) {
    const { origin, plain } = withoutOrigin(object);
    const path = origin ?? `generated-by-postrender-${group === "" ? "" : `${group}-`}${at}.yaml`;
    const found = texts.get(path);
    if (found === undefined) texts.set(path, [emitYaml(plain)]);
    else found.push(emitYaml(plain));
  }
  return new Map(texts.entries().map(([path, documents]) => [path, documents.join("---\n")]));
}

function rendered(
  objects: readonly JsonObject[],
  renderer: PostRenderer,
  doing: string,
): readonly JsonObject[] {
  try {
    return renderer(objects);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new PostRenderError(`error ${doing}: ${message}`, { cause });
  }
}

function objectsOf(path: string, text: string): readonly JsonObject[] {
  if (isPartial(path) || isBlank(text)) return [];
  return splitManifests(text).flatMap((document) => {
    const value = parse(path, document);
    if (value === null) return [];
    if (isObject(value)) return [withOrigin(value, path)];
    throw new PostRenderError(`error merging manifests: annotating ${path}: wrong node kind`);
  });
}

function parse(path: string, document: string): JsonValue {
  try {
    return loadYaml(document);
  } catch (cause) {
    if (!(cause instanceof YamlError)) throw cause;
    throw new PostRenderError(`error merging manifests: parsing ${path}: ${cause.message}`, { cause });
  }
}

function withOrigin(object: JsonObject, path: string): JsonObject {
  const metadata = objectAt(object, "metadata");
  const annotations = { ...objectAt(metadata, "annotations"), [ORIGIN]: path };
  return { ...object, metadata: { ...metadata, annotations } };
}

function withoutOrigin(object: JsonObject): {
  readonly origin: string | undefined;
  readonly plain: JsonObject;
} {
  const metadata = objectAt(object, "metadata");
  const { [ORIGIN]: origin, ...annotations } = objectAt(metadata, "annotations");
  if (typeof origin !== "string") return { origin: undefined, plain: object };
  return { origin, plain: { ...object, metadata: { ...metadata, annotations } } };
}

function objectAt(object: JsonObject, key: string): JsonObject {
  const value = Object.hasOwn(object, key) ? object[key] : undefined;
  return value !== undefined && isObject(value) ? value : {};
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
