import { type Artifact, type GitRepository, SourceReason } from "@weir/api";
import {
  type ArtifactStorage,
  ArtifactStorageError,
  readIgnorePatterns,
  UnsafeArchiveError,
} from "@weir/artifact";
import { type Clock, goDurationMs, type Outcome, type Random } from "@weir/core";
import {
  EmptyGitRepositoryError,
  fetchRevision,
  type GitCheckout,
  GitCredentialsError,
  type GitFetchResult,
  GitOperationError,
} from "@weir/git";
import type { ReconcileContext } from "@weir/sdk";
import { SourceStepError } from "../source-error.ts";
import { copyIncludes } from "./copy-includes.ts";
import { areIncludesChanged, decideArtifact, isShapeChanged, shapeOf } from "./decide-artifact.ts";
import { SourceEvents } from "./events.ts";
import type { GitRepositoryFacts } from "./facts.ts";
import { type GitAccess, observeAccess } from "./observe-access.ts";
import { observeIncludes } from "./observe-includes.ts";
import { observeStored } from "./observe-stored.ts";
import { refuseUnbuilt } from "./refuse-unbuilt.ts";
import { ownerOf } from "./artifact-owner.ts";
import { isVerified, verificationMode } from "./verification-mode.ts";
import { verifySource } from "./verify-source.ts";

/** What reconciling GitRepositories needs from the outside. */
export interface GitRepositoryDeps {
  readonly storage: ArtifactStorage;
  /** A folder for checkouts. */
  readonly scratch: string;
  /** The PATH under which git and ssh are found. */
  readonly searchPath: string;
  readonly clock: Clock;
  readonly random: Random;
  /** By how much of itself an interval may be longer or shorter, so that many do not end at once; 0.05 by default. */
  readonly intervalJitter?: number;
}

type Context = ReconcileContext<GitRepository, GitRepositoryFacts>;

const DEFAULT_TIMEOUT = "60s";
const INTERVAL_JITTER = 0.05;

/** Brings the artifact of a GitRepository in line with its remote: observe, decide, act; the report writes the status. */
export async function reconcileGitRepository(
  repository: GitRepository,
  ctx: Context,
  deps: GitRepositoryDeps,
): Promise<Outcome> {
  const events = new SourceEvents(repository, ctx);
  ctx.record({ progress: startOf(repository) });
  const refused = refuseUnbuilt(repository);
  if (refused !== undefined) {
    ctx.record({ failure: "FetchFailed" });
    events.failed(refused);
    return refused;
  }
  try {
    await new GitRepositoryRun(repository, ctx, deps, events).run();
    return { kind: "settled", recheckAfterMs: intervalMs(repository, deps) };
  } catch (error) {
    ctx.signal.throwIfAborted();
    const failure = asStepError(error);
    if (failure === undefined) throw error;
    ctx.record({ failure: failure.condition });
    events.failed(failure, failure.condition === "IncludeUnavailable" ? "Normal" : "Warning");
    throw failure;
  }
}

/** Flux says what a run is about where it is a new generation. */
function startOf(repository: GitRepository): string {
  const { generation = 0 } = repository.metadata;
  const observed = repository.status?.observedGeneration ?? -1;
  return generation === observed
    ? "reconciliation in progress"
    : `processing object: new generation ${observed} -> ${generation}`;
}

/** The interval, a little longer or shorter, so that many sources do not fetch at once. */
function intervalMs(
  repository: GitRepository,
  { random, intervalJitter = INTERVAL_JITTER }: GitRepositoryDeps,
): number {
  const jitter = 1 + intervalJitter * (2 * random.next() - 1);
  return goDurationMs(repository.spec.interval) * jitter;
}

/** Which condition an error is reported under; `undefined` where it is none of a step's own. */
function asStepError(error: unknown): SourceStepError | undefined {
  if (error instanceof SourceStepError) return error;
  if (error instanceof EmptyGitRepositoryError) {
    return new SourceStepError({ condition: "FetchFailed", reason: error.reason }, error.message);
  }
  if (error instanceof GitOperationError || error instanceof GitCredentialsError) {
    const failure = { condition: "FetchFailed", reason: error.reason } as const;
    return new SourceStepError(failure, "failed to checkout and determine revision", { cause: error });
  }
  if (error instanceof ArtifactStorageError || error instanceof UnsafeArchiveError) {
    const failure = { condition: "StorageOperationFailed", reason: error.reason } as const;
    const options = error.cause === undefined ? {} : { cause: error.cause };
    return new SourceStepError(failure, error.message, options);
  }
  return undefined;
}

class GitRepositoryRun {
  readonly #repository: GitRepository;
  readonly #ctx: Context;
  readonly #deps: GitRepositoryDeps;
  readonly #events: SourceEvents;

