import { type Artifact, GitRepository, SourceReason } from "@weir/api";
import { type ArtifactStorage, readIgnorePatterns } from "@weir/artifact";
import { type Clock, goDurationMs, type Outcome } from "@weir/core";
import {
  EmptyGitRepositoryError,
  fetchRevision,
  type GitCheckout,
  GitCredentialsError,
  type GitFetchResult,
  GitOperationError,
} from "@weir/git";
import type { ReconcileContext } from "@weir/sdk";
import { ownerOf } from "../artifact-storage/artifact-owner.ts";
import { ensureStored } from "../artifact-storage/ensure-stored.ts";
import type { SourceEvents } from "../report/source-events.ts";
import { reconcileSource, type SourceTiming } from "../run/reconcile-source.ts";
import { sayProgress } from "../run/source-context.ts";
import { SourceStepError } from "../source-error.ts";
import { copyIncludes } from "./copy-includes.ts";
import { areIncludesChanged, decideArtifact, isShapeChanged, shapeOf } from "./decide-artifact.ts";
import { storedMessage, unchangedMessage } from "./events.ts";
import type { GitRepositoryFacts } from "./facts.ts";
import { type GitAccess, observeAccess } from "./observe-access.ts";
import { observeIncludes } from "./observe-includes.ts";
import { refuseUnbuilt } from "./refuse-unbuilt.ts";
import { isVerified, verificationMode } from "./verification-mode.ts";
import { verifySource } from "./verify-source.ts";

/** What reconciling GitRepositories needs from the outside. */
export interface GitRepositoryDeps extends SourceTiming {
  readonly storage: ArtifactStorage;
  /** A folder for checkouts. */
  readonly scratch: string;
  /** The PATH under which git and ssh are found. */
  readonly searchPath: string;
  readonly clock: Clock;
}

type Context = ReconcileContext<GitRepository, GitRepositoryFacts>;

const DEFAULT_TIMEOUT = "60s";

/** Brings the artifact of a GitRepository in line with its remote: observe, decide, act; the report writes the status. */
export function reconcileGitRepository(
  repository: GitRepository,
  ctx: Context,
  deps: GitRepositoryDeps,
): Promise<Outcome> {
  return reconcileSource(repository, ctx, deps, {
    refused: refuseUnbuilt(repository),
    run: (events) => new GitRepositoryRun(repository, ctx, deps, events).run(),
    asStepError,
  });
}

/** Which condition an error of git is reported under. */
function asStepError(error: unknown): SourceStepError | undefined {
  if (error instanceof EmptyGitRepositoryError) {
    return new SourceStepError({ condition: "FetchFailed", reason: error.reason }, error.message);
  }
  if (error instanceof GitOperationError || error instanceof GitCredentialsError) {
    const failure = { condition: "FetchFailed", reason: error.reason } as const;
    return new SourceStepError(failure, "failed to checkout and determine revision", { cause: error });
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
    const { storage } = this.#deps;
    const { status } = this.#repository;
    const owner = ownerOf(GitRepository.kind, this.#repository);
    const stored = await ensureStored(status?.artifact, owner, this.#ctx, storage);
    const access = await observeAccess(this.#repository, this.#ctx);
    const included = await observeIncludes(this.#repository, this.#ctx);
    const result = await this.#fetch(access, stored, included);
    this.#ctx.record({ isFetched: true });
    if (result.kind === "checkout") {
      await using checkout = result;
      await this.#verify(checkout);
      return await this.#store(checkout, stored, included);
    }
    const isServedElsewhere = stored !== undefined && stored.url !== status?.artifact?.url;
    if (isServedElsewhere) this.#ctx.record({ artifact: stored });
    this.#sayUnchanged(result.revision);
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

  async #store(
    checkout: GitCheckout,
    stored: Artifact | undefined,
    included: readonly Artifact[],
  ): Promise<void> {
    const { storage } = this.#deps;
    const decision = decideArtifact(this.#repository, stored, checkout.revision, included);
    if (decision.kind === "keep") {
      this.#sayUnchanged(checkout.revision);
      return;
    }
    await this.#sayWhy(decision.because, checkout.revision);
    const { spec } = this.#repository;
    if (included.length > 0) await copyIncludes(checkout.directory, spec.include ?? [], included, storage);
    using lock = await storage.lock(ownerOf(GitRepository.kind, this.#repository));
    const artifact = await storage.archive(lock, {
      directory: checkout.directory,
      patterns: await readIgnorePatterns(checkout.directory, spec.ignore),
      revision: checkout.revision,
      fileName: `${checkout.commit.hash}.tar.gz`,
      signal: this.#ctx.signal,
    });
    this.#ctx.record({ artifact, includedArtifacts: included, shape: shapeOf(spec) });
    this.#events.stored(artifact, storedMessage(checkout.commit.subject));
  }

  async #sayWhy(because: "first" | "revision" | "includes" | "shape", revision: string): Promise<void> {
    const message =
      because === "includes"
        ? "included artifacts differ from last observed includes"
        : `new upstream revision '${revision}'`;
    if (because === "shape") return;
    const reason = because === "includes" ? SourceReason.IncludeChange : SourceReason.NewRevision;
    this.#ctx.record({ isChanging: true, outdated: { reason, message } });
    await sayProgress(this.#ctx, `building artifact: ${message}`);
  }

  /** Nothing was fetched; after a failure that is the recovery, and then the revision stands for the commit. */
  #sayUnchanged(revision: string): void {
    const artifact = this.#repository.status?.artifact;
    if (artifact !== undefined) this.#events.recovered(artifact, storedMessage(revision));
    this.#events.say({ reason: SourceReason.GitOperationSucceeded, message: unchangedMessage(revision) });
  }
}
