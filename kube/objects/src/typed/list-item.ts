import type { JsonValue } from "@weir/core";
import { quoteGo } from "@weir/text";
import { type KeyField, keyElement, type PathElement, valueElement } from "../fields/path-element.ts";
import { isJsonArray, isJsonObject, ownValue } from "../json-object.ts";
import type { ListType } from "./field-type.ts";

/** The step to an item of an associative list, or why there is none, in structured-merge-diff's words. */
export type ItemElement = PathElement | { readonly kind: "none"; readonly problem: string };

/**
 * Tells an item of an associative list by its key fields, or by its value where the list is a set.
 *
 * A missing key field takes its schema's default; without one it is left out of the key, which then names another
 * item than any value would.
 */
export function itemElement(list: ListType, item: JsonValue): ItemElement {
  return list.keys.length > 0 ? keyOfItem(list, item) : valueOfItem(item);
}

function keyOfItem(list: ListType, item: JsonValue): ItemElement {
  if (item === null) return none("associative list with keys may not have a null element");
  if (!isJsonObject(item)) return none("associative list with keys may not have non-map elements");
  const map = list.element().map;
  const fields: KeyField[] = [];
  for (const name of list.keys) {
    // A null is a value of its own here: only a key that is not there takes the default.
    const given = ownValue(item, name);
    const value = given === undefined ? map?.fieldDefault(name) : given;
    if (value === undefined && map === undefined) {
      const problem = "associative list may not have non-map types";
      return none(`couldn't find default value for ${name}: ${problem}`);
    }
    if (value !== undefined) fields.push({ name, value });
  }
  if (fields.length > 0) return keyElement(fields);
  const keys = `[${list.keys.map(quoteGo).join(" ")}]`;
  return none(
    `associative list with keys has an element that omits all key fields ${keys} (and doesn't have default values for any key fields)`,
  );
}

function valueOfItem(item: JsonValue): ItemElement {
  if (item === null) return none("associative list without keys has an element that's an explicit null");
  if (isJsonArray(item)) return none("not supported: associative list with lists as elements");
  if (isJsonObject(item)) return none("associative list without keys has an element that's a map type");
  return valueElement(item);
}

function none(problem: string): ItemElement {
  return { kind: "none", problem };
}
