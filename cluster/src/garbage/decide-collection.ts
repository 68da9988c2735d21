import type { OwnerReference } from "@weir/objects";
import {
  FOREGROUND_FINALIZER,
  isWaitingForDependents,
  ORPHAN_FINALIZER,
  type OwnerNode,
} from "./owner-graph.ts";

/** How an owner that an object names stands. */
export type OwnerState = "present" | "waiting" | "absent";

/** An object, how its owners stand, and what depends on it. */
export interface CollectionFacts {
  readonly node: OwnerNode;
  readonly owners: readonly { readonly reference: OwnerReference; readonly state: OwnerState }[];
  readonly dependents: readonly OwnerNode[];
}

export type CollectionPlan =
  | { readonly kind: "keep" }
  /** Owners that are gone, or are going and wait, are no longer named; another one still holds the object. */
  | { readonly kind: "release-owners"; readonly uids: readonly string[] }
  | {
      readonly kind: "delete";
      readonly propagationPolicy: "Foreground" | "Background" | "Orphan";
      /** Owners that must not wait for this one, or both would wait for each other. */
      readonly unblock: readonly string[];
    }
  | { readonly kind: "remove-finalizer"; readonly finalizer: string }
  | { readonly kind: "wait-for-dependents"; readonly blocking: readonly OwnerNode[] }
  | { readonly kind: "orphan"; readonly dependents: readonly OwnerNode[] };

/** Decides what becomes of one object; the rules are those of Kubernetes' garbage collector. */
export function decideCollection(facts: CollectionFacts): CollectionPlan {
  const { node, owners } = facts;
  if (node.isDeleting) return decideDeleting(facts);
  if (owners.length === 0) return { kind: "keep" };
  const holding = owners.filter(({ state }) => state === "present");
  const absent = owners.filter(({ state }) => state === "absent");
  const waiting = owners.filter(({ state }) => state === "waiting");
  if (holding.length > 0) {
    const uids = [...absent, ...waiting].map(({ reference }) => reference.uid);
    return uids.length === 0 ? { kind: "keep" } : { kind: "release-owners", uids };
  }
  if (waiting.length > 0 && facts.dependents.length > 0) {
    const isCycle = facts.dependents.some(isWaitingForDependents);
    const unblock = isCycle ? waiting.map(({ reference }) => reference.uid) : [];
    return { kind: "delete", propagationPolicy: "Foreground", unblock };
  }
  return { kind: "delete", propagationPolicy: policyOf(node), unblock: [] };
}

/** An object that is going already concerns the collector only where it waits for, or lets go of, its dependents. */
function decideDeleting({ node, dependents }: CollectionFacts): CollectionPlan {
  if (node.finalizers.includes(ORPHAN_FINALIZER)) {
    if (dependents.length > 0) return { kind: "orphan", dependents };
    return { kind: "remove-finalizer", finalizer: ORPHAN_FINALIZER };
  }
  if (!isWaitingForDependents(node)) return { kind: "keep" };
  const blocking = dependents.filter((dependent) => isBlocking(dependent, node.uid));
  if (blocking.length > 0) return { kind: "wait-for-dependents", blocking };
  return { kind: "remove-finalizer", finalizer: FOREGROUND_FINALIZER };
}

/** What the object's own finalizers ask for. */
function policyOf(node: OwnerNode): "Foreground" | "Background" | "Orphan" {
  if (node.finalizers.includes(ORPHAN_FINALIZER)) return "Orphan";
  if (node.finalizers.includes(FOREGROUND_FINALIZER)) return "Foreground";
  return "Background";
}

function isBlocking(dependent: OwnerNode, owner: string): boolean {
  return dependent.owners.some(({ uid, blockOwnerDeletion }) => uid === owner && blockOwnerDeletion === true);
}
