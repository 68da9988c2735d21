import type { HelmRelease } from "@weir/api";
import type { JsonObject, JsonValue } from "@weir/core";
import { type Condition, isConditionTrue } from "@weir/objects";
import { jsonDigest, SortedMap } from "../release/release-digest.ts";
import {
  condition,
  type Stamp,
  type Status,
  withCondition,
  withFields,
  withoutConditions,
} from "./status-draft.ts";

type Spec = HelmRelease["spec"];

/**
 * Makes Ready of what Remediated, TestSuccess and Released say: of those the first of the latest generation. What was
 * remediated is never ready. The digests of the post renderers and the common metadata are those of the spec from then on.
 */
export function summarizeRelease(status: Status, stamp: Stamp): Status {
  const { spec } = stamp.object;
  const isTested = spec.test?.enable === true;
  const counted =
    isTested && spec.test?.ignoreFailures !== true
      ? ["Remediated", "TestSuccess", "Released"]
      : ["Remediated", "Released"];
  const current = isTested ? status : withoutConditions(status, "TestSuccess");
  const first = sortAsFlux(current.conditions ?? [], counted)[0];
  if (first === undefined) return current;
  const readiness = first.type === "Remediated" ? "False" : first.status;
  const ready = condition("Ready", readiness, first.reason, first.message);
  const summarized = withCondition(
    readiness === "True" ? withoutConditions(current, "Stalled") : current,
    ready,
    stamp,
  );
  return withFields(summarized, {
    observedPostRenderersDigest: postRenderersDigest(spec.postRenderers),
    observedCommonMetadataDigest: commonMetadataDigest(spec.commonMetadata),
  });
}

/** Whether a release is Ready. */
export function isReadyStatus(status: Status): boolean {
  return isConditionTrue(status.conditions ?? [], "Ready");
}

/**
 * Sorts conditions as Flux does before it takes the first. The order is none in the mathematical sense, so that the way of
 * sorting counts: Go's stable sort moves each condition forward as long as it comes before the one there.
 */
function sortAsFlux(conditions: readonly Condition[], counted: readonly string[]): readonly Condition[] {
  const comesFirst = (left: Condition, right: Condition): boolean => {
    const leftPlace = counted.indexOf(left.type);
    const rightPlace = counted.indexOf(right.type);
    if (leftPlace < 0) return false;
    if (rightPlace < 0) return true;
    return (
      Number(left.observedGeneration ?? 0) >= Number(right.observedGeneration ?? 0) && leftPlace < rightPlace
    );
  };
  const sorted = [...conditions];
  for (let end = 1; end < sorted.length; end += 1) {
    for (let at = end; at > 0; at -= 1) {
      const [before, here] = [sorted[at - 1] as Condition, sorted[at] as Condition];
      if (!comesFirst(here, before)) break;
      sorted[at - 1] = here;
      sorted[at] = before;
    }
  }
  return sorted;
}

type PostRenderers = NonNullable<Spec["postRenderers"]>;
type Patch = NonNullable<NonNullable<PostRenderers[number]["kustomize"]>["patches"]>[number];
type Image = NonNullable<NonNullable<PostRenderers[number]["kustomize"]>["images"]>[number];

/** The digest of post renderers as Flux makes it; `undefined` where the spec has none. */
export function postRenderersDigest(postRenderers: Spec["postRenderers"]): string | undefined {
  if (postRenderers === undefined) return undefined;
  const renderers = postRenderers.map(({ kustomize }) => {
    if (kustomize === undefined) return {};
    const { patches = [], images = [] } = kustomize;
    return {
      kustomize: {
        ...(patches.length === 0 ? {} : { patches: patches.map(orderedPatch) }),
        ...(images.length === 0 ? {} : { images: images.map(orderedImage) }),
      },
    };
  });
  return jsonDigest(renderers as JsonValue);
}

const TARGET_FIELDS = [
  "group",
  "version",
  "kind",
  "namespace",
  "name",
  "annotationSelector",
  "labelSelector",
] as const;

/** Fields in the order of Flux's struct. */
function orderedPatch({ patch, target }: Patch): JsonObject {
  return { patch, ...(target === undefined ? {} : { target: inOrder(target, TARGET_FIELDS) }) };
}

function orderedImage(image: Image): JsonObject {
  return inOrder(image, ["name", "newName", "newTag", "digest"]);
}

function inOrder(object: object, fields: readonly string[]): JsonObject {
  const values = object as Readonly<Record<string, JsonValue | undefined>>;
  const given = fields.filter((field) => values[field] !== undefined && values[field] !== "");
  return Object.fromEntries(given.map((field) => [field, values[field] as JsonValue]));
}

/** The digest of common metadata as Flux makes it; `undefined` where the spec has none. */
export function commonMetadataDigest(metadata: Spec["commonMetadata"]): string | undefined {
  if (metadata === undefined) return undefined;
  const { annotations, labels } = metadata;
  const fields = {
    ...(isEmpty(annotations) ? {} : { annotations: new SortedMap(annotations ?? {}) }),
    ...(isEmpty(labels) ? {} : { labels: new SortedMap(labels ?? {}) }),
  };
  return jsonDigest(fields as unknown as JsonObject);
}

function isEmpty(map: Readonly<Record<string, string>> | undefined): boolean {
  return map === undefined || Object.keys(map).length === 0;
}
