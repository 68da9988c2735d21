import type { Clock } from "@weir/core";
import type { RegistryAnswer, RegistryRequest } from "./registry-connection.ts";

/** How much is read of a registry. */
export interface OciLimits {
  /** Bytes of one manifest or index; 4 MiB by default. */
  readonly manifestBytes: number;
  /** Bytes of one blob; 256 MiB by default. */
  readonly blobBytes: number;
  /** Indexes within indexes; 4 by default. */
  readonly indexDepth: number;
  /** Tags of one repository; 200,000 by default. */
  readonly tags: number;
  /** Pages of tags, or of referrers; 1,000 by default. */
  readonly pages: number;
  /** Manifests that refer to one; 1,000 by default. */
  readonly referrers: number;
}

/** The limits where none are named. */
export const defaultOciLimits: OciLimits = {
  manifestBytes: 4 * 1024 * 1024,
  blobBytes: 256 * 1024 * 1024,
  indexDepth: 4,
  tags: 200_000,
  pages: 1000,
  referrers: 1000,
};

/** What the parts of the client need of it: requests that carry credentials, limits, and time. */
export interface RegistryApi {
  readonly limits: OciLimits;
  readonly clock: Clock;
  send(request: RegistryRequest): Promise<RegistryAnswer>;
}
