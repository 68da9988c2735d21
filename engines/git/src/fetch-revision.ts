import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Clock, timeoutSignal, anySignal } from "@weir/core";
import { parseCommit, parseTag } from "./commit.ts";
import { type GitCredentials, type GitProxy, userInfoOf } from "./credentials.ts";
import { cloneError, GitCredentialsError, GitOperationError, withoutCredentials } from "./git-error.ts";
import type { AdvertisedRef, GitCommit, GitRef, GitTag } from "./git-ref.ts";
import { checkFolderLimit, folderLimitSignal } from "./program/folder-limit.ts";
import { createPrivateHome, REMOTE } from "./program/private-home.ts";
import { runGit } from "./program/run-git.ts";
import { type GitProgram, GitProgramError } from "./program/run-program.ts";
import { type Advertisement, parseLsRemote } from "./remote/advertisement.ts";
import { probeHttp } from "./remote/probe.ts";
import { type ResolvedRef, resolveRef } from "./remote/resolve-ref.ts";
import { branchOf, formatRevision } from "./revision.ts";
import { opensIdentity } from "./ssh/ssh-home.ts";
import { sshFailureOf } from "./ssh/ssh-failure.ts";

/** What is wanted from a repository. */
export interface GitFetchRequest {
  readonly url: string;
  readonly ref: GitRef;
  readonly credentials: GitCredentials;
  readonly proxy?: GitProxy;
  readonly recurseSubmodules?: boolean;
  /** Only these directories are written. */
  readonly sparseCheckout?: readonly string[];
  readonly timeoutMs: number;
  /** The most bytes of objects that the remote may send, submodules included; without a limit by default. */
  readonly maxBytes?: number;
  /** Answers `unchanged` without fetching where the remote is still at this revision. */
  readonly knownRevision?: string;
  /** Reads the tag, too, where the reference is one; false by default. */
  readonly wantsTag?: boolean;
  readonly signal?: AbortSignal;
}

/** What fetching needs from the outside. */
export interface GitFetchDeps {
  /** A folder for checkouts and private homes. */
  readonly scratch: string;
  /** The PATH under which git and ssh are found. */
  readonly searchPath: string;
  readonly clock: Clock;
}

/** A checked out revision; disposing it removes its files. */
export interface GitCheckout extends AsyncDisposable {
  readonly kind: "checkout";
  readonly directory: string;
  readonly revision: string;
  readonly commit: GitCommit;
  /** The tag that the reference names, where it was wanted. */
  readonly tag?: GitTag;
}

/** What fetching found. */
export type GitFetchResult = GitCheckout | { readonly kind: "unchanged"; readonly revision: string };

/**
 * Fetches one revision of a repository by the git program: shallow, at the commit that the reference means now.
 *
 * One request tells where the reference points; when that is `knownRevision` nothing is fetched. Throws
 * `GitOperationError` or `EmptyGitRepositoryError`; nothing is left behind then.
 */
export async function fetchRevision(request: GitFetchRequest, deps: GitFetchDeps): Promise<GitFetchResult> {
  using timeout = timeoutSignal(deps.clock, request.timeoutMs, () =>
    cloneError("timeout", request.url, "context deadline exceeded"),
  );
  using held = anySignal(request.signal, timeout.signal);
  // Awaited here, so that the timeout lives as long as the fetch does.
  return await new RevisionFetch(withoutUserInfo(request), deps, held.signal).run();
}

/** What an HTTP URL says of its user goes the way of all credentials, instead of into files and messages. */
function withoutUserInfo(request: GitFetchRequest): GitFetchRequest {
  const { url, credentials } = request;
  const userInfo = userInfoOf(url);
  if (!/^https?:/i.test(url) || (userInfo.username === "" && userInfo.password === "")) return request;
  const bare = new URL(url);
  bare.username = "";
  bare.password = "";
  const named =
    credentials.kind === "none" ? { ...credentials, kind: "basic" as const, ...userInfo } : credentials;
  return { ...request, url: bare.href, credentials: named };
}

