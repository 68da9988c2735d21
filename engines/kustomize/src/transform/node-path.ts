import { KustomizeError } from "../error.ts";
import {
  isList,
  isMap,
  isMissing,
  isNull,
  isScalar,
  kindOf,
  type Node,
  Scalar,
  textOf,
  YamlMap,
} from "../node/node.ts";
import { parseAnyDocument } from "../node/parse.ts";
import { newScalar } from "../node/resolve-scalar.ts";
import { writeField } from "../node/shared-scalar.ts";
import { addField } from "../resource/resource.ts";
import { wrongEmptyKind, wrongKind } from "./kind-error.ts";
import { compileRegex } from "./regex.ts";

const isListIndex = (part: string): boolean => part.startsWith("[") && part.endsWith("]");
const isNumber = (part: string): boolean => /^\+?\d+$/.test(part);

function nameAndValue(part: string): readonly [name: string, value: string] {
  const inner = part.slice(1, -1);
  const equals = inner.indexOf("=");
  if (equals < 0) {
    throw new KustomizeError("list path element must contain fieldName=fieldValue for element to match");
  }
  return [inner.slice(0, equals), inner.slice(equals + 1)];
}

function cleanPath(path: readonly string[]): readonly string[] {
  return path.map((part) => part.trim()).filter((part) => part !== "");
}

/** Follows a path of field names, indexes, `-` for the last element and `[name=value]`; undefined where it ends. */
export function lookUp(root: Node, path: readonly string[]): Node | undefined {
  let node: Node | undefined = root;
  for (const part of cleanPath(path)) {
    if (node === undefined) return undefined;
    node = step(node, part);
  }
  return node;
}

function step(node: Node, part: string): Node | undefined {
  if (/^[-+]?\d+$/.test(part) || part === "-") return elementAt(node, part);
  if (part === "*") throw new KustomizeError("wildcard is not supported in PathGetter");
  if (isListIndex(part)) return namedElement(node, part);
  return fieldOf(node, part);
}

function elementAt(node: Node, part: string): Node | undefined {
  if (part !== "-" && part.startsWith("-")) {
    throw new KustomizeError(`array index ${part} cannot be negative`);
  }
  const list = requireList(node);
  return part === "-" ? list.at(-1) : list[Number(part)];
}

function namedElement(node: Node, part: string): Node | undefined {
  const [name, value] = nameAndValue(part);
  const list = requireList(node);
  if (name === "") return list.find((item) => textOf(item) === value);
  return list.find((item) => {
    const field = isMap(item) ? item.get(name) : undefined;
    return field !== undefined && textOf(field) === value;
  });
}

function requireList(node: Node): Node[] {
  if (isList(node)) return node;
  if (isMissing(node)) return [];
  throw wrongKind("list", node);
}

function fieldOf(node: Node, name: string): Node | undefined {
  if (isMissing(node)) return undefined;
  if (!isMap(node)) throw wrongKind("map", node);
  return node.get(name);
}

/** A place in a tree that can be read and written. */
export interface Place {
  get(): Node;
  set(node: Node): void;
}

function inMap(map: YamlMap, key: string): Place {
  return { get: () => map.get(key) ?? "", set: (node) => writeField(map, key, node) };
}

function inList(list: Node[], index: number): Place {
  return {
    get: () => list[index] ?? "",
    set: (node) => {
      list[index] = node;
    },
  };
}

/** A scalar that takes its type from the text that is put into it. */
function emptyLike(node: Node): Node {
  const kind = kindOf(node);
  if (kind === "map") return new YamlMap();
  return kind === "list" ? [] : new Scalar("", "");
}

/**
 * Every place that a path leads to; `*` stands for all elements of a list.
 *
 * With `created`, what is missing on the way is made, ending in an empty value of the same kind.
 */
export function matchPath(root: YamlMap, path: readonly string[], created?: Node): readonly Place[] {
  const holder: { node: Node } = { node: root };
  return match({ get: () => holder.node, set: (node) => Object.assign(holder, { node }) }, path, created);
}

