import { type RetryPolicy, WeirError } from "@weir/core";

/** A version of a chart in a repository. */
export interface FoundChart {
  readonly name: string;
  readonly version: string;
  /** Where the archive is, as the repository says. */
  readonly url: string | undefined;
  /** SHA-256 of the archive in hex, where the repository says it. */
  readonly digest: string;
}

/** A repository of charts, whatever it is behind. */
export interface ChartRepository {
  /**
   * The version of a chart that a range means. Throws a `ChartReferenceError` where only another reference helps, and what
   * keeps it from looking.
   */
  find(name: string, range: string): Promise<FoundChart>;
  /** The archive of a version. */
  download(chart: FoundChart): Promise<Uint8Array>;
}

/** A repository has no such chart; in Flux's words. */
export class ChartReferenceError extends WeirError {
  override readonly name = "ChartReferenceError";
  readonly reason = "InvalidChartReference";
  readonly retry: RetryPolicy = "never";
}

/** An archive is not what the repository said it is. */
export class ChartDigestError extends WeirError {
  override readonly name = "ChartDigestError";
  readonly reason = "ChartPullError";
  readonly retry: RetryPolicy = "backoff";
}
