import {
  applyPolicyOf,
  type InventoryEntry,
  inventoryEntryOf,
  isKeptFromPruning,
  parseInventoryEntry,
  placeholderOf,
  staleEntries,
} from "@weir/apply";
import { isApiError, type Kind, KubeApiError, type KubeClient } from "@weir/client";
import { compareUtf8, type JsonObject, type JsonValue } from "@weir/core";
import { gvkOf, type KubeObject } from "@weir/objects";
import { emitYaml } from "@weir/yaml";
import { identityOf, type RenderedObject } from "../rendered-objects.ts";
import { hideSecrets, type ObjectPair, shownFields, shownLines } from "../show-objects.ts";

/** What is compared with a cluster. */
export interface LiveComparison {
  /** The objects as they would be applied. */
  readonly objects: readonly JsonObject[];
  /** What was applied before; what is no longer among the objects would be deleted. */
  readonly inventory: readonly InventoryEntry[];
  /** Who would apply them. */
  readonly fieldManager: string;
  /** The group of the marks that steer it. */
  readonly group: string;
}

/** How a comparison is made and shown. */
export interface CompareLiveOptions {
  readonly client: KubeClient;
  readonly signal: AbortSignal;
  readonly showsSecrets: boolean;
  /** Lines instead of fields. */
  readonly asText: boolean;
}

/** What an apply would change. */
export interface LiveDifference {
  /** Empty where nothing would change. */
  readonly text: string;
  /** What the API server refuses, or cannot be told. */
  readonly problems: readonly string[];
}

interface Compared {
  readonly id: string;
  readonly pair?: ObjectPair;
  readonly problem?: string;
}

const AT_ONCE = 8;

/**
 * Says what applying objects would change on a cluster, by a dry run of each on its API server: defaults, admission and the
 * fields of other managers count as they would. Nothing is written.
 */
export async function compareLive(
  comparison: LiveComparison,
  options: CompareLiveOptions,
): Promise<LiveDifference> {
  const objects = comparison.objects as unknown as readonly KubeObject[];
  const applied = await mapSome(objects, (object) => compareObject(object, comparison, options));
  const stale = staleEntries(comparison.inventory, objects.map(inventoryEntryOf));
  const deleted = await mapSome(stale, (entry) => compareStale(entry, comparison, options));
  const all = [...applied, ...deleted].toSorted((left, right) => compareUtf8(left.id, right.id));
  const show = options.asText ? shownLines : shownFields;
  return {
    text: all
      .map(({ id, pair }) => (pair === undefined ? "" : show(id, hideSecrets(pair, options.showsSecrets))))
      .join(""),
    problems: all.flatMap(({ id, problem }) => (problem === undefined ? [] : [`${id}: ${problem}`])),
  };
}

/** The results in the order of the items, a few of which are worked on at once. */
async function mapSome<Item, Result>(
  items: readonly Item[],
  action: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const waiting = [...items.entries()];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      results[next[0]] = await action(next[1]);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return results;
}

async function compareObject(
  object: KubeObject,
  comparison: LiveComparison,
  { client, signal }: CompareLiveOptions,
): Promise<Compared> {
  const id = identityOf(object as unknown as JsonValue, "");
  const { fieldManager, group } = comparison;
  const kind: Kind<KubeObject> = gvkOf(object);
  const { name = "", namespace } = object.metadata;
  try {
    const live = await client.get(kind, namespace === undefined ? { name } : { namespace, name }, { signal });
    const policy = applyPolicyOf(object, live, group);
    if (policy === "ignore" || (policy === "if-not-present" && live !== undefined)) return { id };
    const after = await client.apply(kind, object, { fieldManager, force: true, dryRun: true, signal });
    return { id, pair: { before: live && comparable(id, live), after: comparable(id, after) } };
  } catch (error) {
    if (!(error instanceof KubeApiError)) throw error;
    if (isAboutToCome(object, error, comparison.objects)) {
      return { id, pair: { before: undefined, after: comparable(id, object) } };
    }
    // What a server says of a Secret may hold its values.
    return { id, problem: object.kind === "Secret" ? `refused: ${error.reason}` : error.message };
  }
}

/** Its namespace or its kind is not there yet and is among the objects. */
function isAboutToCome(
  { apiVersion, kind, metadata }: KubeObject,
  error: KubeApiError,
  objects: readonly JsonObject[],
): boolean {
  if (!isApiError(error, "NotFound")) return false;
  return objects.some((other) => {
    const { name } = (other["metadata"] ?? {}) as { readonly name?: string };
    if (other["kind"] === "Namespace") return name === metadata.namespace;
    if (other["kind"] !== "CustomResourceDefinition") return false;
    const { group, names } = (other["spec"] ?? {}) as {
      readonly group?: string;
      readonly names?: { readonly kind?: string };
    };
    return names?.kind === kind && apiVersion.startsWith(`${group ?? ""}/`);
  });
}

async function compareStale(
  entry: InventoryEntry,
  { group }: LiveComparison,
  { client, signal }: CompareLiveOptions,
): Promise<Compared> {
  const reference = parseInventoryEntry(entry);
  if (reference === undefined) return { id: entry.id };
  const placeholder = placeholderOf(reference);
  const id = identityOf(placeholder as unknown as JsonValue, "");
  const { name, namespace } = reference;
  try {
    const key = namespace === "" ? { name } : { namespace, name };
    const kind: Kind<KubeObject> = gvkOf(placeholder);
    const live = await client.get(kind, key, { signal });
    if (live === undefined || isKeptFromPruning(live, group)) return { id };
    return { id, pair: { before: comparable(id, live), after: undefined } };
  } catch (error) {
    if (isApiError(error, "NotFound")) return { id };
    if (!(error instanceof KubeApiError)) throw error;
    return { id, problem: error.message };
  }
}

/** What the server keeps for itself. */
const SERVERS_OWN: readonly string[] = [
  "managedFields",
  "resourceVersion",
  "generation",
  "uid",
  "creationTimestamp",
  "selfLink",
];

function comparable(id: string, object: KubeObject): RenderedObject {
  const { metadata, status: _status, ...rest } = object as unknown as JsonObject;
  const kept = Object.entries(metadata as JsonObject).filter(([key]) => !SERVERS_OWN.includes(key));
  const shown: JsonObject = { ...rest, metadata: Object.fromEntries(kept) };
  return { id, object: shown, text: emitYaml(shown) };
}
