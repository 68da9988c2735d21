import { createHash } from "node:crypto";
import { type JsonObject, openSharedTree, type SharedTree, type Tree } from "@weir/core";
import {
  buildKustomization,
  type BuildResult,
  emitResources,
  type FluxBuildSpec,
  KustomizeError,
  prepareFluxBuild,
  substituteObject,
} from "@weir/kustomize";
import { gvkOf, type KubeObject } from "@weir/objects";
import type { BuiltManifests } from "./build-cache.ts";
import type { Variables } from "./read-variables.ts";

/** What a worker is given for one build. */
export interface BuildTaskInput {
  readonly tree: SharedTree;
  readonly path: string;
  /** The fields of the spec that are merged into the kustomization. */
  readonly spec: FluxBuildSpec;
  /** Absent where nothing is substituted. */
  readonly substitution: Substitution | undefined;
}

/** The variables that are put into the built objects. */
export interface Substitution {
  readonly variables: Variables;
  readonly isStrict: boolean;
  readonly isAlways: boolean;
}

const OPEN_TREES = 4;

/**
 * Trees that this thread has opened, the last used last. The one piece of state of this module: a worker lives for many
 * builds of the same artifact, and opening a large one takes longer than building a folder of it.
 */
const openTrees = new Map<string, Tree>();

function openTree(shared: SharedTree): Tree {
  const tree = openTrees.get(shared.digest) ?? openSharedTree(shared);
  openTrees.delete(shared.digest);
  openTrees.set(shared.digest, tree);
  for (const digest of openTrees.keys()) {
    if (openTrees.size <= OPEN_TREES) break;
    openTrees.delete(digest);
  }
  return tree;
}

/** Builds the objects of a Kustomization; runs in a worker thread. */
export function buildManifests({ tree, path, spec, substitution }: BuildTaskInput): BuiltManifests {
  const prepared = prepareFluxBuild(openTree(tree), path, spec);
  const result = build(prepared.tree, path);
  const objects = result.objects.map((object) => finish(object, substitution));
  const text = emitResources(objects);
  const digest = `sha256:${createHash("sha256").update(text).digest("hex")}`;
  return { objects, digest, size: text.length, ...prepared.readSet() };
}

function build(tree: Tree, path: string): BuildResult {
  const options = { loadRestrictor: "none", reorder: "none", keepsBuiltinSchema: true } as const;
  try {
    return buildKustomization(tree, path, options);
  } catch (error) {
    if (!(error instanceof KustomizeError)) throw error;
    throw new KustomizeError(`kustomize build failed: ${error.message}`, { cause: error });
  }
}

function finish(object: JsonObject, substitution: Substitution | undefined): JsonObject {
  if (!isKubernetesObject(object)) {
    throw new KustomizeError(
      `failed to decode Kubernetes apiVersion, kind and name from: ${emitResources([object])}`,
    );
  }
  if (substitution === undefined) return object;
  try {
    return substitute(object, substitution);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new KustomizeError(`post build failed for '${nameOf(object)}': ${message}`, { cause: error });
  }
}

const SUBSTITUTE_MARK = "kustomize.toolkit.fluxcd.io/substitute";

function substitute(object: JsonObject, { variables, isStrict, isAlways }: Substitution): JsonObject {
  if (variables.kind === "known") {
    const values = new Map(Object.entries(variables.values));
    return substituteObject(object, values, { strict: isStrict, always: isAlways });
  }
  const { labels, annotations } = (object as unknown as KubeObject).metadata;
  const isDisabled = [labels, annotations].some((marks) => marks?.[SUBSTITUTE_MARK] === "disabled");
  if (isDisabled) return object;
  throw new KustomizeError(variables.problem);
}

function isKubernetesObject(object: JsonObject): boolean {
  const { apiVersion, kind, metadata } = object as unknown as Partial<KubeObject>;
  return Boolean(apiVersion) && Boolean(kind) && Boolean(metadata?.name);
}

/** `ConfigMap.v1.[noGrp]/name`, as kustomize names a resource. */
function nameOf(object: JsonObject): string {
  const { group, version, kind } = gvkOf(object as unknown as KubeObject);
  const { name = "" } = (object as unknown as KubeObject).metadata;
  return `${kind}.${version}.${group === "" ? "[noGrp]" : group}/${name}`;
}
