import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { anySignal, type Clock, describeError, timeoutSignal, WeirError } from "@weir/core";
import type { GitCheckout } from "@weir/git";
import {
  parseRepoSpec,
  type RemoteFailure,
  type RemoteFile,
  type RemoteReference,
  type RemoteRepository,
  type RemoteSources,
  type RepoSpec,
} from "@weir/kustomize";
import { type DiskTree, diskTree } from "../disk-tree.ts";
import type { CheckoutCache } from "./checkout-cache.ts";
import { fetchRemoteFile } from "./fetch-remote-file.ts";
import { fetchRemoteRepository } from "./fetch-remote-repository.ts";
import type { CheckoutKey, KeptCheckout } from "./kept-checkout.ts";
import type { RemoteCredentials } from "./remote-credentials.ts";
import { RemoteBudgetError, RemoteFetchError, RemoteLockError } from "./remote-error.ts";
import type { RemoteLock } from "./remote-lock.ts";

/** What fetching remote bases may cost. */
export interface RemoteBudgets {
  /** Repositories and files in all; 100 by default. */
  readonly remotes?: number;
  /** Bytes of one file; 64 MiB by default. */
  readonly fileBytes?: number;
  /** Bytes that one repository sends; 1 GiB by default. */
  readonly repositoryBytes?: number;
}

/** What a fetcher needs. */
export interface RemoteFetcherDeps {
  readonly lock: RemoteLock;
  readonly credentials: RemoteCredentials;
  readonly searchPath: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Longest time for all fetches together. */
  readonly timeoutMs: number;
  readonly budgets?: RemoteBudgets;
  /** Where checkouts are kept from run to run; none are kept without it. */
  readonly cache?: CheckoutCache;
}

/** As long as kustomize gives one repository by default. */
const FILE_TIMEOUT_MS = 27_000;
const FETCHES_AT_ONCE = 4;

/** Fetches what a build asks for and holds it until it is disposed. */
export class RemoteFetcher implements AsyncDisposable {
  readonly lock: RemoteLock;
  readonly #deps: RemoteFetcherDeps;
  readonly #scratch: string;
  readonly #stack = new AsyncDisposableStack();
  readonly #signal: AbortSignal;
  readonly #repositories = new Map<string, RemoteRepository | RemoteFailure>();
  readonly #files = new Map<string, RemoteFile | RemoteFailure>();
  /** Checkouts by repository and reference: bases of one repository share one. */
  readonly #checkouts = new Map<string, Promise<RemoteRepository>>();
  /** What was fetched and can be kept, by where it lies. */
  readonly #fetched = new Map<string, CheckoutKey>();
  /** Kept checkouts that turned out to be others than they were, and those that are not taken from the cache again. */
  readonly #damaged = new Set<string>();
  readonly #mistrusted = new Set<string>();

  #asked = 0;

  private constructor(deps: RemoteFetcherDeps, scratch: string) {
    this.lock = deps.lock;
    this.#deps = deps;
    this.#scratch = scratch;
    this.#stack.defer(() => rm(scratch, { recursive: true, force: true }));
    const late = (): Error => new RemoteBudgetError("remote bases took longer than --remote-timeout");
    const timeout = this.#stack.use(timeoutSignal(deps.clock, deps.timeoutMs, late));
    this.#signal = this.#stack.use(anySignal(deps.signal, timeout.signal)).signal;
  }

  static async open(deps: RemoteFetcherDeps): Promise<RemoteFetcher> {
    return new RemoteFetcher(deps, await mkdtemp(join(tmpdir(), "weir-remote-")));
  }

  get sources(): RemoteSources {
    return { repositories: this.#repositories, files: this.#files };
  }

  /** Fetches references, some at a time; a failure becomes a source that fails the build where it is needed. */
  async fetch(references: readonly RemoteReference[]): Promise<void> {
    const waiting = [...references];
    const work = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await this.#fetchOne(next);
    };
    await Promise.all(Array.from({ length: Math.min(FETCHES_AT_ONCE, waiting.length) }, work));
  }

  /** Fetches anew what was kept and is damaged; whether there was any, and what was built of it is to be built again. */
  async repair(): Promise<boolean> {
    const damaged = [...this.#damaged];
    this.#damaged.clear();
    for (const key of damaged) {
      this.#mistrusted.add(key);
      this.#checkouts.delete(key);
    }
    const urls = [...this.#repositories.keys()].filter((url) => {
      const spec = parseRepoSpec(url);
      return spec !== undefined && damaged.includes(checkoutName(spec));
    });
    for (const url of urls) this.#repositories.set(url, await this.#repositoryAt(url));
    return damaged.length > 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#checkouts.values());
    const { cache } = this.#deps;
    if (!this.#signal.aborted) {
      for (const [directory, key] of this.#fetched) await cache?.keep(key, directory);
    }
    await this.#stack.disposeAsync();
  }

  async #fetchOne({ kind, url }: RemoteReference): Promise<void> {
    const limit = this.#deps.budgets?.remotes ?? 100;
    this.#asked += 1;
    if (this.#asked > limit) {
      throw new RemoteBudgetError(`more than ${limit} remote bases and files`);
    }
    if (kind === "file") this.#files.set(url, await this.#fileAt(url));
    else this.#repositories.set(url, await this.#repositoryAt(url));
  }

