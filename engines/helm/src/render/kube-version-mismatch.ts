import { WeirError } from "@weir/core";

import type { KubeVersion } from "../context/capabilities.ts";
import { isCompatibleRange } from "../dependencies/process-dependencies.ts";

/** A chart does not say that it works with the cluster's version; the message is Helm's. */
export class IncompatibleKubeVersionError extends WeirError {
  override readonly name = "IncompatibleKubeVersionError";
  readonly reason = "IncompatibleKubeVersion";
  readonly retry = "never";

  constructor(range: string, version: string) {
    super(`chart requires kubeVersion: ${range} which is incompatible with Kubernetes ${version}`);
  }
}

/** Throws where the version lies outside of the range, or the range is none. */
export function checkKubeVersion(range: string, { version, normalized }: KubeVersion): void {
  if (range !== "" && !isCompatibleRange(range, normalized)) {
    throw new IncompatibleKubeVersionError(range, version);
  }
}