  constructor(repository: GitRepository, ctx: Context, deps: GitRepositoryDeps, events: SourceEvents) {
    this.#repository = repository;
    this.#ctx = ctx;
    this.#deps = deps;
    this.#events = events;
  }

  async run(): Promise<void> {
    const stored = await this.#ensureStored();
    const access = await observeAccess(this.#repository, this.#ctx);
    const included = await observeIncludes(this.#repository, this.#ctx);
    const result = await this.#fetch(access, stored, included);
    this.#ctx.record({ isFetched: true });
    if (result.kind === "checkout") {
      await using checkout = result;
      await this.#verify(checkout);
      return await this.#store(checkout, stored, included);
    }
    const isServedElsewhere = stored !== undefined && stored.url !== this.#repository.status?.artifact?.url;
    if (isServedElsewhere) this.#ctx.record({ artifact: stored });
    this.#events.unchanged(result.revision);
  }

  #fetch(
    access: GitAccess,
    stored: Artifact | undefined,
    included: readonly Artifact[],
  ): Promise<GitFetchResult> {
    const repository = this.#repository;
    const { url, ref = {}, timeout = DEFAULT_TIMEOUT } = repository.spec;
    const { recurseSubmodules, sparseCheckout } = shapeOf(repository.spec);
    const mode = verificationMode(repository);
    const mayBeKept =
      stored !== undefined &&
      isVerified(repository) &&
      !isShapeChanged(repository) &&
      !areIncludesChanged(repository, included);
    const request = {
      url,
      ref,
      ...access,
      recurseSubmodules,
      sparseCheckout,
      timeoutMs: goDurationMs(timeout),
      wantsTag: mode === "Tag" || mode === "TagAndHEAD",
      ...(mayBeKept ? { knownRevision: stored.revision } : {}),
      signal: this.#ctx.signal,
    };
    return fetchRevision(request, this.#deps);
  }

  async #verify(checkout: GitCheckout): Promise<void> {
    const now = new Date(this.#deps.clock.now());
    const verified = await verifySource(this.#repository, checkout, this.#ctx, now);
    if (verified === undefined) return;
    this.#ctx.record({ verified });
    this.#events.verified(verified.message);
  }

  /** The artifact that is stored; one that the status names and that is not there any more is forgotten. */
  async #ensureStored(): Promise<Artifact | undefined> {
    const stored = await observeStored(this.#repository, this.#deps.storage);
    if (stored.kind === "intact") {
      await this.#collectGarbage(stored.artifact);
      return stored.artifact;
    }
    const progress =
      stored.kind === "gone" ? "building artifact: disappeared from storage" : "building artifact";
    this.#ctx.record({ isChanging: true, isArtifactGone: stored.kind === "gone" });
    await this.#say(progress);
    return undefined;
  }

  async #collectGarbage(current: Artifact): Promise<void> {
    const { storage } = this.#deps;
    using lock = await storage.lock(ownerOf(this.#repository));
    this.#events.collected((await storage.collectGarbage(lock, current)).length);
  }

  async #store(
    checkout: GitCheckout,
    stored: Artifact | undefined,
    included: readonly Artifact[],
  ): Promise<void> {
    const { storage } = this.#deps;
    const decision = decideArtifact(this.#repository, stored, checkout.revision, included);
    if (decision.kind === "keep") {
      this.#events.unchanged(checkout.revision);
      return;
    }
    await this.#sayWhy(decision.because, checkout.revision);
    const { spec } = this.#repository;
    if (included.length > 0) await copyIncludes(checkout.directory, spec.include ?? [], included, storage);
    using lock = await storage.lock(ownerOf(this.#repository));
    const artifact = await storage.archive(lock, {
      directory: checkout.directory,
      patterns: await readIgnorePatterns(checkout.directory, spec.ignore),
      revision: checkout.revision,
      fileName: `${checkout.commit.hash}.tar.gz`,
      signal: this.#ctx.signal,
    });
    this.#ctx.record({ artifact, includedArtifacts: included, shape: shapeOf(spec) });
    this.#events.stored(artifact, checkout.commit.subject);
  }

  async #sayWhy(because: "first" | "revision" | "includes" | "shape", revision: string): Promise<void> {
    const message =
      because === "includes"
        ? "included artifacts differ from last observed includes"
        : `new upstream revision '${revision}'`;
    if (because === "shape") return;
    const reason = because === "includes" ? SourceReason.IncludeChange : SourceReason.NewRevision;
    this.#ctx.record({ isChanging: true, outdated: { reason, message } });
    await this.#say(`building artifact: ${message}`);
  }

  async #say(progress: string): Promise<void> {
    this.#ctx.record({ progress });
    await this.#ctx.progress({ reason: "Progressing", message: progress });
  }
}