  async #fileAt(url: string): Promise<RemoteFile | RemoteFailure> {
    const spec = parseRepoSpec(url);
    const { lock } = this.#deps;
    const isRepository = { kind: "failed", message: "URL is a git repository" } as const;
    if (spec !== undefined && !lock.hasFile(url) && lock.hasRepository(spec.cloneUrl, spec.ref)) {
      return isRepository;
    }
    const pinned = lock.sha256Of(url);
    try {
      const content = await this.#download(url);
      this.#checkContent(url, pinned, content);
      return { kind: "file", content };
    } catch (error) {
      this.#rethrowFatal(error);
      const hasAnswer = error instanceof RemoteFetchError && error.status !== undefined;
      if (hasAnswer && spec !== undefined) return isRepository;
      return { kind: "failed", message: describeError(error), isFinal: hasAnswer };
    }
  }

  async #download(url: string): Promise<Uint8Array> {
    if (!URL.canParse(url)) throw new RemoteFetchError(url, `parse "${url}": invalid URI for request`);
    const late = (): Error => new RemoteFetchError(url, "context deadline exceeded");
    using timeout = timeoutSignal(this.#deps.clock, FILE_TIMEOUT_MS, late);
    using held = anySignal(this.#signal, timeout.signal);
    const credentials = this.#deps.credentials.basicFor(new URL(url));
    const maxBytes = this.#deps.budgets?.fileBytes ?? 64 * 1024 * 1024;
    // Awaited here, so that the timeout lives as long as the request does.
    return await fetchRemoteFile({ url, credentials, signal: held.signal, maxBytes });
  }

  #checkContent(url: string, pinned: string | undefined, content: Uint8Array): void {
    const { lock } = this.#deps;
    const sha256 = createHash("sha256").update(content).digest("hex");
    if (pinned === undefined) {
      // A page of a repository's host is no file of the build: it is not worth a pin.
      if (parseRepoSpec(url) === undefined || !isPage(content)) lock.noteFile(url, sha256);
    } else if (pinned !== sha256) {
      throw new RemoteLockError(
        `${url} is not what the lock file ${lock.path} says (sha256 ${sha256} instead of ${pinned}); --update-lock takes it as it is`,
        lock.path,
      );
    }
  }

  async #repositoryAt(url: string): Promise<RemoteRepository | RemoteFailure> {
    const spec = parseRepoSpec(url);
    if (spec === undefined) return { kind: "failed", message: `${url} names no repository` };
    const key = checkoutName(spec);
    const checkout = this.#checkouts.get(key) ?? this.#checkOut(spec);
    this.#checkouts.set(key, checkout);
    try {
      return await checkout;
    } catch (error) {
      this.#rethrowFatal(error);
      return { kind: "failed", message: describeError(error) };
    }
  }

  async #checkOut(spec: RepoSpec): Promise<RemoteRepository> {
    const { lock, searchPath, clock, credentials } = this.#deps;
    const pinned = lock.commitOf(spec.cloneUrl, spec.ref);
    const kept = await this.#keptAt(spec, pinned ?? spec.ref);
    if (kept !== undefined) return kept;
    const checkout: GitCheckout = await fetchRemoteRepository(spec, pinned, {
      scratch: this.#scratch,
      searchPath,
      clock,
      credentials,
      signal: this.#signal,
      maxBytes: this.#deps.budgets?.repositoryBytes ?? 1024 * 1024 * 1024,
    });
    this.#stack.use(checkout);
    const { hash } = checkout.commit;
    lock.noteRepository(spec.cloneUrl, spec.ref, hash);
    this.#fetched.set(checkout.directory, keyOf(spec, hash));
    // What git keeps for itself names the server, and nobody's base.
    return repositoryOf(spec, hash, diskTree(checkout.directory, { hidden: [".git"] }));
  }

  /** A checkout of an earlier run; only of a commit, as other references move. */
  async #keptAt(spec: RepoSpec, commit: string): Promise<RemoteRepository | undefined> {
    const name = checkoutName(spec);
    if (!COMMIT.test(commit) || this.#mistrusted.has(name)) return undefined;
    const key = keyOf(spec, commit);
    const kept: KeptCheckout | undefined = await this.#deps.cache?.find(key, () => this.#damaged.add(name));
    if (kept === undefined) return undefined;
    this.#stack.use(kept);
    this.lock.noteRepository(spec.cloneUrl, spec.ref, commit);
    return repositoryOf(spec, commit, kept.tree);
  }

  /** What no other base could make good ends the build at once. */
  #rethrowFatal(error: unknown): void {
    this.#signal.throwIfAborted();
    if (error instanceof RemoteLockError || error instanceof RemoteBudgetError) throw error;
    if (!(error instanceof WeirError)) throw error;
  }
}

const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

function checkoutName({ cloneUrl, ref, hasSubmodules }: RepoSpec): string {
  return `${cloneUrl}\n${ref}\n${hasSubmodules}`;
}

function keyOf({ cloneUrl, hasSubmodules }: RepoSpec, commit: string): CheckoutKey {
  return { url: withoutUser(cloneUrl), commit, hasSubmodules };
}

function repositoryOf({ cloneUrl }: RepoSpec, commit: string, tree: DiskTree): RemoteRepository {
  const root = `${withoutUser(cloneUrl)}@${commit.slice(0, 12)}`;
  return { kind: "repository", tree, root, resolveLinks: tree.resolveLinks };
}

function isPage(content: Uint8Array): boolean {
  return /^\s*<(?:!doctype|html)/i.test(Buffer.from(content.subarray(0, 512)).toString("latin1"));
}

function withoutUser(url: string): string {
  return url.replace(/^(https?:\/\/)[^/@]*@/i, "$1");
}
