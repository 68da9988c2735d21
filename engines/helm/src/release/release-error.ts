import { type RetryPolicy, WeirError } from "@weir/core";
import { quoteGo } from "@weir/text";

/** A revision, or a release, that the store does not hold. The message is helm's. */
export class ReleaseNotFoundError extends WeirError {
  override readonly name = "ReleaseNotFoundError";
  readonly reason = "ReleaseNotFound";
  readonly retry: RetryPolicy = "backoff";

  constructor() {
    super("release: not found");
  }
}

/** The record of this revision is there: another operation began the same revision first. The message is helm's. */
export class ReleaseExistsError extends WeirError {
  override readonly name = "ReleaseExistsError";
  readonly reason = "ReleaseExists";
  readonly retry: RetryPolicy = "backoff";

  constructor() {
    super("release: already exists");
  }
}

/** No revision of the release is deployed. The message is helm's. */
export class NoDeployedReleasesError extends WeirError {
  override readonly name = "NoDeployedReleasesError";
  readonly reason = "NoDeployedReleases";
  readonly retry: RetryPolicy = "backoff";
  readonly release: string;

  constructor(release: string) {
    super(`${quoteGo(release)} has no deployed releases`);
    this.release = release;
  }
}

/** A record could not be read or written; `cause` says why, in the words of the API server where it refused. */
export class ReleaseStoreError extends WeirError {
  override readonly name = "ReleaseStoreError";
  readonly reason = "ReleaseStoreFailed";
  readonly retry: RetryPolicy = "backoff";
}

/** What a Secret holds is no record of a release. */
export class ReleaseRecordError extends WeirError {
  override readonly name = "ReleaseRecordError";
  readonly reason = "InvalidReleaseRecord";
  readonly retry: RetryPolicy = "next-interval";
}
