import type { Tree } from "@weir/core";
import { KustomizeError } from "../error.ts";
import { type BuildBudgets, Loader, Reads } from "./loader.ts";
import { type Kustomization, readKustomization } from "./kustomization.ts";
import { KUSTOMIZATION_FILES } from "./kustomization-files.ts";
import {
  neededRemote,
  type RemoteReference,
  type RemoteSources,
  type ResolveLinks,
} from "./remote-sources.ts";
import { isRemoteFile, parseRepoSpec } from "./repo-spec.ts";

/** How remote references are looked for. */
export interface DiscoverOptions {
  readonly remotes: RemoteSources;
  readonly resolveLinks?: ResolveLinks;
  readonly budgets?: BuildBudgets;
}

/**
 * The remote bases and files that a build is going to need and that are not among its sources, as far as the
 * kustomizations that can be read already tell: what a first fetch can get at once. A build may still need others.
 */
export function discoverRemotes(
  tree: Tree,
  path: string,
  { remotes, resolveLinks, budgets }: DiscoverOptions,
): readonly RemoteReference[] {
  const search = new Search(remotes);
  const reads = new Reads(budgets);
  search.visit(() => Loader.at({ tree, reads, restrictor: "none", root: "", resolveLinks, remotes }, path));
  return [...search.found.values()];
}

class Search {
  readonly found = new Map<string, RemoteReference>();
  readonly #remotes: RemoteSources;
  readonly #visited = new Set<string>();

  constructor(remotes: RemoteSources) {
    this.#remotes = remotes;
  }

  /** What is wrong with a kustomization is said by the build, which comes to it as well. */
  visit(open: () => Loader): void {
    let loader: Loader;
    try {
      loader = open();
    } catch (error) {
      const needed = neededRemote(error);
      if (needed !== undefined) this.#note(needed);
      else if (!(error instanceof KustomizeError)) throw error;
      return;
    }
    if (this.#visited.has(loader.root)) return;
    this.#visited.add(loader.root);
    const kustomization = readFrom(loader);
    for (const base of kustomization?.resources ?? []) this.#visitResource(loader, base);
    for (const component of kustomization?.components ?? []) this.visit(() => loader.enter(component));
  }

  #visitResource(loader: Loader, path: string): void {
    if (!isRemoteFile(path)) return this.visit(() => loader.enter(path));
    const file = this.#remotes.files.get(path);
    if (file === undefined) this.#note({ kind: "file", url: path });
    else if (file.kind === "failed" && parseRepoSpec(path) !== undefined)
      this.visit(() => loader.enter(path));
  }

  #note(reference: RemoteReference): void {
    this.found.set(`${reference.kind} ${reference.url}`, reference);
  }
}

function readFrom(loader: Loader): Kustomization | undefined {
  for (const name of KUSTOMIZATION_FILES) {
    try {
      return readKustomization(loader.load(name), loader.root).kustomization;
    } catch (error) {
      if (!(error instanceof KustomizeError)) throw error;
    }
  }
  return undefined;
}
