import { type Kind, KindNotServedError, metadataOnly } from "@weir/client";
import type { OwnerReference } from "@weir/objects";
import type { BaseContext } from "@weir/sdk";
import type { CollectionFacts, OwnerState } from "./decide-collection.ts";
import { isWaitingForDependents, nodeOf, type OwnerGraph, type OwnerNode } from "./owner-graph.ts";

const MOST_REMEMBERED = 10_000;

/** Uids that are known to be gone, so that many dependents of one owner cost one request. */
export class AbsentOwners {
  readonly #uids = new Set<string>();

  has(uid: string): boolean {
    return this.#uids.has(uid);
  }

  add(uid: string): void {
    this.#uids.add(uid);
    if (this.#uids.size <= MOST_REMEMBERED) return;
    for (const oldest of this.#uids) {
      this.#uids.delete(oldest);
      return;
    }
  }

  delete(uid: string): void {
    this.#uids.delete(uid);
  }
}

/** What is known of owners. */
export interface OwnerKnowledge {
  readonly graph: OwnerGraph;
  readonly absent: AbsentOwners;
}

/** Finds out how each owner that an object names stands; one that was never seen is asked for. */
export async function observeOwners(
  node: OwnerNode,
  knowledge: OwnerKnowledge,
  ctx: BaseContext,
): Promise<CollectionFacts["owners"]> {
  const states: { readonly reference: OwnerReference; readonly state: OwnerState }[] = [];
  for (const reference of node.owners) {
    states.push({ reference, state: await stateOf(node, reference, knowledge, ctx) });
  }
  return states;
}

// oxlint-disable-next-line max-params -- a node, one of its references, and the two ways to know of it
async function stateOf(
  node: OwnerNode,
  reference: OwnerReference,
  { graph, absent }: OwnerKnowledge,
  ctx: BaseContext,
): Promise<OwnerState> {
  const known = graph.node(reference.uid);
  if (known !== undefined) return stateOfKnown(node, known);
  if (absent.has(reference.uid)) return "absent";
  const found = await lookUp(node, reference, ctx);
  if (found === "unknown") return "present";
  if (found !== undefined) return stateOfKnown(node, found);
  absent.add(reference.uid);
  return "absent";
}

/**
 * An owner in another namespace is as good as none. What is not in a namespace cannot be owned from within one; as
 * Kubernetes, the collector then keeps its hands off.
 */
function stateOfKnown(node: OwnerNode, owner: OwnerNode): OwnerState {
  if (owner.namespace !== undefined && owner.namespace !== node.namespace) {
    return node.namespace === undefined ? "present" : "absent";
  }
  return isWaitingForDependents(owner) ? "waiting" : "present";
}

/** Asks the API. A kind that is not served leaves open whether its objects are gone. */
async function lookUp(
  node: OwnerNode,
  { apiVersion, kind, name, uid }: OwnerReference,
  ctx: BaseContext,
): Promise<OwnerNode | "unknown" | undefined> {
  const resolved = await ctx.client.resolve(kindOf(apiVersion, kind));
  if (resolved === undefined) return "unknown";
  const isNamespaced = resolved.scope === "Namespaced";
  if (isNamespaced && node.namespace === undefined) return "unknown";
  try {
    const key = isNamespaced && node.namespace !== undefined ? { namespace: node.namespace, name } : { name };
    const object = await ctx.live.get(metadataOnly(resolved), key);
    const found = object && nodeOf(object);
    return found?.uid === uid ? found : undefined;
  } catch (error) {
    if (error instanceof KindNotServedError) return "unknown";
    throw error;
  }
}

/** The kind that an apiVersion and a kind's name stand for. */
export function kindOf(apiVersion: string, kind: string): Kind {
  const slash = apiVersion.indexOf("/");
  return { group: slash < 0 ? "" : apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1), kind };
}
