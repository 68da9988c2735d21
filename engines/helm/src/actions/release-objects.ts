import { InvariantError } from "@weir/core";
import type { KubeClient } from "@weir/client";
import type { KubeObject } from "@weir/objects";
import type { Release } from "../release/release.ts";

/**
 * The objects of a revision as they are applied: lists unpacked, namespaces filled in, with helm's labels and annotations
 * of ownership. For diffs, drift and inventories.
 */
export function releaseObjects(
  _client: KubeClient,
  _release: Pick<Release, "name" | "namespace" | "manifest">,
): Promise<readonly KubeObject[]> {
  throw new InvariantError("releaseObjects is not there yet");
}
