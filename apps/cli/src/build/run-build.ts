import { join, resolve } from "node:path";
import { type JsonObject, systemClock } from "@weir/core";
import {
  type BuildResult,
  buildKustomization,
  type ChartInflation,
  isForcedGit,
  type RemoteSources,
} from "@weir/kustomize";
import { CommandError } from "../cli-error.ts";
import { type BuildFlags, flagDeprecations, type KustomizeFlags, readKustomizeFlags } from "./build-flags.ts";
import { type BuildTarget, openTarget } from "./build-target.ts";
import { buildWithRemotes } from "./remote/build-with-remotes.ts";
import type { CheckoutCache } from "./remote/checkout-cache.ts";
import type { RemoteFetcher } from "./remote/remote-fetcher.ts";
import { reportBuildError } from "./report-build-error.ts";
import { writeOutput } from "./write-output.ts";
import type { Environment } from "../environment.ts";

/** What a build gave, ready to be written. */
export interface FinishedBuild {
  readonly objects: readonly JsonObject[];
  readonly warnings: readonly string[];
  /** What `--explain` asked for; it is printed in place of the objects. */
  readonly explanation?: string;
}

/**
 * Runs `weir build kustomization`: as `kustomize build` with a folder, as `flux build kustomization` with a name and
 * `--path`. Gives the exit code: 0, or 1 where the build failed; then nothing was written but the error.
 */
export async function runBuild(
  targets: readonly string[],
  flags: BuildFlags,
  environment: Environment,
): Promise<number> {
  const { writeError, workingDirectory, write } = environment;
  for (const warning of flagDeprecations(flags)) writeError(`${warning}\n`);
  try {
    const kustomize = readKustomizeFlags(flags);
    const { objects, warnings, explanation } = await build(targets, { flags, kustomize, environment });
    for (const warning of warnings) writeError(`${warning}\n`);
    if (explanation !== undefined) write(explanation);
    else await writeOutput(objects, { output: flags.output, workingDirectory, write });
    return 0;
  } catch (error) {
    const { warnings, lines } = reportBuildError(error, workingDirectory);
    for (const line of [...warnings, ...lines]) writeError(`${line}\n`);
    return 1;
  }
}

/** One run of the command. */
export interface BuildRun {
  readonly flags: BuildFlags;
  readonly kustomize: KustomizeFlags;
  readonly environment: Environment;
}

async function build(targets: readonly string[], run: BuildRun): Promise<FinishedBuild> {
  const isFlux = run.flags.path !== undefined || run.flags.kustomizationFile !== undefined;
  if (isFlux) {
    const { buildFlux } = await import("./flux/build-flux.ts");
    return buildFlux(targets, run);
  }
  refuseFluxFlags(run.flags);
  const [target = ".", ...others] = targets;
  if (others.length > 0) throw new CommandError("InvalidArguments", "specify one path to kustomization.yaml");
  const opened = await openTarget(target, run.environment.workingDirectory);
  await using fetcher = await openFetcher(run, opened.folder);
  // Awaited here, so that the checkouts live as long as the build.
  return await buildTarget(opened, run, fetcher);
}

function refuseFluxFlags(flags: BuildFlags): void {
  const given = [
    ["--recursive", flags.recursive],
    ["--dry-run", flags.dryRun],
    ["--strict-substitute", flags.strictSubstitute],
    ["--local-sources", flags.localSources.length > 0],
    ["--ignore-paths", flags.ignorePaths.length > 0],
  ] as const;
  const [name] = given.find(([, isGiven]) => isGiven) ?? [];
  if (name !== undefined) {
    throw new CommandError(
      "InvalidArguments",
      `${name} is for a Flux Kustomization: it needs NAME and --path`,
    );
  }
}

async function buildTarget(
  target: BuildTarget,
  { kustomize, flags, environment }: BuildRun,
  fetcher: RemoteFetcher | undefined,
): Promise<FinishedBuild> {
  const { tree, path, root, resolveLinks } = target;
  const { loadRestrictor, reorder, managedByLabel } = kustomize;
  const links = resolveLinks === undefined ? {} : { resolveLinks };
  const options = { loadRestrictor, reorder, managedByLabel, root, ...links };
  let inflation: ChartInflation | undefined;
  const build = (charts?: ChartInflation): Promise<BuildResult> => {
    inflation = charts;
    const all = charts === undefined ? options : { ...options, charts };
    const run = (remotes: RemoteSources | undefined): BuildResult =>
      buildKustomization(tree, path, remotes === undefined ? all : { ...all, remotes });
    return buildWithRemotes({ tree, path, ...links, run }, fetcher);
  };
  const { objects, warnings } = flags.enableHelm
    ? await withCharts(build, flags, environment)
    : await build();
  const finished = { objects, warnings: [...warnings, ...(await settleRemotes(fetcher))] };
  if (flags.explain === undefined) return finished;
  const { explainBuild } = await import("./explain-command.ts");
  const explanation = explainBuild({
    tree,
    path,
    selector: flags.explain,
    workingDirectory: target.folder === undefined ? undefined : environment.workingDirectory,
    options: {
      ...options,
      showsSecrets: flags.showSecrets,
      ...(fetcher === undefined ? {} : { remotes: fetcher.sources }),
      ...(inflation === undefined ? {} : { charts: inflation }),
    },
  });
  return { ...finished, explanation };
}

