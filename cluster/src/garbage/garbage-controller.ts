import { isApiError, type Kind, type MetadataObject, metadataOnly } from "@weir/client";
import { abortable, type JsonObject, type Outcome } from "@weir/core";
import type { ObjectKey } from "@weir/objects";
import { type BaseContext, type Change, type Controller, createController } from "@weir/sdk";
import { watchCollectable } from "./collectable-kinds.ts";
import { type CollectionPlan, decideCollection } from "./decide-collection.ts";
import { OwnerGraph, type OwnerNode } from "./owner-graph.ts";
import { AbsentOwners, kindOf, observeOwners } from "./owner-states.ts";

/** What changed under the collector is looked at again so soon. */
const CHANGED_AGAIN_MS = 50;

/** Collects objects whose owners are gone, in the three ways that a deletion can ask for; sees metadata alone. */
export function garbageController(): Controller {
  const graph = new OwnerGraph();
  const absent = new AbsentOwners();
  const everything = Promise.withResolvers<void>();
  return createController("garbagecollector", { concurrency: 20, component: "kube-controller-manager" })
    .forKeys()
    .source((ctx) => {
      const add = (uids: readonly string[]): void => uids.forEach((uid) => ctx.add(uid));
      return watchCollectable(ctx, {
        changed: (change) => add(record(change, graph, absent)),
        synced: () => everything.resolve(),
        gone: (group, kind) => add(graph.removeKind(group, kind)),
      });
    })
    .reconcile(async (uid, ctx): Promise<Outcome | void> => {
      // Before everything is seen, an owner that is not known may only not be known yet.
      await abortable(everything.promise, ctx.signal);
      const node = graph.node(uid);
      if (node === undefined) return undefined;
      const owners = await observeOwners(node, { graph, absent }, ctx);
      const plan = decideCollection({ node, owners, dependents: graph.dependents(uid) });
      return carryOut(plan, node, ctx);
    });
}

/** Takes a change into the graph; gives the uids to look at. */
function record(change: Change<MetadataObject>, graph: OwnerGraph, absent: AbsentOwners): readonly string[] {
  const { uid } = change.object.metadata;
  if (uid === undefined) return [];
  if (change.kind === "delete") {
    absent.add(uid);
    return graph.remove(uid);
  }
  absent.delete(uid);
  const previous = change.kind === "update" ? change.previous.metadata.uid : undefined;
  // A watch that was interrupted may show an object and its namesake as one change.
  const replaced = previous === undefined || previous === uid ? [] : graph.remove(previous);
  return [...replaced, ...graph.upsert(change.object)];
}

async function carryOut(plan: CollectionPlan, node: OwnerNode, ctx: BaseContext): Promise<Outcome | void> {
  try {
    await perform(plan, node, ctx);
  } catch (error) {
    if (isApiError(error, "NotFound")) return;
    if (!isApiError(error, "Conflict")) throw error;
    const message = `${node.kind} ${node.name} changed`;
    return { kind: "waiting", reason: "Changed", message, recheckAfterMs: CHANGED_AGAIN_MS };
  }
}

async function perform(plan: CollectionPlan, node: OwnerNode, ctx: BaseContext): Promise<void> {
  switch (plan.kind) {
    case "keep":
    case "wait-for-dependents":
      return;
    case "release-owners":
      return disown(node, plan.uids, ctx);
    case "remove-finalizer": {
      const finalizers = node.finalizers.filter((finalizer) => finalizer !== plan.finalizer);
      return patch(node, { finalizers }, ctx);
    }
    case "orphan":
      for (const dependent of plan.dependents) await carryOutAll(dependent, [node.uid], ctx);
      return;
    case "delete": {
      if (plan.unblock.length > 0) return unblock(node, plan.unblock, ctx);
      const { uid, resourceVersion } = node;
      await ctx.delete(readKind(node), addressOf(node), {
        propagationPolicy: plan.propagationPolicy,
        preconditions: { uid, resourceVersion },
      });
      return;
    }
  }
}

/** A dependent that is gone meanwhile is let go of as well. */
async function carryOutAll(dependent: OwnerNode, uids: readonly string[], ctx: BaseContext): Promise<void> {
  try {
    await disown(dependent, uids, ctx);
  } catch (error) {
    if (!isApiError(error, "NotFound")) throw error;
  }
}

function disown(node: OwnerNode, uids: readonly string[], ctx: BaseContext): Promise<void> {
  const ownerReferences = node.owners.filter(({ uid }) => !uids.includes(uid));
  return patch(node, { ownerReferences: ownerReferences.map((reference) => ({ ...reference })) }, ctx);
}

/** The change brings the object back, and it is deleted then. */
function unblock(node: OwnerNode, uids: readonly string[], ctx: BaseContext): Promise<void> {
  const ownerReferences = node.owners.map((reference) =>
    uids.includes(reference.uid) ? { ...reference, blockOwnerDeletion: false } : { ...reference },
  );
  return patch(node, { ownerReferences }, ctx);
}

/** Changes metadata of exactly the object and the state that was looked at. */
async function patch(node: OwnerNode, metadata: JsonObject, ctx: BaseContext): Promise<void> {
  const { uid, resourceVersion } = node;
  await ctx.patch(readKind(node), addressOf(node), {
    type: "merge",
    patch: { metadata: { uid, resourceVersion, ...metadata } },
  });
}

function readKind(node: OwnerNode): Kind<MetadataObject> {
  return metadataOnly(kindOf(node.apiVersion, node.kind));
}

function addressOf({ namespace, name }: OwnerNode): ObjectKey {
  return namespace === undefined ? { name } : { namespace, name };
}
