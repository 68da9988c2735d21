import { emitYaml } from "@weir/yaml";
import type { JsonValue } from "@weir/core";
import { quoteGo } from "@weir/text";
import { KustomizeError, messageOf, prefixed, withPrefix } from "../error.ts";
import type { Patch, Selector } from "../file/kustomization.ts";
import type { Loader } from "../file/loader.ts";
import { isMap, NULL, YamlMap } from "../node/node.ts";
import { parseResources } from "../node/parse.ts";
import { fromJson } from "../node/to-json.ts";
import {
  applyJsonPatch,
  decodeJsonPatch,
  jsonOfPatch,
  type JsonPatchOperation,
  parseJsonPatch,
} from "../patch/json-patch.ts";
import { mergeStrategically } from "../patch/merge.ts";
import { ORIGIN_ANNOTATION, TRANSFORMATIONS_ANNOTATION } from "../resource/origin.ts";
import { Resource } from "../resource/resource.ts";
import { watchBuildFacts } from "../resource/build-facts.ts";
import { annotated, buildAnnotations } from "../resource/show-resource.ts";
import { copyMergeMetadata, type ResourceMap } from "../resource/resource-map.ts";
import { describeId } from "../resource/resource-id.ts";
import type { Schemas } from "../resource/schemas.ts";
import { selectResources } from "./selector.ts";
import type { Transformer } from "./transformer.ts";

