import { ControllerRevision } from "@weir/builtin/apps-v1";
import type { Pod } from "@weir/builtin/core-v1";
import { type ReconcileContext, keyOf } from "@weir/sdk";
import { createContent } from "../namespaces/create-content.ts";
import {
  currentRevision,
  decideRevision,
  forgottenRevisions,
  REVISION_LABEL,
  revisionName,
  type RevisionOwner,
} from "./controller-revision.ts";

/** Sees to it that the present template has the newest revision, and says its name. */
export async function ensureRevision(owner: RevisionOwner, ctx: ReconcileContext<never>): Promise<string> {
  const revisions = ctx.owned(ControllerRevision);
  const act = decideRevision(owner, revisions);
  switch (act.kind) {
    case "keep":
      return currentRevision(owner, revisions)?.metadata.name ?? revisionName(owner);
    case "renumber": {
      const key = keyOf(act.revision);
      await ctx.patch(ControllerRevision, key, { type: "merge", patch: { revision: act.number } });
      return key.name;
    }
    case "create":
      await createContent(() =>
        ctx.client.create(ControllerRevision, act.object as unknown as ControllerRevision),
      );
      return act.name;
  }
}

/** Deletes revisions that no pod is of any more, beyond the limit of the history. */
export async function forgetRevisions(
  owner: RevisionOwner,
  ctx: ReconcileContext<never>,
  pods: readonly Pod[],
): Promise<void> {
  const inUse = new Set(pods.map((pod) => pod.metadata.labels?.[REVISION_LABEL] ?? ""));
  const revisions = ctx.owned(ControllerRevision);
  const current = currentRevision(owner, revisions)?.metadata.name;
  if (current !== undefined) inUse.add(current);
  for (const revision of forgottenRevisions(owner, revisions, inUse)) {
    await ctx.delete(ControllerRevision, keyOf(revision));
  }
}
