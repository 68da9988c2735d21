import { type InventoryEntry, inventoryEntryOf } from "@weir/apply";
import type { KubeClient } from "@weir/client";
import { type ChartCrd, type Release, releaseObjects } from "@weir/helm";
import type { KubeObject } from "@weir/objects";
import { loadYamlDocuments } from "@weir/yaml";

/** The objects of a revision and the CRDs of its chart, as the status lists them. */
export async function inventoryOf(
  client: KubeClient,
  release: Release,
  crds: readonly ChartCrd[],
): Promise<readonly InventoryEntry[]> {
  const objects = await releaseObjects(client, release);
  const definitions = crds
    .flatMap(({ data }) => loadYamlDocuments(data) as readonly unknown[])
    .filter(isObject);
  return [...objects, ...definitions].map(inventoryEntryOf);
}

function isObject(value: unknown): value is KubeObject {
  return typeof value === "object" && value !== null && "kind" in value && "metadata" in value;
}
