import type { ControllerRevision } from "@weir/builtin/apps-v1";
import type { PodTemplateSpec } from "@weir/builtin/core-v1";
import { type JsonObject, type JsonValue } from "@weir/core";
import { jsonEqual, type ObjectMeta } from "@weir/objects";
import { controllerReference } from "./controller-reference.ts";
import { templateHash } from "./pod-template.ts";

/** The label that names a pod's revision, and on a ControllerRevision its hash. */
export const REVISION_LABEL = "controller-revision-hash";
const HASH_LABEL = "controller.kubernetes.io/hash";

/** A StatefulSet or a DaemonSet, as far as its revisions are concerned. */
export interface RevisionOwner {
  readonly kind: "StatefulSet" | "DaemonSet";
  readonly metadata: ObjectMeta;
  readonly template: PodTemplateSpec | undefined;
  readonly historyLimit: number;
}

/** What brings the revisions up to date. */
export type RevisionAct =
  | { readonly kind: "create"; readonly object: JsonObject; readonly name: string }
  /** An earlier template is back: its revision becomes the newest. */
  | { readonly kind: "renumber"; readonly revision: ControllerRevision; readonly number: number }
  | { readonly kind: "keep" };

/** Decides what to do so that the newest revision is that of the present template. */
export function decideRevision(owner: RevisionOwner, revisions: readonly ControllerRevision[]): RevisionAct {
  const newest = Math.max(0, ...revisions.map((each) => each.revision));
  const current = currentRevision(owner, revisions);
  if (current === undefined) {
    const object = newRevision(owner, newest + 1);
    return { kind: "create", object, name: revisionName(owner) };
  }
  if (current.revision < newest) return { kind: "renumber", revision: current, number: newest + 1 };
  return { kind: "keep" };
}

/** The revision of the present template. */
export function currentRevision(
  owner: RevisionOwner,
  revisions: readonly ControllerRevision[],
): ControllerRevision | undefined {
  const content = revisionContent(owner) as JsonValue;
  return revisions.find((each) => jsonEqual((each.data ?? null) as JsonValue, content));
}

/** The revisions beyond the limit that no pod is of, oldest first. */
export function forgottenRevisions(
  owner: RevisionOwner,
  revisions: readonly ControllerRevision[],
  inUse: ReadonlySet<string>,
): readonly ControllerRevision[] {
  const idle = revisions
    .filter((each) => !inUse.has(each.metadata.name ?? "") && each.metadata.deletionTimestamp === undefined)
    .toSorted((left, right) => left.revision - right.revision);
  return idle.slice(0, Math.max(0, idle.length - owner.historyLimit));
}

/** The name of the revision of the present template. */
export function revisionName(owner: RevisionOwner): string {
  return `${owner.metadata.name ?? ""}-${templateHash(owner.template)}`;
}

/** A strategic merge patch that puts the template back, as `kubectl rollout undo` sends it. */
function revisionContent(owner: RevisionOwner): JsonObject {
  return { spec: { template: { $patch: "replace", ...(owner.template as JsonObject | undefined) } } };
}

function newRevision(owner: RevisionOwner, revision: number): JsonObject {
  const hash = templateHash(owner.template);
  const reference = controllerReference("apps/v1", owner.kind, owner.metadata);
  return {
    metadata: {
      name: revisionName(owner),
      namespace: owner.metadata.namespace ?? "",
      labels: {
        ...owner.template?.metadata?.labels,
        [owner.kind === "StatefulSet" ? HASH_LABEL : REVISION_LABEL]: hash,
      },
      annotations: { ...owner.metadata.annotations },
      ownerReferences: [{ ...reference }],
    },
    data: revisionContent(owner),
    revision,
  };
}
