import { WeirError } from "@weir/core";

/** A chart repository does not give what is asked of it, or is none; in helm's words. */
export class RepositoryError extends WeirError {
  override readonly name = "RepositoryError";
  readonly reason = "InvalidRepository";
  readonly retry = "next-interval";
}

/** An index costs more to read than it may. */
export class RepositoryBudgetError extends WeirError {
  override readonly name = "RepositoryBudgetError";
  readonly reason = "RepositoryBudgetExceeded";
  readonly retry = "next-interval";
}

/** A chart's dependencies cannot be fetched; in helm's words. */
export class DependencyError extends WeirError {
  override readonly name = "DependencyError";
  readonly reason = "DependencyBuildFailed";
  readonly retry = "backoff";
}
