import { DISABLED, HelmAnnotation, type HelmRelease } from "@weir/api";
import { isMarked, kindOf, subjectOf } from "@weir/apply";
import type { JsonObject, JsonValue } from "@weir/core";
import type { KubeClient } from "@weir/client";
import { type Release, releaseObjects } from "@weir/helm";
import { asJson, keyOf, type KubeObject } from "@weir/objects";
import { FIELD_MANAGER } from "../act/deployment.ts";
import { ignoredPaths, withoutPaths } from "./ignore-rules.ts";
import { jsonDiff, type PatchOperation } from "./json-diff.ts";

/** What of a release is not as it was left. */
export type Drift =
  | { readonly kind: "removed"; readonly object: KubeObject }
  | { readonly kind: "changed"; readonly object: KubeObject; readonly patch: readonly PatchOperation[] };

const LEFT_TO_OTHERS = { [HelmAnnotation.driftDetection]: DISABLED };

/**
 * Compares the objects of a revision with the cluster by a dry run of their apply. Objects that say so by an annotation or a
 * label, and fields that the HelmRelease leaves to others, are not looked at.
 */
export async function detectDrift(
  release: Release,
  spec: HelmRelease["spec"],
  { client, signal }: { readonly client: KubeClient; readonly signal: AbortSignal },
): Promise<readonly Drift[]> {
  const rules = spec.driftDetection?.ignore ?? [];
  const drifts: Drift[] = [];
  for (const object of await releaseObjects(client, release)) {
    const paths = ignoredPaths(object, rules);
    if (paths.includes("") || isMarked(object, LEFT_TO_OTHERS)) continue;
    const drift = await driftOf(object, paths, { client, signal });
    if (drift !== undefined) drifts.push(drift);
  }
  return drifts;
}

async function driftOf(
  object: KubeObject,
  paths: readonly string[],
  { client, signal }: { readonly client: KubeClient; readonly signal: AbortSignal },
): Promise<Drift | undefined> {
  const kind = kindOf(object);
  const live = (await client.get(kind, keyOf(object), { signal })) as KubeObject | undefined;
  if (live === undefined) return { kind: "removed", object };
  if (isMarked(live, LEFT_TO_OTHERS)) return undefined;
  const options = { fieldManager: FIELD_MANAGER, force: true, dryRun: true, signal };
  const wanted = (await client.apply(kind, object, options)) as KubeObject;
  const patch = patchBetween(withoutPaths(live, paths), withoutPaths(wanted, paths));
  return patch.length === 0 ? undefined : { kind: "changed", object, patch };
}

function patchBetween(live: KubeObject, wanted: KubeObject): readonly PatchOperation[] {
  // Controllers of the cluster add labels and annotations; only what an apply sets or changes is drift.
  const metadata = jsonDiff(marksOf(live), marksOf(wanted)).filter(({ op }) => op !== "remove");
  return [...metadata, ...jsonDiff(contentOf(live), contentOf(wanted))];
}

function marksOf({ metadata }: KubeObject): JsonObject {
  const { annotations, labels } = metadata;
  const marks = {
    ...(annotations === undefined ? {} : { annotations }),
    ...(labels === undefined ? {} : { labels }),
  };
  return Object.keys(marks).length === 0 ? {} : { metadata: marks };
}

function contentOf(object: KubeObject): JsonObject {
  const fields = Object.entries(asJson(object)).filter(([key]) => key !== "metadata" && key !== "status");
  return Object.fromEntries(fields) as Readonly<Record<string, JsonValue>>;
}

/** What drifted, an object a line, as Flux tells it. */
export function describeDrift(drifts: readonly Drift[]): string {
  return drifts
    .map((drift) => {
      const subject = subjectOf(drift.object);
      if (drift.kind === "removed") return `${subject} removed`;
      const count = (op: PatchOperation["op"]): number =>
        drift.patch.filter((operation) => operation.op === op).length;
      const counts = `${count("add")} additions, ${count("replace")} changes, ${count("remove")} removals`;
      return `${subject} changed (${counts})`;
    })
    .join("\n");
}
