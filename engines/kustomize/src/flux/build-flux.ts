import { type JsonObject, type JsonValue, memoryTree, overlayTree, type Tree, writeJson } from "@weir/core";
import { type BuildOptions, type BuildResult, buildKustomization } from "../build.ts";
import { KustomizeError, movedTo } from "../error.ts";
import { fieldPosition } from "../layer/field-position.ts";
import { type ReadSet, ReadTracker } from "../read-set.ts";
import type { Kustomization } from "../file/kustomization.ts";
import type { ResolveLinks } from "../file/remote-sources.ts";
import { cleanPath } from "../resource/origin.ts";
import { setKey } from "../node/to-json.ts";
import { generateKustomization, type IgnorePath } from "./generate-kustomization.ts";
import { type FluxBuildSpec, mergeFluxSpec } from "./merge-spec.ts";

/** Labels and annotations for every object of a build. */
export interface CommonMetadata {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** How Flux's layer builds. */
export interface FluxBuildOptions
  extends Pick<BuildOptions, "budgets" | "root" | "resolveLinks" | "remotes"> {
  readonly isIgnored?: IgnorePath;
}

/** The tree that a Flux Kustomization builds: the artifact with its kustomization written anew. */
export interface FluxBuildInput {
  readonly tree: Tree;
  /** Where the kustomization stands. */
  readonly file: string;
  readonly isGenerated: boolean;
  /** What was found or generated there, before the spec was merged into it. */
  readonly kustomization: Kustomization;
  /** What of the artifact decided the build until now: complete once the build has ended. */
  readonly readSet: () => ReadSet;
}

/** Finds or generates the kustomization of a path and merges the spec into it. */
export function prepareFluxBuild(
  tree: Tree,
  path: string,
  spec: FluxBuildSpec,
  { isIgnored, root }: FluxBuildOptions = {},
): FluxBuildInput {
  const directory = cleanPath(path === "" ? "." : path);
  const tracker = new ReadTracker(tree);
  const found = generateKustomization(tracker.searchedTree, directory, isIgnored, root);
  const { kustomization, file, isGenerated } = found;
  const exists = (relative: string): boolean => {
    const at = cleanPath(`${directory}/${relative}`);
    // Read first, so that a directory that goes is noticed as well as one that comes.
    return tracker.tree.read(at) !== undefined || tree.list(at) !== undefined;
  };
  const merged = mergeFluxSpec(kustomization, spec, { isGenerated, exists });
  const content = Buffer.from(writeJson(merged as unknown as JsonObject), "utf8");
  const built = overlayTree(tracker.tree, memoryTree(new Map([[file, content]])));
  return { tree: built, file, isGenerated, kustomization, readSet: () => tracker.readSet() };
}

/**
 * Builds a path of an artifact as Flux's kustomize-controller does: in the order of loading, without load
 * restrictions inside the artifact, and never outside of it.
 *
 * Substitution and common metadata come after it, object by object.
 */
export function buildFluxKustomization(
  tree: Tree,
  path: string,
  spec: FluxBuildSpec,
  options: FluxBuildOptions = {},
): BuildResult {
  const input = prepareFluxBuild(tree, path, spec, options);
  let result: BuildResult;
  try {
    result = buildKustomization(input.tree, path, fluxBuildOptions(input, options));
  } catch (error) {
    throw placedInOriginal(error, input, tree);
  }
  return { ...result, ...input.readSet() };
}

/** How Flux builds what was prepared. */
export function fluxBuildOptions(input: FluxBuildInput, options: FluxBuildOptions): BuildOptions {
  const { budgets, root, resolveLinks, remotes } = options;
  // The kustomization that was written anew counts, whatever it was a link to.
  const resolve: ResolveLinks | undefined =
    resolveLinks && ((at) => (at === input.file ? { kind: "file", path: at } : resolveLinks(at)));
  return {
    loadRestrictor: "none",
    reorder: "none",
    keepsBuiltinSchema: true,
    ...(budgets === undefined ? {} : { budgets }),
    ...(root === undefined ? {} : { root }),
    ...(resolve === undefined ? {} : { resolveLinks: resolve }),
    ...(remotes === undefined ? {} : { remotes }),
  };
}

/** The place of an error in the kustomization as the artifact has it, not as it was written anew. */
function placedInOriginal(error: unknown, { file, isGenerated }: FluxBuildInput, tree: Tree): unknown {
  if (!(error instanceof KustomizeError) || error.file !== file) return error;
  const content = isGenerated ? undefined : tree.read(file);
  return movedTo(error, content === undefined ? undefined : fieldPosition(content, error.field ?? ""));
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/** Sets the labels and annotations of `spec.commonMetadata` on an object; they win over its own. */
export function applyCommonMetadata(object: JsonObject, { labels, annotations }: CommonMetadata): JsonObject {
  if (labels === undefined && annotations === undefined) return object;
  const metadata: Record<string, JsonValue> = { ...(isObject(object["metadata"]) ? object["metadata"] : {}) };
  for (const [field, added] of [
    ["labels", labels],
    ["annotations", annotations],
  ] as const) {
    if (added === undefined || Object.keys(added).length === 0) continue;
    const known = metadata[field];
    const entries: Record<string, JsonValue> = { ...(isObject(known) ? known : {}) };
    for (const [key, value] of Object.entries(added)) setKey(entries, key, value);
    metadata[field] = entries;
  }
  return { ...object, metadata };
}
