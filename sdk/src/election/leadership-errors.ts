import { WeirError } from "@weir/core";

/** The lease could not be renewed in time, or somebody else holds it: this process must stop working at once. */
export class LeaseLostError extends WeirError {
  override readonly name = "LeaseLostError";
  readonly reason = "LeaseLost";
  readonly retry = "never";
  readonly lease: string;

  constructor(lease: string, options: { readonly cause?: unknown } = {}) {
    super(`the lease ${lease} is lost`, options);
    this.lease = lease;
  }
}

/** A write that only the leader may make was refused before it was sent. */
export class NotLeaderError extends WeirError {
  override readonly name = "NotLeaderError";
  readonly reason = "NotLeader";
  readonly retry = "backoff";
  readonly lease: string;

  constructor(lease: string, options: { readonly cause?: unknown } = {}) {
    super(`this process does not hold the lease ${lease}, so it may not write`, options);
    this.lease = lease;
  }
}

/** A request for the lease was not answered in time. */
export class LeaseRequestTimeoutError extends WeirError {
  override readonly name = "LeaseRequestTimeoutError";
  readonly reason = "LeaseRequestTimeout";
  readonly retry = "backoff";

  constructor(lease: string) {
    super(`the api server did not answer in time for the lease ${lease}`);
  }
}
