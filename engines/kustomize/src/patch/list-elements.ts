import { isMap, isMissing, isNull, isScalar, type Node, textOf, valueOf } from "../node/node.ts";
import { wrongKind } from "../transform/kind-error.ts";

/** Whether an element has the value under the key; an empty value is met by any. The key `""` is the element itself. */
function fieldMatches(element: Node, key: string, value: string): boolean {
  if (key === "") {
    if (!isScalar(element)) throw wrongKind("scalar", element);
    return valueOf(element) === value;
  }
  if (!isMap(element)) throw wrongKind("map", element);
  const field = element.get(key);
  return field !== undefined && (value === "" || textOf(field) === value);
}

/** The first element that has all of these values. */
export function findElement(
  list: readonly Node[],
  by: { readonly keys: readonly string[]; readonly values: readonly string[] },
): Node | undefined {
  const { keys, values } = by;
  if (keys.length === 0 || keys[0] === "") {
    const wanted = values[0] ?? "";
    return list.find((element) => textOf(element) === wanted);
  }
  return list.find((element) => {
    if (!isMap(element)) return false;
    return keys.every((key, at) => {
      const field = element.get(key);
      return field !== undefined && textOf(field) === (values[at] ?? "");
    });
  });
}

/**
 * Puts an element in the place of those that have the same keys, or at the end; without one, takes those away.
 *
 * Changes the list in place. Nulls and empty maps in it are dropped, as upstream's `ElementSetter` does.
 */
export function elementSetter(
  list: Node[],
  element: Node | undefined,
  keys: readonly string[],
  values: readonly string[],
): void {
  const setsMaps = (keys[0] ?? "") !== "" && (values[0] ?? "") !== "";
  let isFound = false;
  let length = 0;
  for (const item of list) {
    const kept = keptElement(item, { keys, values, setsMaps });
    isFound ||= kept === "matched";
    const next = kept === "matched" ? element : kept === "kept" ? item : undefined;
    if (next !== undefined) list[length++] = next;
  }
  list.length = length;
  if (!isFound && element !== undefined && !isMissing(element)) list.push(element);
}

interface Setting {
  readonly keys: readonly string[];
  readonly values: readonly string[];
  readonly setsMaps: boolean;
}

function keptElement(item: Node, { keys, values, setsMaps }: Setting): "kept" | "matched" | "dropped" {
  if (isNull(item) || (isMap(item) && item.fields.size === 0)) return "dropped";
  if (!isMap(item) && setsMaps) return "kept";
  // Without values upstream finds nothing, and keeps nothing either.
  const matches =
    values.length > 0 &&
    keys.every((key, at) => at >= values.length || fieldMatches(item, key, values[at] ?? ""));
  if (matches) return "matched";
  return values.length > 0 ? "kept" : "dropped";
}

/** Adds the elements of one list to another: those with the same keys replace, the rest go to the end. */
export function appendListNode(dest: Node[], source: readonly Node[], keys: readonly string[]): Node[] {
  for (const element of source) {
    if (keys[0] === "" || keys.length === 0) {
      elementSetter(dest, element, [""], [textOf(element)]);
      continue;
    }
    const values = presentValues(dest, element, keys);
    if (keys.length > 1) elementSetter(dest, undefined, keys, values);
    elementSetter(dest, element, keys, values);
  }
  return dest;
}

/** The values of the keys that an element has; it is added once for each that it lacks, as upstream does. */
function presentValues(dest: Node[], element: Node, keys: readonly string[]): readonly string[] {
  if (isMissing(element)) return [];
  if (!isMap(element)) throw wrongKind("map", element);
  const values: string[] = [];
  for (const key of keys) {
    const field = element.get(key);
    if (field === undefined) dest.push(element);
    else values.push(textOf(field));
  }
  return values;
}
