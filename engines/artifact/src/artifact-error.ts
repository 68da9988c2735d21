import { type RetryPolicy, WeirError } from "@weir/core";

/** Why an archive is refused; stable names for tests and statistics. */
export type UnsafeArchiveCause =
  | "escaping-path"
  | "absolute-path"
  | "control-character"
  | "unsupported-type"
  | "duplicate-entry"
  | "colliding-entry"
  | "too-many-entries"
  | "too-large"
  | "too-deep"
  | "corrupt";

/** An archive that must not be unpacked: it breaks out, bombs, or is damaged. Nothing of it is used. */
export class UnsafeArchiveError extends WeirError {
  override readonly name = "UnsafeArchiveError";
  readonly reason = "ArtifactFailed";
  readonly retry: RetryPolicy = "next-interval";
  readonly problem: UnsafeArchiveCause;
  readonly entry: string;

  constructor(
    problem: UnsafeArchiveCause,
    entry: string,
    detail: string,
    options?: { readonly cause?: unknown },
  ) {
    super(
      entry === ""
        ? `archive refused: ${detail}`
        : `archive entry ${JSON.stringify(entry)} refused: ${detail}`,
      options,
    );
    this.problem = problem;
    this.entry = entry;
  }
}

/** The bytes fetched are not those that the artifact's digest names. */
export class ArtifactDigestError extends WeirError {
  override readonly name = "ArtifactDigestError";
  readonly reason = "ArtifactFailed";
  readonly retry: RetryPolicy = "backoff";
  readonly expected: string;
  readonly actual: string;

  constructor(expected: string, actual: string) {
    super(`computed digest doesn't match '${expected}' (was '${actual}')`);
    this.expected = expected;
    this.actual = actual;
  }
}

/** An artifact could not be fetched from its URL. */
export class ArtifactFetchError extends WeirError {
  override readonly name = "ArtifactFetchError";
  readonly reason = "ArtifactFailed";
  readonly retry: RetryPolicy = "backoff";
  readonly status: number | undefined;

  constructor(message: string, options?: { readonly status?: number; readonly cause?: unknown }) {
    super(message, options);
    this.status = options?.status;
  }
}

/** The artifact store could not do what was asked; the last good artifact is still there. */
export class ArtifactStorageError extends WeirError {
  override readonly name = "ArtifactStorageError";
  readonly retry: RetryPolicy = "backoff";
  readonly reason: string;
  readonly code: string | undefined;

  constructor(reason: string, message: string, options: { readonly cause: unknown }) {
    super(message, options);
    this.reason = reason;
    this.code = (options.cause as NodeJS.ErrnoException | undefined)?.code;
  }

  /** Whether the disk is full: the condition ends by itself when space is back. */
  get isDiskFull(): boolean {
    return this.code === "ENOSPC" || this.code === "EDQUOT";
  }
}
