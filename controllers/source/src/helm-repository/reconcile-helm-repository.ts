import { createReadStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Artifact, HelmRepository, Reason, SourceReason } from "@weir/api";
import type { ArtifactStorage } from "@weir/artifact";
import { type Clock, goDurationMs, type Outcome, WeirError, type WorkerPool } from "@weir/core";
import { withoutCredentials } from "@weir/git";
import { createNodeSender } from "@weir/oci";
import type { ReconcileContext } from "@weir/sdk";
import { ownerOf } from "../artifact-storage/artifact-owner.ts";
import { ensureStored } from "../artifact-storage/ensure-stored.ts";
import { linkUrlOf } from "../artifact-storage/link-url.ts";
import { type HelmAccess, observeHelmAccess } from "../helm-access/observe-helm-access.ts";
import { indexUrlOf, parseRepositoryUrl, urlInvalid } from "../helm-access/repository-url.ts";
import type { SourceEvents } from "../report/source-events.ts";
import { reconcileSource, type SourceTiming } from "../run/reconcile-source.ts";
import { sayProgress } from "../run/source-context.ts";
import { SourceStepError } from "../source-error.ts";
import { type FetchedIndex, fetchIndex } from "./fetch-index.ts";
import type { HelmRepositoryFacts } from "./helm-repository-facts.ts";
import { humanSize } from "./human-size.ts";
import type { IndexTags } from "./index-tags.ts";
import { type IndexTaskInput, rewriteIndex } from "./index-task.ts";
import { isStatic, makeStatic } from "./static-repository.ts";

/** What reconciling HelmRepositories needs from the outside. */
export interface HelmRepositoryDeps extends SourceTiming {
  readonly storage: ArtifactStorage;
  /** A folder for what is fetched. */
  readonly scratch: string;
  /** Reads long indexes. */
  readonly workers: WorkerPool;
  readonly clock: Clock;
  /** Longest index in bytes; 50 MiB by default, as Flux's `--helm-index-max-size`. */
  readonly maxIndexBytes?: number;
}

type Context = ReconcileContext<HelmRepository, HelmRepositoryFacts>;
type Deps = HelmRepositoryDeps & { readonly tags: IndexTags };

const DEFAULT_TIMEOUT = "60s";
const MAX_INDEX = 50 * 1024 * 1024;
/** An index up to this length is read sooner than a worker is asked. */
const SHORT_INDEX = 256 * 1024;
/** A long index takes some seconds; a hostile one ends here. */
const REWRITE_TIMEOUT_MS = 5 * 60_000;
const TASK_MODULE = new URL("./index-task.ts", import.meta.url);
/** The name by which `status.url` always finds the newest index. */
const LATEST = "index.yaml";

/** Brings the index of a HelmRepository in line with its server: observe, decide, act; the report writes the status. */
export async function reconcileHelmRepository(
  repository: HelmRepository,
  ctx: Context,
  deps: Deps,
): Promise<Outcome> {
  if (isStatic(repository)) {
    await makeStatic(repository, ctx, deps.storage);
    return { kind: "settled" };
  }
  return reconcileSource(repository, ctx, deps, {
    refused: refuseWithoutSpec(repository),
    run: (events) => new HelmRepositoryRun(repository, ctx, deps, events).run(),
  });
}

/** The kind's schema does not ask for a spec. */
function refuseWithoutSpec({
  spec,
}: Partial<HelmRepository>): Extract<Outcome, { readonly kind: "stalled" }> | undefined {
  if (spec !== undefined) return undefined;
  return { kind: "stalled", reason: SourceReason.URLInvalid, message: "spec.url: required value" };
}

type NewIndex = Extract<FetchedIndex, { readonly kind: "fetched" }>;

class HelmRepositoryRun {
  readonly #repository: HelmRepository;
  readonly #ctx: Context;
  readonly #deps: Deps;
  readonly #events: SourceEvents;

  constructor(repository: HelmRepository, ctx: Context, deps: Deps, events: SourceEvents) {
    this.#repository = repository;
    this.#ctx = ctx;
    this.#deps = deps;
    this.#events = events;
  }