/** git hands no proxy to ssh, and one that is declared must not be passed by. */
function checkProxy(url: string, proxy: GitProxy | undefined): void {
  if (proxy === undefined || !url.startsWith("ssh://")) return;
  const scheme = new URL(proxy.address).protocol.slice(0, -1);
  const detail = scheme.startsWith("socks")
    ? "a SOCKS proxy is not used for ssh yet"
    : `proxy: unknown scheme: ${scheme}`;
  throw cloneError("invalid-proxy", url, detail);
}

interface FetchedCommit {
  /** What the revision names before its commit. */
  readonly pointer: string | undefined;
  /** The reference that was fetched; absent where a commit was. */
  readonly refName?: string;
  /** Where it is in the checkout. */
  readonly fetchedAs?: string;
  readonly commit: string;
}

const TAGS = "refs/tags/";
/** Where a single reference is fetched to. */
const FETCHED = "refs/weir/head";

class RevisionFetch {
  readonly #request: GitFetchRequest;
  readonly #deps: GitFetchDeps;
  #signal: AbortSignal;

  constructor(request: GitFetchRequest, deps: GitFetchDeps, signal: AbortSignal) {
    this.#request = request;
    this.#deps = deps;
    this.#signal = signal;
  }

  async run(): Promise<GitFetchResult> {
    const { url, credentials, proxy, knownRevision } = this.#request;
    if (!URL.canParse(url)) throw cloneError("invalid-url", url, "the URL cannot be parsed");
    checkProxy(url, proxy);
    await using home = await createPrivateHome(url, credentials, proxy, this.#deps);
    const remote = await this.#observe(home.program);
    const resolved = resolveRef(url, this.#request.ref, remote.advertisement);
    if (resolved.kind !== "tied-tags") {
      const revision = formatRevision(resolved.pointer, resolved.commit);
      if (revision === knownRevision) return { kind: "unchanged", revision };
    }
    // Awaited here, so that the home and the credentials in it live as long as git runs.
    return await this.#checkOut(home.program, remote.url, resolved);
  }

  async #observe(
    program: GitProgram,
  ): Promise<{ readonly url: string; readonly advertisement: Advertisement }> {
    const { url, credentials, proxy } = this.#request;
    const canAsk = /^https?:/i.test(url) && (proxy === undefined || /^https?:/i.test(proxy.address));
    if (canAsk) return probeHttp({ url, credentials, signal: this.#signal, ...(proxy && { proxy }) });
    const args = ["ls-remote", "--quiet", REMOTE];
    const output = await this.#git(program, { args, directory: program.home });
    return { url, advertisement: parseLsRemote(output.toString("utf8")) };
  }

  async #checkOut(program: GitProgram, url: string, resolved: ResolvedRef): Promise<GitCheckout> {
    const directory = await mkdtemp(join(this.#deps.scratch, "git-checkout-"));
    const remove = (): Promise<void> => rm(directory, { recursive: true, force: true });
    const { maxBytes = Number.POSITIVE_INFINITY } = this.#request;
    const tooLarge = (): Error => cloneError("too-large", url, `it sends more than ${maxBytes} bytes`);
    const limit = { folder: join(directory, ".git"), maxBytes, reason: tooLarge };
    using watch =
      maxBytes === Number.POSITIVE_INFINITY ? undefined : folderLimitSignal(this.#deps.clock, limit);
    using held = anySignal(this.#signal, watch?.signal);
    this.#signal = held.signal;
    try {
      await writeEmptyRepository(directory, url, this.#request.sparseCheckout);
      const fetched = await this.#fetchCommit(program, directory, resolved);
      if (watch !== undefined) await checkFolderLimit(limit);
      const { pointer, commit } = fetched;
      const [object] = await Promise.all([
        this.#git(program, { args: ["cat-file", "commit", commit], directory }),
        this.#git(program, { args: ["checkout", "--quiet", "--force", "--detach", commit], directory }),
      ]);
      if (this.#request.recurseSubmodules === true) await this.#updateSubmodules(program, directory);
      const tag =
        this.#request.wantsTag === true ? await this.#readTag(program, directory, fetched) : undefined;
      const revision = formatRevision(pointer, commit);
      return {
        kind: "checkout",
        directory,
        revision,
        commit: parseCommit(commit, object),
        ...(tag === undefined ? {} : { tag }),
        [Symbol.asyncDispose]: remove,
      };
    } catch (error) {
      await remove();
      throw error;
    }
  }

  async #fetchCommit(program: GitProgram, directory: string, resolved: ResolvedRef): Promise<FetchedCommit> {
    switch (resolved.kind) {
      case "ref":
        await this.#fetch(program, directory, ["--depth=1", `+${resolved.refName}:${FETCHED}`]);
        return {
          pointer: resolved.pointer,
          refName: resolved.refName,
          commit: await this.#headCommit(program, directory),
        };
      case "commit":
        await this.#fetchPinned(program, directory, resolved.commit);
        return { pointer: resolved.pointer, commit: resolved.commit };
      case "tied-tags": {
        const tag = await this.#youngestTag(program, directory, resolved.candidates);
        return {
          pointer: tag.name.slice(TAGS.length),
          refName: tag.name,
          fetchedAs: tag.name,
          commit: tag.commit,
        };
      }
    }
  }

  /** Flux takes a tag for one also where it is none of its own, and then it has a name only. */
  async #readTag(
    program: GitProgram,
    directory: string,
    { refName, fetchedAs = FETCHED }: FetchedCommit,
  ): Promise<GitTag | undefined> {
    if (refName === undefined || !refName.startsWith(TAGS)) return undefined;
    const args = ["rev-parse", "--verify", "--end-of-options", fetchedAs];
    const hash = (await this.#git(program, { args, directory })).toString("utf8").trim();
    const type = await this.#git(program, { args: ["cat-file", "-t", hash], directory });
    const name = refName.slice(TAGS.length);
    if (type.toString("utf8").trim() !== "tag") return { name, signature: "", payload: new Uint8Array() };
    return parseTag(hash, await this.#git(program, { args: ["cat-file", "tag", hash], directory }));
  }

  /** The tip may have moved since it was observed: what was fetched is what counts. */
  async #headCommit(program: GitProgram, directory: string): Promise<string> {
    const args = ["rev-parse", "--verify", "--end-of-options", `${FETCHED}^{commit}`];
    return (await this.#git(program, { args, directory })).toString("utf8").trim();
  }

  /** Servers that do not give single commits give the branch, or all, with its history. */
  async #fetchPinned(program: GitProgram, directory: string, commit: string): Promise<void> {
    const missing = new GitOperationError(
      "commit-not-found",
      this.#request.url,
      `unable to resolve commit object for '${commit}': object not found`,
    );
    if (!/^[0-9a-f]{40}([0-9a-f]{24})?$/.test(commit)) throw missing;
    try {
      await this.#fetch(program, directory, ["--depth=1", commit]);
    } catch (error) {
      if (!(error instanceof GitOperationError) || error.failure !== "program-failed") throw error;
      const { branch } = this.#request.ref;
      const refs =
        branch === undefined ? ["+refs/*:refs/weir/*"] : [`+refs/heads/${branchOf({ branch })}:${FETCHED}`];
      await this.#fetch(program, directory, refs);
      if (!(await this.#hasCommit(program, directory, commit))) throw missing;
    }
  }

  async #hasCommit(program: GitProgram, directory: string, commit: string): Promise<boolean> {
    const args = ["cat-file", "-e", `${commit}^{commit}`];
    try {
      await runGit(program, { args, directory, signal: this.#signal });
      return true;
    } catch (error) {
      if (!(error instanceof GitProgramError)) throw error;
      return false;
    }
  }

  async #youngestTag(
    program: GitProgram,
    directory: string,
    candidates: readonly AdvertisedRef[],
  ): Promise<AdvertisedRef> {
    await this.#fetch(program, directory, [
      "--depth=1",
      ...candidates.map((ref) => `+${ref.name}:${ref.name}`),
    ]);
    const args = [
      "log",
      "--no-walk",
      "--format=%H %ct",
      "--end-of-options",
      ...candidates.map((ref) => ref.commit),
    ];
    const lines = (await this.#git(program, { args, directory })).toString("utf8").trim().split("\n");
    const times = new Map(
      lines.map((line) => [line.slice(0, line.indexOf(" ")), Number(line.split(" ")[1])] as const),
    );
    return candidates.reduce((best, ref) =>
      (times.get(ref.commit) ?? 0) > (times.get(best.commit) ?? 0) ? ref : best,
    );
  }

  async #fetch(program: GitProgram, directory: string, args: readonly string[]): Promise<void> {
    const options = args.filter((arg) => arg.startsWith("--"));
    const refs = args.filter((arg) => !arg.startsWith("--"));
    const fixed = ["fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head"];
    await this.#git(program, { args: [...fixed, ...options, "origin", ...refs], directory });
  }

  async #updateSubmodules(program: GitProgram, directory: string): Promise<void> {
    const args = ["submodule", "--quiet", "update", "--init", "--recursive", "--depth=1"];
    await this.#git(program, { args, directory });
  }

  async #git(
    program: GitProgram,
    run: { readonly args: readonly string[]; readonly directory: string },
  ): Promise<Buffer> {
    try {
      return await runGit(program, { ...run, signal: this.#signal });
    } catch (error) {
      if (!(error instanceof GitProgramError)) throw error;
      throw await this.#errorOf(program, error);
    }
  }

  async #errorOf(program: GitProgram, error: GitProgramError): Promise<Error> {
    const { url, credentials } = this.#request;
    const known = url.startsWith("ssh://") ? sshFailureOf(url, error.output) : undefined;
    if (known === undefined) {
      const text = `unable to clone '${withoutCredentials(url)}'`;
      return new GitOperationError("program-failed", url, text, { cause: error });
    }
    const mayBeLocked = known.failure === "authentication-required" && credentials.password !== undefined;
    if (mayBeLocked && !(await opensIdentity(program, this.#signal))) {
      return new GitCredentialsError(
        "unusable",
        "unable to construct auth method with options: x509: decryption password incorrect",
      );
    }
    return cloneError(known.failure, url, known.detail);
  }
}

/** A repository without templates or hooks, written by hand to save a process. */
async function writeEmptyRepository(
  directory: string,
  url: string,
  sparse: readonly string[] | undefined,
): Promise<void> {
  const git = join(directory, ".git");
  await mkdir(join(git, "objects"), { recursive: true });
  await mkdir(join(git, "refs"), { recursive: true });
  await writeFile(join(git, "HEAD"), "ref: refs/heads/none\n");
  const isSparse = sparse !== undefined && sparse.length > 0;
  const config = [
    "[core]",
    "\trepositoryformatversion = 0",
    "\tbare = false",
    "\tautocrlf = false",
    ...(isSparse ? ["\tsparseCheckout = true"] : []),
    '[remote "origin"]',
    `\turl = "${url.replace(/[\\"]/g, "\\$&")}"`,
  ];
  await writeFile(join(git, "config"), `${config.join("\n")}\n`);
  if (!isSparse) return;
  await mkdir(join(git, "info"), { recursive: true });
  const patterns = sparse.map((path) => `/${path.replace(/^[./]+/, "").replace(/\/+$/, "")}/`);
  await writeFile(join(git, "info/sparse-checkout"), `${patterns.join("\n")}\n`);
}
