import type { KubeClient } from "@weir/client";
import type { KubeObject } from "@weir/objects";
import type { Release } from "../release/release.ts";
import { buildObjects } from "./build-objects.ts";
import { withOwnership } from "./ownership.ts";

/**
 * The objects of a revision as they are applied: lists unpacked, namespaces filled in, with helm's labels and annotations
 * of ownership. For diffs, drift and inventories. Throws a `ReleaseActionError` where the text cannot be read, or a kind is
 * not served.
 */
export async function releaseObjects(
  client: KubeClient,
  release: Pick<Release, "name" | "namespace" | "manifest">,
): Promise<readonly KubeObject[]> {
  const built = await buildObjects(client, release.manifest, release.namespace);
  return built.map((object) => withOwnership(object, release).object);
}