/** What the patch transformers read and build with. */
export interface PatchContext {
  readonly loader: Loader;
  readonly schemas: Schemas;
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

function resourcesFrom(content: string | Uint8Array, schemas: Schemas): Resource[] {
  return parseResources(content).map((root) => new Resource(root, schemas));
}

/** The file in the words of `kusterr.Handler`. */
export function withFile(error: unknown, path: string, file: string): KustomizeError {
  const message = messageOf(error);
  if (!message.includes("MalformedYAMLError")) {
    return error instanceof KustomizeError ? error : new KustomizeError(message, { cause: error });
  }
  const line = error instanceof KustomizeError ? error.line : undefined;
  return new KustomizeError(`${message} in File: ${path}`, {
    file,
    ...(line === undefined ? {} : { line }),
    cause: error,
  });
}

function configError(builtin: string, config: JsonValue, error: unknown): KustomizeError {
  return prefixed(error, `trouble configuring builtin ${builtin} with config: \`\n${emitYaml(config)}\``);
}

/** The value without what Go's `omitempty` leaves out. */
export function withoutEmpty(value: JsonValue | undefined): JsonValue {
  if (Array.isArray(value)) return value.map((item: JsonValue) => withoutEmpty(item));
  if (value === undefined || value === null || typeof value !== "object") return value ?? null;
  const kept = Object.entries(value).filter(
    ([, item]) => item !== "" && item !== false && item !== 0 && !(Array.isArray(item) && item.length === 0),
  );
  return Object.fromEntries(kept.map(([key, item]) => [key, withoutEmpty(item as JsonValue)]));
}

/** The patches of `patchesStrategicMerge`: texts or files. */
export function strategicMergeTransformer(
  from: { readonly paths?: readonly string[]; readonly patches?: string },
  context: PatchContext,
): Transformer {
  const loaded: Resource[] = [];
  const paths = from.paths ?? [];
  const text = from.patches ?? "";
  if (paths.length === 0 && text === "") throw new KustomizeError("empty file path and empty patch content");
  for (const path of paths) loaded.push(...loadPatch(path, context));
  if (text !== "") loaded.push(...resourcesFrom(text, context.schemas));
  if (loaded.length === 0) {
    throw new KustomizeError(`patch appears to be empty; files=[${paths.join(" ")}], Patch=${text}`);
  }
  return (resources) => {
    for (const patch of loaded) {
      const target = resources.patchTarget(patch.originalId);
      mergeInto(resources, [target], patch);
    }
  };
}

/** The transformer of the field `patchesStrategicMerge`. */
export function strategicMergeField(paths: readonly string[], context: PatchContext): Transformer {
  try {
    return strategicMergeTransformer({ paths }, context);
  } catch (error) {
    throw configError("PatchStrategicMergeTransformer", { paths }, error);
  }
}

function loadPatch(path: string, context: PatchContext): Resource[] {
  try {
    return resourcesFrom(path, context.schemas);
  } catch (error) {
    if (!(error instanceof KustomizeError)) throw error;
    const content = context.loader.load(path);
    try {
      return resourcesFrom(content, context.schemas);
    } catch (inner) {
      throw withFile(inner, path, context.loader.fileOf(path));
    }
  }
}

/** Merges one patch into several resources, each with the patch in its own name. */
function mergeInto(resources: ResourceMap, targets: readonly Resource[], patch: Resource): void {
  for (const target of targets) {
    const copy = patch.copy();
    copyMergeMetadata(copy, patch);
    copy.setGvk(target.gvk);
    copy.setKind(patch.kind);
    applyPatch(target, copy);
    resources.touch(target);
  }
  resources.dropEmpty();
  resources.refuseEqualIds();
}

function touchesAnnotations(patch: Resource): boolean {
  const metadata = patch.root.get("metadata");
  return (
    isMap(metadata) && (metadata.get("annotations") !== undefined || metadata.get("$patch") !== undefined)
  );
}

function applyPatch(target: Resource, patch: Resource): void {
  const { name, namespace, kind } = target;
  if (patch.allowNameChange || patch.allowKindChange) target.storePreviousId();
  target.allowNameChange ||= patch.allowNameChange;
  target.allowKindChange ||= patch.allowKindChange;
  const merge = (): YamlMap | undefined =>
    mergeStrategically(target.root, patch.root, (apiVersion, of) => target.schemas.shapeOf(apiVersion, of));
  const merged = touchesAnnotations(patch) ? watchBuildFacts(target, merge) : merge();
  // Upstream looks only at what became of the target itself: `$patch: replace` on top changes nothing.
  if (merged === undefined) target.root = new YamlMap();
  if (target.isEmpty) return;
  if (!patch.allowKindChange) target.setKind(kind);
  if (!patch.allowNameChange) target.setName(name);
  target.setNamespace(namespace);
}

function applyJson(target: Resource, patch: readonly JsonPatchOperation[]): void {
  const known = Object.keys(buildAnnotations(target));
  const patched = applyJsonPatch(annotated(target), patch);
  const root = fromJson(patched);
  if (root !== NULL && !isMap(root)) {
    throw new KustomizeError("json: cannot unmarshal array into Go value of type map[string]interface {}");
  }
  target.root = isMap(root) ? root : new YamlMap();
  takeBackAnnotations(target, known);
}

/**
 * Removes what the build knows from the annotations again, where a patch saw it as upstream's patches do.
 *
 * Upstream restores its own annotations afterwards, but not those of origins, and rewrites all others as strings.
 */
function takeBackAnnotations(target: Resource, known: readonly string[]): void {
  // Metadata that cannot hold annotations keeps none of upstream's either.
  if (!target.holdsAnnotations) return target.forgetBuildFacts();
  const annotations = target.annotations();
  if (!annotations.has(ORIGIN_ANNOTATION)) target.origin = undefined;
  if (!annotations.has(TRANSFORMATIONS_ANNOTATION)) target.transformations = [];
  for (const key of known) annotations.delete(key);
  target.setAnnotations(annotations);
}

/** The transformer of one entry of the field `patches`. */
export function patchField(patch: Patch, context: PatchContext): Transformer {
  const config = withoutEmpty({
    path: patch.path ?? "",
    patch: patch.patch ?? "",
    ...(patch.target === undefined ? {} : { target: patch.target as JsonValue }),
    ...(patch.options === undefined ? {} : { options: patch.options as JsonValue }),
  });
  try {
    return patchTransformer(patch, context, config);
  } catch (error) {
    throw configError("PatchTransformer", config, error);
  }
}

interface LoadedPatch {
  readonly source: string;
  readonly merges: readonly Resource[] | undefined;
  readonly operations: readonly JsonPatchOperation[];
}

/** A patch of either kind, from a text or a file. */
export function patchTransformer(patch: Patch, context: PatchContext, config: JsonValue): Transformer {
  const loaded = loadEitherPatch(patch, context, config);
  const { merges } = loaded;
  if (merges === undefined) return jsonTransformer(loaded, patch.target);
  return mergeTransformer(merges, loaded.source, patch.target);
}

function loadEitherPatch(patch: Patch, context: PatchContext, config: JsonValue): LoadedPatch {
  const inline = trimGo(patch.patch ?? "");
  const path = patch.path ?? "";
  if (inline === "" && path === "") {
    throw new KustomizeError(`must specify one of patch and path in\n${emitYaml(config)}`.trimEnd());
  }
  if (inline !== "" && path !== "") {
    throw new KustomizeError(`patch and path can't be set at the same time\n${emitYaml(config)}`.trimEnd());
  }
  const text = inline === "" ? loadText(path, context) : inline;
  const source = inline === "" ? `[path: ${quoteGo(path)}]` : `[patch: ${quoteGo(inline)}]`;
  return parseEitherPatch(text, source, patch, context);
}

function trimGo(text: string): string {
  return text.replace(/^[\t\n\v\f\r \u0085\u00a0]+|[\t\n\v\f\r \u0085\u00a0]+$/g, "");
}

function loadText(path: string, { loader }: PatchContext): string {
  try {
    return decode(loader.load(path));
  } catch (error) {
    throw prefixed(error, `failed to get the patch file from path(${path})`);
  }
}

function attempt<Value>(action: () => Value): Value | undefined {
  try {
    return action();
  } catch (error) {
    if (error instanceof KustomizeError) return undefined;
    throw error;
  }
}

function isNonEmpty(list: readonly unknown[] | undefined): boolean {
  return list !== undefined && list.length > 0;
}

function allowChanges(
  patch: Resource,
  allowed: { readonly allowNameChange: boolean; readonly allowKindChange: boolean },
): void {
  Object.assign(patch, allowed);
  // Upstream writes this down as an annotation, and with it all others anew, as strings.
  if (allowed.allowNameChange || allowed.allowKindChange) patch.setAnnotations(patch.annotations());
}

function parseEitherPatch(text: string, source: string, patch: Patch, context: PatchContext): LoadedPatch {
  const merges = attempt(() => resourcesFrom(text, context.schemas));
  const operations = text === "" ? undefined : attempt(() => parseJsonPatch(text));
  if (isNonEmpty(merges) && isNonEmpty(operations)) {
    throw new KustomizeError(`illegally qualifies as both an SM and JSON patch: ${source}`);
  }
  if (merges === undefined && operations === undefined) {
    throw new KustomizeError(`unable to parse SM or JSON patch from ${source}`);
  }
  const { allowNameChange = false, allowKindChange = false } = patch.options ?? {};
  for (const merge of merges ?? []) allowChanges(merge, { allowNameChange, allowKindChange });
  return { source, merges, operations: operations ?? [] };
}

function mergeTransformer(
  merges: readonly Resource[],
  source: string,
  target: Selector | undefined,
): Transformer {
  return (resources) => {
    const [first] = merges;
    if (first === undefined) return;
    if (target === undefined) {
      for (const patch of merges) mergeById(resources, patch);
      return;
    }
    if (merges.length > 1) {
      throw new KustomizeError(
        `Multiple Strategic-Merge Patches in one \`patches\` entry is not allowed to set \`patches.target\` field: ${source}`,
      );
    }
    mergeInto(resources, selectResources(resources, target), first);
  };
}

function mergeById(resources: ResourceMap, patch: Resource): void {
  const id = patch.originalId;
  let target: Resource;
  try {
    target = resources.patchTarget(id);
  } catch (error) {
    throw prefixed(error, `no resource matches strategic merge patch ${quoteGo(describeId(id))}`);
  }
  const own = patch.copy();
  applyPatch(target, own);
  resources.touch(target);
}

function jsonTransformer({ source, operations }: LoadedPatch, target: Selector | undefined): Transformer {
  return (resources) => {
    if (target === undefined) throw new KustomizeError(`must specify a target for JSON patch ${source}`);
    for (const resource of selectResources(resources, target)) {
      resource.storePreviousId();
      applyJson(resource, operations);
      resources.touch(resource);
    }
  };
}

/** The transformer of one entry of `patchesJson6902`. */
export function json6902Transformer(
  from: { readonly target?: Selector; readonly path?: string; readonly jsonOp?: string },
  context: PatchContext,
): Transformer {
  const { target = {}, path = "" } = from;
  let text = from.jsonOp ?? "";
  if ((target.name ?? "") === "") throw new KustomizeError("must specify the target name");
  if (path === "" && text === "") throw new KustomizeError("empty file path and empty jsonOp");
  if (path !== "") {
    if (text !== "") throw new KustomizeError("must specify a file path or jsonOp, not both");
    text = decode(context.loader.load(path));
    if (text === "") throw new KustomizeError(`patch file '${path}' empty seems to be empty`);
  }
  const json = jsonOfPatch(text);
  const operations = withPrefix(
    () => `decoding ${json}`,
    () => decodeJsonPatch(json),
  );
  if (operations.length === 0) {
    throw new KustomizeError(`patch appears to be empty; file=${path}, JsonOp=${json}`);
  }
  return (resources) => {
    for (const resource of selectResources(resources, target)) {
      applyJson(resource, operations);
      resource.rewriteAnnotations();
      resources.touch(resource);
    }
  };
}

/** The transformer of one entry of the field `patchesJson6902`. */
export function json6902Field(patch: Patch, context: PatchContext): Transformer {
  const { target, path = "", patch: jsonOp = "" } = patch;
  const from = { ...(target === undefined ? {} : { target }), path, jsonOp };
  try {
    return json6902Transformer(from, context);
  } catch (error) {
    throw configError("PatchJson6902Transformer", withoutEmpty(from as unknown as JsonValue), error);
  }
}
