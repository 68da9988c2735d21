import { HelmRelease } from "@weir/api";
import { inventoryEntryOf } from "@weir/apply";
import type { JsonObject } from "@weir/core";
import { releaseObjects } from "@weir/helm";
import { previewNamed } from "../../release/preview.ts";
import type { LiveComparison } from "./compare-live.ts";
import type { DiffTarget } from "./diff-kustomization.ts";

/** What of a HelmRelease is compared with the cluster: its objects as they would be released, hooks left out. */
export async function releaseComparison({
  name,
  client,
  flags,
  environment,
}: DiffTarget): Promise<LiveComparison> {
  const { preview } = await previewNamed(name, flags, { environment, client });
  const { manifest, namespace, last, name: releaseName } = preview;
  const objects = await releaseObjects(client, { name: releaseName, namespace, manifest });
  const before = last === undefined ? [] : await releaseObjects(client, last);
  return {
    objects: objects as unknown as readonly JsonObject[],
    inventory: before.map(inventoryEntryOf),
    fieldManager: "helm-controller",
    group: HelmRelease.group,
  };
}