function match(place: Place, path: readonly string[], created: Node | undefined): readonly Place[] {
  const [part, ...rest] = path;
  if (part === undefined) return [place];
  if (isNumber(part)) return matchIndex(place, Number(part), rest, created);
  if (isListIndex(part)) return matchElements(place, part, rest, created);
  if (part === "*") {
    const list = requireList(place.get());
    return list.flatMap((_item, index) => match(inList(list, index), rest, created));
  }
  return matchField(place, part, rest, created);
}

function newPart(next: string | undefined, created: Node): Node {
  if (next === undefined || next === "") return emptyLike(created);
  return isListIndex(next) || isNumber(next) ? [] : new YamlMap();
}

function matchField(
  place: Place,
  name: string,
  rest: readonly string[],
  created: Node | undefined,
): readonly Place[] {
  const node = place.get();
  const field = fieldOf(node, name);
  if (field === undefined) {
    if (created === undefined) return [];
    if (!isMap(node)) return [];
    addField(node, name, newPart(rest[0], created));
  } else if (isScalar(field) && rest.length > 0) return matchInText(field, rest, created);
  return isMap(node) ? match(inMap(node, name), rest, created) : [];
}

/**
 * A path goes on inside the text of a scalar, which is read as YAML for it.
 *
 * What is found there can be written, but upstream forgets the copy: nothing changes where something is found.
 */
function matchInText(
  scalar: string | Scalar,
  path: readonly string[],
  created: Node | undefined,
): readonly Place[] {
  const root = readText(textOf(scalar));
  const [part = ""] = path;
  const wantsList = isNumber(part) || isListIndex(part) || part === "*";
  if (root === undefined) throw wrongEmptyKind(wantsList ? "list" : "map");
  const isCreated = isNull(root) && created !== undefined && !wantsList;
  const node = isCreated ? new YamlMap() : root;
  return match({ get: () => node, set: () => undefined }, path, created);
}

/** The first document of a text; `undefined` where there is none. */
function readText(text: string): Node | undefined {
  try {
    return parseAnyDocument(text);
  } catch (error) {
    if (!(error instanceof KustomizeError)) throw error;
    throw new KustomizeError(error.message.replace(/^MalformedYAMLError: /, ""), { cause: error });
  }
}

function matchIndex(
  place: Place,
  index: number,
  rest: readonly string[],
  created: Node | undefined,
): readonly Place[] {
  const list = requireList(place.get());
  if (list.length === index && created !== undefined) list.push(newPart(rest[0], created));
  if (list.length < index + 1) {
    throw new KustomizeError(`index ${index} specified but only ${list.length} elements found`);
  }
  return match(inList(list, index), rest, created);
}

function matchElements(
  place: Place,
  part: string,
  rest: readonly string[],
  created: Node | undefined,
): readonly Place[] {
  const [name, value] = nameAndValue(part);
  const list = requireList(place.get());
  const find = (): readonly Place[] =>
    elementsOf(list, name, value).flatMap((at) => match(at, rest, created));
  const found = find();
  if (found.length > 0 || created === undefined) return found;
  const made = new Scalar("", value);
  list.push(name === "" ? made : new YamlMap(new Map<string, Node>([[name, made]])));
  return find();
}

function elementsOf(list: Node[], name: string, value: string): readonly Place[] {
  const regex = compileRegex(value);
  const places: Place[] = [];
  for (const [index, item] of list.entries()) {
    const field = name === "" ? item : isMap(item) ? item.get(name) : undefined;
    if (field === undefined || !isScalar(field)) continue;
    if (regex.matcher(shown(field)).find()) places.push(inList(list, index));
  }
  return places;
}

/** A scalar as it is written: the expression is matched against that. */
function shown(field: string | Scalar): string {
  if (typeof field === "string") {
    const written = newScalar(field);
    return typeof written === "string" ? field : JSON.stringify(field);
  }
  return field.quoted ? JSON.stringify(field.text) : field.text;
}
