import { type RetryPolicy, WeirError } from "@weir/core";

/** The lock file cannot be used, or does not hold what a build needs. */
export class RemoteLockError extends WeirError {
  override readonly name = "RemoteLockError";
  readonly reason = "RemoteLockFailed";
  readonly retry: RetryPolicy = "never";
  readonly file: string;

  constructor(message: string, file: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.file = file;
  }
}

/** A build asks for more remote bases than it may. */
export class RemoteBudgetError extends WeirError {
  override readonly name = "RemoteBudgetError";
  readonly reason = "RemoteBudgetExceeded";
  readonly retry: RetryPolicy = "never";
}

/** A server is asked for a file, and does not give it. */
export class RemoteFetchError extends WeirError {
  override readonly name = "RemoteFetchError";
  readonly reason = "RemoteFetchFailed";
  readonly retry: RetryPolicy = "backoff";
  readonly url: string;
  /** The status of the answer, where there was one. */
  readonly status: number | undefined;

  constructor(
    url: string,
    message: string,
    options?: { readonly status?: number; readonly cause?: unknown },
  ) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.url = url;
    this.status = options?.status;
  }
}

/** Credentials for remote bases cannot be read. */
export class RemoteCredentialsError extends WeirError {
  override readonly name = "RemoteCredentialsError";
  readonly reason = "InvalidCredentials";
  readonly retry: RetryPolicy = "never";
}

/** A kept checkout is not what it was; it is fetched again. */
export class DamagedCheckoutError extends WeirError {
  override readonly name = "DamagedCheckoutError";
  readonly reason = "CheckoutDamaged";
  readonly retry: RetryPolicy = "backoff";
  readonly url: string;

  constructor(url: string, path: string) {
    super(`the kept checkout of ${url} is damaged at ${path}`);
    this.url = url;
  }
}