async function withCharts(
  build: (charts: ChartInflation) => Promise<BuildResult>,
  { helmApiVersions: apiVersions, helmKubeVersion: kubeVersion = "" }: BuildFlags,
  environment: Environment,
): Promise<BuildResult> {
  const { buildWithCharts } = await import("./charts/build-with-charts.ts");
  return buildWithCharts(build, { apiVersions, kubeVersion }, environment);
}

const FORCED_GIT =
  "Warning: Forcing the git protocol using the 'git::' URL prefix is not supported. " +
  "Kustomize currently strips this invalid prefix, but will stop doing so in a future release. " +
  "Please remove the 'git::' prefix from your configuration.";

/** Saves the lock of a build that succeeded; what there is to say of its remote bases. */
export async function settleRemotes(fetcher: RemoteFetcher | undefined): Promise<readonly string[]> {
  if (fetcher === undefined) return [];
  const urls = [...fetcher.sources.repositories.keys()];
  const isSaved = await fetcher.lock.save();
  return [
    ...urls.filter(isForcedGit).map(() => FORCED_GIT),
    ...(isSaved ? [`remote bases are pinned in ${fetcher.lock.path}`] : []),
  ];
}

/** The fetcher of `--remote-bases`; undefined without it. `folder` is where the lock file is by default. */
export async function openFetcher(
  { flags, environment }: BuildRun,
  folder: string | undefined,
): Promise<RemoteFetcher | undefined> {
  if (!flags.remoteBases) {
    const [flag] = REMOTE_FLAGS.find(([, isGiven]) => isGiven(flags)) ?? [];
    if (flag !== undefined) throw new CommandError("InvalidArguments", `${flag} needs --remote-bases`);
    return undefined;
  }
  const [{ RemoteFetcher: Fetcher }, { LOCK_FILE_NAME, RemoteLock }, { readRemoteCredentials }, cache] =
    await Promise.all([
      import("./remote/remote-fetcher.ts"),
      import("./remote/remote-lock.ts"),
      import("./remote/remote-credentials.ts"),
      openCache(flags, environment),
    ]);
  const { workingDirectory, searchPath, signal } = environment;
  const named = flags.lockFile === undefined ? undefined : resolve(workingDirectory, flags.lockFile);
  const path = named ?? join(folder ?? workingDirectory, LOCK_FILE_NAME);
  const hasPlace = named !== undefined || folder !== undefined;
  const lock = await RemoteLock.open(path, lockMode(flags, hasPlace));
  const { gitCredentials, sshKey, sshKnownHosts } = flags;
  const credentials = await readRemoteCredentials({
    gitCredentials,
    sshKey,
    sshKnownHosts,
    workingDirectory,
  });
  const timeoutMs = flags.remoteTimeout;
  const fetching = { lock, credentials, searchPath, clock: systemClock, signal, timeoutMs };
  return Fetcher.open(cache === undefined ? fetching : { ...fetching, cache });
}

async function openCache(flags: BuildFlags, { cacheRoot }: Environment): Promise<CheckoutCache | undefined> {
  if (!flags.cache || cacheRoot === undefined) return undefined;
  const { CheckoutCache: Cache } = await import("./remote/checkout-cache.ts");
  return new Cache(join(cacheRoot, "checkouts"), systemClock);
}

const REMOTE_FLAGS: readonly (readonly [string, (flags: BuildFlags) => boolean])[] = [
  ["--lock-file", (flags) => flags.lockFile !== undefined],
  ["--no-lock", (flags) => !flags.lock],
  ["--update-lock", (flags) => flags.updateLock],
  ["--locked", (flags) => flags.locked],
  ["--no-cache", (flags) => !flags.cache],
  ["--git-credentials", (flags) => flags.gitCredentials !== undefined],
  ["--ssh-key", (flags) => flags.sshKey !== undefined],
  ["--ssh-known-hosts", (flags) => flags.sshKnownHosts !== undefined],
];

function lockMode(flags: BuildFlags, hasPlace: boolean): "extend" | "update" | "strict" | "off" {
  const given = [
    ["--no-lock", !flags.lock],
    ["--update-lock", flags.updateLock],
    ["--locked", flags.locked],
  ] as const;
  const [first, second] = given.filter(([, isGiven]) => isGiven).map(([name]) => name);
  if (first !== undefined && second !== undefined) {
    throw new CommandError("InvalidArguments", `${first} and ${second} exclude each other`);
  }
  if (!flags.lock) return "off";
  if (flags.locked) return "strict";
  // A repository that is built by its URL has no folder of its own for a lock file.
  if (!hasPlace) return "off";
  return flags.updateLock ? "update" : "extend";
}
