import type { Clock } from "@weir/core";
import {
  fetchRevision,
  type GitCheckout,
  type GitCredentials,
  GitOperationError,
  type GitRef,
} from "@weir/git";
import type { RepoSpec } from "@weir/kustomize";
import type { RemoteCredentials } from "./remote-credentials.ts";
import { RemoteFetchError } from "./remote-error.ts";

/** What fetching a repository needs. */
export interface RepositoryFetchDeps {
  readonly scratch: string;
  readonly searchPath: string;
  readonly clock: Clock;
  readonly credentials: RemoteCredentials;
  readonly signal: AbortSignal;
  /** The most bytes that one repository may send. */
  readonly maxBytes: number;
}

/**
 * Checks out what the URL of a base names: the commit that it is pinned to, or what its reference means now. Throws
 * `RemoteFetchError` or an error of the git engine.
 */
export async function fetchRemoteRepository(
  spec: RepoSpec,
  pinned: string | undefined,
  deps: RepositoryFetchDeps,
): Promise<GitCheckout> {
  const { url, credentials } = addressOf(spec, deps.credentials);
  const { signal, scratch, searchPath, clock, maxBytes } = deps;
  let missing: GitOperationError | undefined;
  for (const ref of candidates(spec, pinned)) {
    try {
      const found = await fetchRevision(
        {
          url,
          ref,
          credentials,
          recurseSubmodules: spec.hasSubmodules,
          timeoutMs: spec.timeoutMs,
          maxBytes,
          signal,
        },
        { scratch, searchPath, clock },
      );
      if (found.kind === "checkout") return found;
    } catch (error) {
      if (!(error instanceof GitOperationError) || error.failure !== "ref-not-found") throw error;
      missing = error;
    }
  }
  const wanted = spec.ref === "" ? "HEAD" : spec.ref;
  throw new RemoteFetchError(url, `couldn't find remote ref ${wanted}`, { cause: missing });
}

/** What `git fetch URL REF` would look for, in its order; a tag comes before a branch. */
function candidates(spec: RepoSpec, pinned: string | undefined): readonly GitRef[] {
  const { ref } = spec;
  if (pinned !== undefined) return [{ commit: pinned }];
  if (ref === "" || ref === "HEAD") return [{ name: "HEAD" }];
  if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(ref)) return [{ commit: ref }];
  if (ref.startsWith("refs/")) return [{ name: ref }];
  return [{ name: `refs/tags/${ref}` }, { name: `refs/heads/${ref}` }, { name: `refs/${ref}` }];
}

interface Address {
  readonly url: string;
  readonly credentials: GitCredentials;
}

function addressOf({ cloneUrl }: RepoSpec, credentials: RemoteCredentials): Address {
  if (/^file:/i.test(cloneUrl)) {
    throw new RemoteFetchError(
      cloneUrl,
      "repositories of this machine are not fetched: name their folder instead",
    );
  }
  const ssh = sshUrl(cloneUrl);
  if (ssh !== undefined) {
    if (credentials.ssh !== undefined) return { url: ssh, credentials: credentials.ssh };
    throw new RemoteFetchError(ssh, `${cloneUrl} needs --ssh-key and --ssh-known-hosts`);
  }
  if (!URL.canParse(cloneUrl))
    throw new RemoteFetchError(cloneUrl, "the URL of the repository cannot be parsed");
  const url = new URL(cloneUrl);
  const basic = credentials.basicFor(url);
  url.username = "";
  url.password = "";
  const { href } = url;
  return { url: href, credentials: basic === undefined ? { kind: "none" } : { kind: "basic", ...basic } };
}

/** `user@host:path` as a URL; `undefined` for what goes over HTTP. */
function sshUrl(cloneUrl: string): string | undefined {
  if (/^ssh:/i.test(cloneUrl)) return cloneUrl;
  const scp = /^((?:[^@/:]+@)?[^/:@]+):(?!\/\/)(.*)$/.exec(cloneUrl);
  return scp === null ? undefined : `ssh://${scp[1]}/${(scp[2] ?? "").replace(/^\/+/, "")}`;
}