  async run(): Promise<void> {
    const { storage, scratch, tags } = this.#deps;
    const { status, spec } = this.#repository;
    const owner = ownerOf(HelmRepository.kind, this.#repository);
    const stored = await ensureStored(status?.artifact, owner, this.#ctx, storage);
    if (spec.url.startsWith("oci://")) {
      const problem = "'oci' URL scheme cannot be used with 'default' HelmRepository type";
      throw urlInvalid(`invalid Helm repository URL: ${problem}`);
    }
    const { url, user } = parseRepositoryUrl(spec.url);
    const read = await observeHelmAccess(this.#repository, this.#ctx);
    const access = read.basic === undefined && user !== undefined ? { ...read, basic: user } : read;
    const folder = await mkdtemp(join(scratch, "helmrepository-"));
    try {
      const index = await this.#fetch(url, access, stored, join(folder, "fetched"));
      if (index.kind === "unchanged" || index.revision === stored?.revision) {
        if (index.kind === "fetched") tags.remember(this.#repository, access, index);
        return this.#keep(stored);
      }
      await this.#store(index, folder, stored);
      tags.remember(this.#repository, access, index);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async #fetch(
    repository: string,
    access: HelmAccess,
    stored: Artifact | undefined,
    target: string,
  ): Promise<FetchedIndex> {
    const { clock, tags, maxIndexBytes = MAX_INDEX } = this.#deps;
    const { spec } = this.#repository;
    using sender = createNodeSender(access.tls === undefined ? {} : { tls: access.tls });
    const fetch = {
      url: indexUrlOf(repository),
      repository,
      access,
      passCredentials: spec.passCredentials ?? false,
      timeoutMs: goDurationMs(spec.timeout ?? DEFAULT_TIMEOUT),
      signal: this.#ctx.signal,
      target,
      maxBytes: maxIndexBytes,
      etag: tags.find(this.#repository, access, stored?.revision),
    };
    try {
      return await fetchIndex(fetch, { sender, clock });
    } catch (cause) {
      this.#ctx.signal.throwIfAborted();
      if (!(cause instanceof WeirError)) throw cause;
      const failure = { condition: "FetchFailed", reason: Reason.Failed } as const;
      const what = "failed to fetch Helm repository index: failed to cache index to temporary file";
      throw new SourceStepError(failure, what, { cause });
    }
  }

  #keep(stored: Artifact | undefined): void {
    if (stored === undefined) return;
    this.#ctx.record({ isFetched: true });
    // The server that serves what is stored may be another than before.
    if (stored.url !== this.#repository.status?.artifact?.url) {
      const owner = ownerOf(HelmRepository.kind, this.#repository);
      this.#ctx.record({ artifact: stored, url: linkUrlOf(owner, LATEST, this.#deps.storage) });
    }
    this.#events.upToDate(stored.revision);
    this.#events.recovered(stored, this.#message(stored));
  }

  async #store(index: NewIndex, folder: string, stored: Artifact | undefined): Promise<void> {
    const { storage, maxIndexBytes = MAX_INDEX } = this.#deps;
    const rewritten = {
      source: join(folder, "fetched"),
      target: join(folder, "rewritten"),
      maxBytes: maxIndexBytes,
    };
    await this.#rewrite(index, rewritten);
    this.#ctx.record({ isFetched: true });
    const message = `new index revision '${index.revision}'`;
    const outdated = stored === undefined ? {} : { outdated: { reason: SourceReason.NewRevision, message } };
    this.#ctx.record({ isChanging: true, ...outdated });
    await sayProgress(this.#ctx, `building artifact: ${message}`);
    using lock = await storage.lock(ownerOf(HelmRepository.kind, this.#repository));
    const artifact = await storage.store(lock, {
      bytes: createReadStream(rewritten.target),
      revision: index.revision,
      fileName: `index-${index.revision.slice("sha256:".length)}.yaml`,
      signal: this.#ctx.signal,
    });
    const url = await storage.link(lock, artifact, LATEST);
    this.#ctx.record({ artifact, ...(url === undefined ? {} : { url }) });
    this.#events.stored(artifact, this.#message(artifact));
  }

  async #rewrite({ size }: NewIndex, input: IndexTaskInput): Promise<void> {
    const { workers } = this.#deps;
    const { signal } = this.#ctx;
    try {
      if (size <= SHORT_INDEX) rewriteIndex(input);
      else await workers.run(TASK_MODULE, "rewriteIndex", input, { signal, timeoutMs: REWRITE_TIMEOUT_MS });
    } catch (cause) {
      signal.throwIfAborted();
      if (!(cause instanceof WeirError)) throw cause;
      const failure = { condition: "FetchFailed", reason: SourceReason.IndexationFailed } as const;
      const what = "failed to load Helm repository from index YAML: failed to load index";
      throw new SourceStepError(failure, what, { cause });
    }
  }

  #message({ size }: Artifact): string {
    const { url } = this.#repository.spec;
    const length = size === undefined ? "unknown size" : `size ${humanSize(Number(size))}`;
    return `stored fetched index of ${length} from '${withoutCredentials(url)}'`;
  }
}
