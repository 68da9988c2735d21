import type { JsonObject, JsonValue } from "@weir/core";
import { formatGoValue, goTypeName } from "../go-text.ts";
import { isJsonObject, ownValue } from "../json-object.ts";
import { itemKeyOf, orderItems } from "./strategic-list-order.ts";
import { patchTypeError, StrategicMergePatchError } from "./strategic-merge-error.ts";

/** What merges two items of a list with the same key. */
export type MergeItems = (original: JsonObject, patch: JsonObject) => JsonObject;

/** How one list merges. */
export interface ListMerging {
  /** Empty for a list of scalars. */
  readonly mergeKey: string;
  readonly mergeItems: MergeItems;
  /** The patch names scalars to take out (`$deleteFromPrimitiveList`). */
  readonly isDeletion: boolean;
}

/** Merges a patch's list into the original's, item by item. */
export function mergeLists(
  original: readonly JsonValue[],
  patch: readonly JsonValue[],
  merging: ListMerging,
): readonly JsonValue[] {
  if (original.length === 0 && patch.length === 0) return original;
  if (elementType(original, patch) !== mapType) return mergeScalars(original, patch, merging.isDeletion);
  if (merging.mergeKey === "") {
    throw new StrategicMergePatchError("cannot merge lists without merge key for struct");
  }
  return mergeMaps(original.filter(isJsonObject), patch.filter(isJsonObject), merging);
}

/** How Go calls an object. */
export const mapType = "map[string]interface {}";

/** The one type that all items have. Throws where they differ, are lists, or where there is none. */
export function elementType(original: readonly JsonValue[], patch: readonly JsonValue[]): string {
  let type: string | undefined;
  for (const item of [...original, ...patch]) {
    const itemType = goTypeName(item);
    type ??= itemType;
    if (type === "[]interface {}") {
      throw new StrategicMergePatchError("lists of lists are not supported", 422);
    }
    if (itemType !== type) {
      throw new StrategicMergePatchError(
        `list element types are not identical: [${formatGoValue(original)} ${formatGoValue(patch)}]`,
      );
    }
  }
  if (type === undefined) throw new StrategicMergePatchError("no elements in any of the given slices");
  return type;
}

function mergeScalars(
  original: readonly JsonValue[],
  patch: readonly JsonValue[],
  isDeletion: boolean,
): readonly JsonValue[] {
  if (isDeletion) {
    const gone = new Set(patch);
    return original.filter((item) => !gone.has(item));
  }
  return orderItems([...new Set([...original, ...patch])], patch, original, itemKeyOf(""));
}

function mergeMaps(
  original: readonly JsonObject[],
  patch: readonly JsonObject[],
  merging: ListMerging,
): readonly JsonValue[] {
  const { kept, patches } = applyItemDirectives(original, patch, merging.mergeKey);
  const keyOf = itemKeyOf(merging.mergeKey);
  const merged: JsonObject[] = [...kept];
  const places = new Map<string, number>();
  for (const [index, item] of merged.entries()) {
    if (ownValue(item, merging.mergeKey) === undefined) continue;
    const key = keyOf(item);
    if (!places.has(key)) places.set(key, index);
  }
  for (const item of patches) {
    const key = keyOf(item);
    const place = places.get(key);
    const before = place === undefined ? undefined : merged[place];
    if (place === undefined || before === undefined) {
      places.set(key, merged.length);
      merged.push(item);
    } else {
      merged[place] = merging.mergeItems(before, item);
    }
  }
  return orderItems(merged, patches, kept, keyOf);
}

/** Carries out the `$patch` directives that stand among a list's items, and takes them out of the patch. */
function applyItemDirectives(
  original: readonly JsonObject[],
  patch: readonly JsonObject[],
  mergeKey: string,
): { readonly kept: readonly JsonObject[]; readonly patches: readonly JsonObject[] } {
  const keyOf = itemKeyOf(mergeKey);
  const patches: JsonObject[] = [];
  const deleted = new Set<string>();
  let replaces = false;
  for (const item of patch) {
    const directive = ownValue(item, "$patch");
    if (directive === undefined) patches.push(item);
    else if (directive === "delete") deleted.add(keyOf(item));
    else if (directive === "replace") replaces = true;
    else if (directive === "merge") {
      throw new StrategicMergePatchError("merging lists cannot yet be specified in the patch");
    } else throw patchTypeError(directive, item);
  }
  if (replaces) return { kept: patches, patches: [] };
  if (deleted.size === 0) return { kept: original, patches };
  const isKept = (item: JsonObject): boolean => {
    return ownValue(item, mergeKey) === undefined || !deleted.has(keyOf(item));
  };
  return { kept: original.filter(isKept), patches };
}

/**
 * Checks that a patch's items stand in the order that `$setElementOrder` gives them, and that it names all of them
 * but those that are deleted.
 */
export function checkElementOrder(
  patch: readonly JsonValue[],
  order: readonly JsonValue[],
  mergeKey: string,
): void {
  if (patch.length === 0 || order.length === 0) return;
  const keyOf = itemKeyOf(mergeKey);
  const kept = mergeKey === "" ? patch : patch.filter((item) => directiveOf(item) !== "delete");
  let next = 0;
  let place = 0;
  while (next < kept.length && place < order.length) {
    const item = kept[next] ?? null;
    if (directiveOf(item) !== undefined) {
      next += 1;
      continue;
    }
    if (keyOf(item) === keyOf(order[place] ?? null)) next += 1;
    place += 1;
  }
  if (next >= kept.length) return;
  throw new StrategicMergePatchError(
    `The order in patch list:\n${formatGoValue(patch)}\n doesn't match $setElementOrder list:\n${formatGoValue(order)}\n`,
  );
}

function directiveOf(item: JsonValue): JsonValue | undefined {
  return isJsonObject(item) ? ownValue(item, "$patch") : undefined;
}
