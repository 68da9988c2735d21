import { openSharedTree, type SharedTree, type Tree } from "@weir/core";
import type { BuildResult } from "./build.ts";
import type { BuildBudgets } from "./file/loader.ts";
import { applyCommonMetadata, buildFluxKustomization, type CommonMetadata } from "./flux/build-flux.ts";
import type { FluxBuildSpec } from "./flux/merge-spec.ts";
import { substituteObject } from "./flux/substitute.ts";

/** A Flux build as plain data, for a worker thread. */
export interface BuildTaskInput {
  readonly tree: SharedTree;
  readonly path: string;
  readonly spec: FluxBuildSpec;
  readonly commonMetadata?: CommonMetadata;
  /** Variables to substitute after the build; absent where there is no `postBuild`. */
  readonly substitution?: {
    readonly variables: Readonly<Record<string, string>>;
    readonly strict?: boolean;
    readonly always?: boolean;
  };
  /** What messages call the root of the tree. */
  readonly root?: string;
  readonly budgets?: BuildBudgets;
}

/** What a build task gives back. */
export type BuildTaskOutput = BuildResult;

/** How many opened trees a worker keeps. */
const KEPT_TREES = 4;

/** Trees that this worker opened, by digest, the last used at the end: a cache whose loss changes nothing. */
const openedTrees = new Map<string, Tree>();

function openTree(shared: SharedTree): Tree {
  const tree = openedTrees.get(shared.digest) ?? openSharedTree(shared);
  openedTrees.delete(shared.digest);
  openedTrees.set(shared.digest, tree);
  for (const digest of openedTrees.keys()) {
    if (openedTrees.size <= KEPT_TREES) break;
    openedTrees.delete(digest);
  }
  return tree;
}

/**
 * Runs one build in a worker thread of core's pool: build, substitution, common metadata.
 *
 * `pool.run(import.meta.resolve("@weir/kustomize"), "runBuildTask", input, { affinity: input.tree.digest })` keeps
 * builds of one artifact on the worker that has opened it.
 */
export function runBuildTask(input: BuildTaskInput): BuildTaskOutput {
  const { path, spec, commonMetadata, substitution, root, budgets } = input;
  const { objects, ...result } = buildFluxKustomization(openTree(input.tree), path, spec, {
    ...(root === undefined ? {} : { root }),
    ...(budgets === undefined ? {} : { budgets }),
  });
  const variables = new Map(Object.entries(substitution?.variables ?? {}));
  const substituted =
    substitution === undefined
      ? objects
      : objects.map((object) => substituteObject(object, variables, substitution));
  const labelled =
    commonMetadata === undefined
      ? substituted
      : substituted.map((object) => applyCommonMetadata(object, commonMetadata));
  return { ...result, objects: labelled };
}
