import type { Dice } from "../dice.ts";
import { isFields, isItems, type Yaml } from "../yaml-writer.ts";

function escaped(key: string): string {
  return key.includes(".") ? key.replaceAll(".", "\\.") : key;
}

/** Paths of the values of an object as `replacements` write them, list elements by a key, an index or `*`. */
export function fieldPathsOf(dice: Dice, value: Yaml, path = ""): string[] {
  const join = (part: string): string => (path === "" ? part : `${path}.${part}`);
  if (isItems(value)) {
    return value.flatMap((item, at) => fieldPathsOf(dice, item, join(itemPart(dice, item, at))));
  }
  if (!isFields(value)) return [path];
  const own = path !== "" && dice.chance(0.15) ? [path] : [];
  return [
    ...own,
    ...Object.entries(value).flatMap(([key, part]) =>
      part === undefined ? [] : fieldPathsOf(dice, part, join(escaped(key))),
    ),
  ];
}

function itemPart(dice: Dice, item: Yaml, at: number): string {
  if (dice.chance(0.2)) return "*";
  if (isFields(item) && typeof item["name"] === "string" && dice.chance(0.75))
    return `[name=${item["name"]}]`;
  return String(at);
}

/** The same with one more part that may not be there. */
export function someFieldPath(dice: Dice, value: Yaml): string {
  const all = fieldPathsOf(dice, value);
  // What a resource is decides most of what happens to it: it seldom changes.
  const paths = dice.risks(0.1) ? all : all.filter((path) => path !== "kind" && path !== "apiVersion");
  const path = dice.pick(paths);
  if (dice.risks(0.15)) return `${path}.missing`;
  if (dice.risks(0.15)) return path.replace(/[^.]*$/, "added");
  return path;
}
