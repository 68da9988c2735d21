import { resolve } from "node:path";
import { type Kustomization, ownerLabels } from "@weir/api";
import { isIgnored, parseIgnore } from "@weir/artifact";
import type { JsonObject } from "@weir/core";
import {
  applyCommonMetadata,
  type BuildResult,
  type ExplainedFlux,
  buildFluxKustomization,
  type FluxBuildSpec,
  KustomizeError,
  prepareFluxBuild,
  type RemoteSources,
  substituteObject,
} from "@weir/kustomize";
import { CommandError } from "../../cli-error.ts";
import type { BuildFlags } from "../build-flags.ts";
import { pathOnDisk, wholeDisk } from "../build-target.ts";
import type { DiskTree } from "../disk-tree.ts";
import { buildWithRemotes } from "../remote/build-with-remotes.ts";
import type { RemoteFetcher } from "../remote/remote-fetcher.ts";
import { type BuildRun, type FinishedBuild, openFetcher, settleRemotes } from "../run-build.ts";
import { type FluxCluster, openFluxCluster } from "./flux-cluster.ts";
import { isFluxKustomization, parseKustomization, readKustomizationFile } from "./flux-kustomization.ts";
import { readFluxVariables } from "./flux-variables.ts";
import { maskSopsSecret } from "./mask-secrets.ts";

const GROUP = "kustomize.toolkit.fluxcd.io";
/** Kustomizations that `--recursive` builds in all. */
const MOST_KUSTOMIZATIONS = 1_000;

/** Builds a Flux Kustomization as `flux build kustomization` does, without touching the folder that is built. */
export async function buildFlux(targets: readonly string[], run: BuildRun): Promise<FinishedBuild> {
  const { flags, environment } = run;
  const folder = checkArguments(targets, run);
  await using cluster = openFluxCluster(flags, environment);
  const { kustomization, objects } = await findKustomization(targets[0] ?? "", run, cluster);
  await using fetcher = await openFetcher(run, folder);
  const tree = wholeDisk(environment.workingDirectory);
  const builder = new FluxBuilder({ run, tree, cluster, fetcher, objects });
  const built = await builder.build(kustomization, folder);
  const finished = { objects: built, warnings: [...builder.warnings, ...(await settleRemotes(fetcher))] };
  if (flags.explain === undefined) return finished;
  return { ...finished, explanation: await builder.explain(kustomization, folder, flags.explain) };
}

/** The folder to build, or what is wrong with the arguments in Flux's words. */
function checkArguments([name, ...others]: readonly string[], { flags, environment }: BuildRun): string {
  const { path = "", dryRun, kustomizationFile = "" } = flags;
  const refuse = (problem: string): CommandError => new CommandError("InvalidArguments", problem);
  if (name === undefined) throw refuse("Kustomization name is required");
  if (others.length > 0) throw refuse("specify one Kustomization");
  if (path === "") throw refuse(`invalid resource path "${path}"`);
  const found = wholeDisk(environment.workingDirectory).resolveLinks(
    pathOnDisk(resolve(environment.workingDirectory, path)),
  );
  if (found.kind !== "directory") throw refuse(`invalid resource path "${path}"`);
  if (dryRun && kustomizationFile === "") throw refuse("dry-run mode requires a kustomization file");
  return `/${found.path}`;
}

async function findKustomization(
  name: string,
  { flags, environment }: BuildRun,
  cluster: FluxCluster,
): Promise<{ readonly kustomization: Kustomization; readonly objects: readonly JsonObject[] }> {
  const key = { name, namespace: flags.namespace };
  if (flags.kustomizationFile !== undefined) {
    return readKustomizationFile(flags.kustomizationFile, key, environment.workingDirectory);
  }
  return { kustomization: parseKustomization(await cluster.kustomization(key)), objects: [] };
}

interface FluxBuilderDeps {
  readonly run: BuildRun;
  readonly tree: DiskTree;
  readonly cluster: FluxCluster;
  readonly fetcher: RemoteFetcher | undefined;
  /** What lies in the file of the Kustomization: it may hold the variables. */
  readonly objects: readonly JsonObject[];
}

class FluxBuilder {
  readonly #deps: FluxBuilderDeps;
  readonly #built = new Set<string>();
  readonly warnings: string[] = [];

  constructor(deps: FluxBuilderDeps) {
    this.#deps = deps;
  }

