import { type RetryPolicy, WeirError } from "@weir/core";

/** What went wrong between us and a Git server, told apart by asking it ourselves. */
export type GitFailure =
  | "invalid-url"
  | "invalid-proxy"
  | "unreachable"
  | "timeout"
  | "authentication-required"
  | "authorization-failed"
  | "host-key-rejected"
  | "repository-not-found"
  | "server-error"
  | "ref-not-found"
  | "commit-not-found"
  | "no-semver-match"
  | "invalid-semver"
  | "redirected-elsewhere"
  | "too-large"
  | "program-failed";

/** A Git operation failed. The message is Flux's; it holds no credentials, and URLs in it no user-info or query. */
export class GitOperationError extends WeirError {
  override readonly name = "GitOperationError";
  readonly reason = "GitOperationFailed";
  readonly retry: RetryPolicy = "backoff";
  readonly failure: GitFailure;
  readonly url: string;

  constructor(failure: GitFailure, url: string, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.failure = failure;
    this.url = withoutCredentials(url);
  }
}

/** The repository has no commit yet. */
export class EmptyGitRepositoryError extends WeirError {
  override readonly name = "EmptyGitRepositoryError";
  readonly reason = "EmptyGitRepository";
  readonly retry: RetryPolicy = "next-interval";
  readonly url: string;

  constructor(url: string) {
    super("git repository is empty");
    this.url = withoutCredentials(url);
  }
}

/** What is wrong with a Secret's credentials. */
export type GitCredentialsProblem = "missing-key" | "identity-encrypted" | "unusable";

/** What a Secret gives as credentials cannot be used. */
export class GitCredentialsError extends WeirError {
  override readonly name = "GitCredentialsError";
  readonly reason: "AuthenticationFailed" | "GitOperationFailed";
  readonly retry: RetryPolicy = "backoff";
  readonly problem: GitCredentialsProblem;

  constructor(problem: GitCredentialsProblem, message: string) {
    super(message);
    this.problem = problem;
    // Flux finds out only while it clones that a key is none.
    this.reason = problem === "unusable" ? "GitOperationFailed" : "AuthenticationFailed";
  }
}

/** The failure of a clone as Flux words it: `unable to clone 'URL': …`. */
export function cloneError(
  failure: GitFailure,
  url: string,
  detail: string,
  options?: { readonly cause?: unknown },
): GitOperationError {
  return new GitOperationError(
    failure,
    url,
    `unable to clone '${withoutCredentials(url)}': ${detail}`,
    options,
  );
}

/** A URL without user-info, query and fragment, for messages and logs. */
export function withoutCredentials(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, "$1").replace(/[?#].*$/, "");
}
