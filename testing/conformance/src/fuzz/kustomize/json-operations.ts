import type { Dice } from "../dice.ts";
import { isFields, isItems, Raw, type Yaml, type YamlFields } from "../yaml-writer.ts";
import type { Manifest } from "./resources.ts";
import { someScalar, someValue } from "./scalars.ts";

interface Place {
  readonly pointer: string;
  readonly value: Yaml;
}

function escaped(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}

/** Every value of an object by its JSON pointer. */
function placesOf(value: Yaml, pointer = ""): Place[] {
  const own = { pointer, value };
  if (isItems(value)) return [own, ...value.flatMap((item, at) => placesOf(item, `${pointer}/${at}`))];
  if (!isFields(value)) return [own];
  const inner = Object.entries(value).flatMap(([key, part]) =>
    part === undefined ? [] : placesOf(part, `${pointer}/${escaped(key)}`),
  );
  return [own, ...inner];
}

function parentOf(pointer: string): string {
  return pointer.slice(0, pointer.lastIndexOf("/"));
}

/** Places whose kind is known, so that operations on them mostly apply. */
class Places {
  readonly #dice: Dice;
  readonly leaves: readonly Place[];
  readonly maps: readonly Place[];
  readonly lists: readonly Place[];
  readonly all: readonly Place[];

  constructor(dice: Dice, object: YamlFields) {
    this.#dice = dice;
    this.all = placesOf(object).slice(1);
    this.leaves = this.all.filter(
      ({ pointer, value }) =>
        !isFields(value) && !isItems(value) && !/^\/(?:kind|apiVersion|metadata\/)/.test(pointer),
    );
    this.maps = this.all.filter(
      ({ pointer, value }) => isFields(value) && !/^\/(?:metadata\/|roleRef|data)/.test(pointer),
    );
    this.lists = this.all.filter(({ value }) => isItems(value));
  }

  leaf(): Place | undefined {
    return this.leaves.length === 0 ? undefined : this.#dice.pick(this.leaves);
  }

  any(): string {
    if (this.#dice.risks(0.1)) {
      return this.#dice.pick([
        "/spec/missing/deep",
        "/nope",
        "nope",
        "",
        "/",
        "/spec/x/y",
        "/metadata/labels/~1",
      ]);
    }
    return this.#dice.pick(this.all).pointer;
  }

  map(): string {
    return this.maps.length === 0 ? "/metadata" : this.#dice.pick(this.maps).pointer;
  }
}

function addition(dice: Dice, places: Places): YamlFields {
  const [first] = places.lists;
  if (first !== undefined && dice.chance(0.35)) {
    const { pointer, value } = dice.pick(places.lists);
    const at = dice.chance(0.6) ? "-" : String(dice.int(0, Object.keys(value ?? []).length));
    return { op: "add", path: `${pointer}/${at}`, value: itemFor(dice, value) };
  }
  const key = dice.pick(["added", "with~1slash", "new"]);
  return { op: "add", path: `${places.map()}/${key}`, value: someValue(dice, 2, 0.3) };
}

/** A list of maps gets a map: transformers go into its elements. */
function itemFor(dice: Dice, list: Yaml): Yaml {
  const isOfMaps = isItems(list) && isFields(list[0]);
  return isOfMaps ? { name: "added", value: someScalar(dice, 0.2) } : someScalar(dice, 0.3);
}

function careful(dice: Dice, places: Places): YamlFields {
  const leaf = places.leaf();
  const op = dice.pick(["add", "add", "replace", "replace", "remove", "test", "move", "copy"]);
  if (leaf === undefined || op === "add") return addition(dice, places);
  const { pointer, value } = leaf;
  switch (op) {
    case "replace":
      return { op, path: pointer, value: someScalar(dice, 0.3) };
    case "test":
      return value instanceof Raw ? addition(dice, places) : { op, path: pointer, value };
    case "remove":
      return { op, path: pointer };
    default:
      return { op, from: pointer, path: `${places.map()}/copied` };
  }
}

function wild(dice: Dice, places: Places): YamlFields {
  const path = places.any();
  const op = dice.pick(["add", "add", "replace", "replace", "remove", "test", "move", "copy", "other"]);
  const near = dice.pick([
    path,
    `${path}/-`,
    `${path}/new`,
    `${parentOf(path)}/-`,
    `${parentOf(path)}/added`,
    path.slice(1),
  ]);
  switch (op) {
    case "move":
    case "copy":
      return { op, from: places.any(), path: near };
    case "remove":
      return { op, path };
    default:
      return { op, path: op === "add" ? near : path, value: dice.maybe(0.95, () => someValue(dice, 2, 0.3)) };
  }
}

const TAKING: ReadonlySet<unknown> = new Set(["remove", "move"]);

/** A JSON6902 patch for an object; what takes values away comes last and once, where no risks are taken. */
export function jsonPatch(dice: Dice, { object }: Manifest): Yaml {
  const places = new Places(dice, object);
  if (dice.risks(0.4)) return dice.many(1, 3, () => wild(dice, places));
  const operations = dice.many(1, 3, () => careful(dice, places));
  const kept = operations.filter(({ op }) => !TAKING.has(op));
  const taking = operations.filter(({ op }) => TAKING.has(op)).slice(0, 1);
  const all = [...kept, ...taking];
  const written = new Set<unknown>();
  return all.filter(({ op, path, from }) => {
    const isSpoiled = (op === "test" && written.has(path)) || (from !== undefined && written.has(path));
    written.add(path);
    return !isSpoiled;
  });
}