  async build(kustomization: Kustomization, folder: string): Promise<readonly JsonObject[]> {
    this.#built.add(keyOf(kustomization));
    if (this.#built.size > MOST_KUSTOMIZATIONS) {
      throw new CommandError("BudgetExceeded", `more than ${MOST_KUSTOMIZATIONS} Kustomizations`);
    }
    const built = await this.#buildFolder(kustomization, folder);
    const objects = await this.#finish(kustomization, built);
    if (!this.#deps.run.flags.recursive) return objects;
    const below: JsonObject[] = [];
    for (const object of objects) below.push(...(await this.#buildBelow(object)));
    return [...objects, ...below];
  }

  async #buildFolder(kustomization: Kustomization, folder: string): Promise<readonly JsonObject[]> {
    const { tree, fetcher, run } = this.#deps;
    const path = pathOnDisk(folder);
    const spec = kustomization.spec as FluxBuildSpec;
    const options = { root: "", resolveLinks: tree.resolveLinks, isIgnored: ignoring(run.flags, path) };
    const build = (remotes: RemoteSources | undefined): BuildResult =>
      withPrefix("kustomize build failed", () =>
        buildFluxKustomization(tree, path, spec, remotes === undefined ? options : { ...options, remotes }),
      );
    const prepared = prepareFluxBuild(tree, path, spec, options).tree;
    const repeatable = { tree: prepared, path, resolveLinks: tree.resolveLinks, run: build };
    const { objects, warnings } = await buildWithRemotes(repeatable, fetcher);
    this.warnings.push(...warnings);
    return objects;
  }

  /** Which layer wrote a field of an object of the Kustomization; what the build needs was fetched for it. */
  async explain(kustomization: Kustomization, folder: string, selector: string): Promise<string> {
    const { tree, fetcher, run } = this.#deps;
    const { explainBuild } = await import("../explain-command.ts");
    const path = pathOnDisk(folder);
    const { postBuild, commonMetadata } = kustomization.spec;
    const remotes = fetcher === undefined ? {} : { remotes: fetcher.sources };
    const options = { root: "", resolveLinks: tree.resolveLinks, ...remotes };
    const plain = buildFluxKustomization(tree, path, kustomization.spec as FluxBuildSpec, {
      ...options,
      isIgnored: ignoring(run.flags, path),
    });
    const substitution =
      postBuild === undefined ? undefined : await this.#substitution(kustomization, plain.objects);
    const flux: ExplainedFlux = {
      spec: kustomization.spec as FluxBuildSpec,
      isIgnored: ignoring(run.flags, path),
      ...(substitution === undefined ? {} : { substitution }),
      ...(commonMetadata === undefined ? {} : { commonMetadata: withoutAbsent(commonMetadata) }),
    };
    return explainBuild({
      tree,
      path,
      selector,
      workingDirectory: run.environment.workingDirectory,
      options: { ...options, flux, showsSecrets: run.flags.showSecrets },
    });
  }

  async #finish(kustomization: Kustomization, built: readonly JsonObject[]): Promise<readonly JsonObject[]> {
    const { spec, metadata } = kustomization;
    const labels = ownerLabels(GROUP, { name: metadata.name, namespace: metadata.namespace ?? "" });
    const substituted = spec.postBuild === undefined ? built : await this.#substitute(kustomization, built);
    return substituted.map((object) => {
      const owned = maskSopsSecret(applyCommonMetadata(object, { labels }));
      return spec.commonMetadata === undefined
        ? owned
        : applyCommonMetadata(owned, withoutAbsent(spec.commonMetadata));
    });
  }

  async #substitute(
    kustomization: Kustomization,
    built: readonly JsonObject[],
  ): Promise<readonly JsonObject[]> {
    const { variables, ...options } = await this.#substitution(kustomization, built);
    return built.map((object) =>
      withPrefix(`var substitution failed for '${nameOf(object)}'`, () =>
        substituteObject(object, variables, options),
      ),
    );
  }

  async #substitution(
    kustomization: Kustomization,
    built: readonly JsonObject[],
  ): Promise<NonNullable<ExplainedFlux["substitution"]>> {
    const { run, cluster, objects } = this.#deps;
    const variables = await readFluxVariables(kustomization, {
      objects: [...objects, ...built],
      lookUp: run.flags.dryRun ? undefined : cluster.lookUp,
    });
    const always = kustomization.spec.postBuild?.substituteStrategy === "Always";
    return { variables, strict: run.flags.strictSubstitute, always };
  }

  async #buildBelow(object: JsonObject): Promise<readonly JsonObject[]> {
    if (!isFluxKustomization(object)) return [];
    const kustomization = parseKustomization(object);
    if (this.#built.has(keyOf(kustomization))) return [];
    return this.build(kustomization, this.#localFolder(kustomization));
  }

  #localFolder({ spec, metadata }: Kustomization): string {
    const { kind, name, namespace = metadata.namespace ?? "" } = spec.sourceRef;
    const source = [kind, namespace, name].filter((part) => part !== "").join("/");
    const { flags, environment } = this.#deps.run;
    for (const entry of flags.localSources) {
      const equals = entry.indexOf("=");
      if (entry.slice(0, equals) !== source) continue;
      return resolve(environment.workingDirectory, entry.slice(equals + 1), `./${spec.path ?? ""}`);
    }
    throw new CommandError(
      "NoLocalSource",
      `cannot get local path for ${source} of kustomization ${metadata.name}`,
    );
  }
}

function withoutAbsent({
  labels,
  annotations,
}: NonNullable<Kustomization["spec"]["commonMetadata"]>): Parameters<typeof applyCommonMetadata>[1] {
  return {
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : { annotations }),
  };
}

function ignoring(flags: BuildFlags, path: string): (path: string, isDirectory: boolean) => boolean {
  if (flags.ignorePaths.length === 0) return () => false;
  const domain = path === "" ? [] : path.split("/");
  const patterns = parseIgnore(flags.ignorePaths.join("\n"), domain);
  return (at, isDirectory) => isIgnored(patterns, at.split("/"), isDirectory);
}

function keyOf({ metadata }: Kustomization): string {
  return `${metadata.namespace ?? ""}/${metadata.name}`;
}

function nameOf(object: JsonObject): string {
  const { metadata } = object as { readonly metadata?: { readonly name?: string } };
  return metadata?.name ?? "";
}

/** Puts a prefix before what a build or a substitution throws; what a build still needs stays to be found below. */
function withPrefix<Value>(prefix: string, action: () => Value): Value {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const fields = error instanceof KustomizeError ? fieldsOf(error) : {};
    throw new KustomizeError(`${prefix}: ${error.message}`, { ...fields, cause: error });
  }
}

function fieldsOf(error: KustomizeError): ConstructorParameters<typeof KustomizeError>[1] {
  const { file, field, line, remote, warnings } = error;
  return {
    ...(file === undefined ? {} : { file }),
    ...(field === undefined ? {} : { field }),
    ...(line === undefined ? {} : { line }),
    ...(remote === undefined ? {} : { remote }),
    warnings,
  };
}
