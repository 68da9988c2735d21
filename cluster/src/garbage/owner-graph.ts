import type { MetadataObject } from "@weir/client";
import type { ObjectMeta, OwnerReference } from "@weir/objects";

/** The finalizer by which an owner waits for its dependents. */
export const FOREGROUND_FINALIZER = "foregroundDeletion";

/** The finalizer by which an owner lets go of its dependents. */
export const ORPHAN_FINALIZER = "orphan";

/** An object as the collector knows it. */
export interface OwnerNode {
  readonly uid: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly resourceVersion: string;
  readonly owners: readonly OwnerReference[];
  readonly isDeleting: boolean;
  readonly finalizers: readonly string[];
}

/**
 * Who owns whom, by uid: every object that is seen, and of each owner its dependents, whether or not the owner is seen.
 *
 * Changes answer with the uids that are to be looked at because of them.
 */
export class OwnerGraph {
  readonly #nodes = new Map<string, OwnerNode>();
  readonly #dependents = new Map<string, Set<string>>();

  get size(): number {
    return this.#nodes.size;
  }

  node(uid: string): OwnerNode | undefined {
    return this.#nodes.get(uid);
  }

  dependents(uid: string): readonly OwnerNode[] {
    const found: OwnerNode[] = [];
    for (const dependent of this.#dependents.get(uid) ?? []) {
      const node = this.#nodes.get(dependent);
      if (node !== undefined) found.push(node);
    }
    return found;
  }

  /** Takes in an object as it is now. */
  upsert(object: MetadataObject): readonly string[] {
    const node = nodeOf(object);
    if (node === undefined) return [];
    const previous = this.#nodes.get(node.uid);
    this.#nodes.set(node.uid, node);
    if (previous !== undefined && sameOwners(previous, node)) return this.#concerned(node);
    this.#unlink(previous);
    for (const owner of node.owners) this.#link(owner.uid, node.uid);
    // Owners in foreground deletion that no longer have this one to wait for.
    const left = (previous?.owners ?? []).map((owner) => owner.uid);
    return [...this.#concerned(node), ...left];
  }

  /** Forgets an object that is gone. */
  remove(uid: string): readonly string[] {
    const node = this.#nodes.get(uid);
    if (node === undefined) return [];
    this.#nodes.delete(uid);
    this.#unlink(node);
    const owners = node.owners.map((owner) => owner.uid);
    return [...owners, ...(this.#dependents.get(uid) ?? [])];
  }

  /** Forgets all objects of a kind that is not served any more. */
  removeKind(group: string, kind: string): readonly string[] {
    const prefix = group === "" ? "" : `${group}/`;
    const isOfKind = (node: OwnerNode): boolean =>
      node.kind === kind &&
      node.apiVersion.startsWith(prefix) &&
      (prefix !== "" || !node.apiVersion.includes("/"));
    return [...this.#nodes.values()].filter(isOfKind).flatMap(({ uid }) => this.remove(uid));
  }

  #concerned(node: OwnerNode): readonly string[] {
    if (isWaitingForDependents(node)) return [node.uid, ...(this.#dependents.get(node.uid) ?? [])];
    const isOrphaning = node.isDeleting && node.finalizers.includes(ORPHAN_FINALIZER);
    const waiting = node.owners.map(({ uid }) => uid).filter((uid) => this.#isWaiting(uid));
    // A change of an object whose owners are all there says nothing new.
    const isUnsure = node.owners.some(({ uid }) => !this.#isInReach(node, uid));
    return isOrphaning || isUnsure || waiting.length > 0 ? [node.uid, ...waiting] : [];
  }

  /** An owner in another namespace does not count. */
  #isInReach(node: OwnerNode, owner: string): boolean {
    const found = this.#nodes.get(owner);
    return found !== undefined && (found.namespace === undefined || found.namespace === node.namespace);
  }

  #isWaiting(uid: string): boolean {
    const node = this.#nodes.get(uid);
    return node !== undefined && isWaitingForDependents(node);
  }

  #link(owner: string, dependent: string): void {
    const dependents = this.#dependents.get(owner);
    if (dependents === undefined) this.#dependents.set(owner, new Set([dependent]));
    else dependents.add(dependent);
  }

  #unlink(node: OwnerNode | undefined): void {
    for (const owner of node?.owners ?? []) {
      const dependents = this.#dependents.get(owner.uid);
      dependents?.delete(node?.uid ?? "");
      if (dependents?.size === 0) this.#dependents.delete(owner.uid);
    }
  }
}

/** Says whether an owner is kept only until its dependents are gone. */
export function isWaitingForDependents(node: OwnerNode): boolean {
  return node.isDeleting && node.finalizers.includes(FOREGROUND_FINALIZER);
}

/** The collector's view of an object; `undefined` for one without identity. */
export function nodeOf({ apiVersion, kind, metadata }: MetadataObject): OwnerNode | undefined {
  const { uid, name } = metadata as ObjectMeta;
  if (uid === undefined || name === undefined) return undefined;
  return {
    uid,
    apiVersion,
    kind,
    namespace: metadata.namespace,
    name,
    resourceVersion: metadata.resourceVersion ?? "",
    owners: metadata.ownerReferences ?? [],
    isDeleting: metadata.deletionTimestamp !== undefined,
    finalizers: metadata.finalizers ?? [],
  };
}

function sameOwners(left: OwnerNode, right: OwnerNode): boolean {
  if (left.owners.length !== right.owners.length) return false;
  return left.owners.every((owner, at) => owner.uid === right.owners[at]?.uid);
}
