import {
  ALIAS_NODE,
  FLOW,
  FOLDED,
  parseYamlNode,
  SCALAR_NODE,
  SEQUENCE_NODE,
  YamlError,
  type YamlNode,
} from "@weir/yaml";
import { KustomizeError, messageOf } from "../error.ts";
import {
  copyNode,
  EMPTY_IN_FLOW,
  type DuplicateKey,
  type KeyPlace,
  isList,
  isMap,
  isNilOrEmpty,
  isNull,
  type Node,
  NULL,
  Scalar,
  textOf,
  valueOf,
  YamlMap,
} from "./node.ts";
import { duplicateKeysAsRead } from "./duplicate-keys.ts";
import { resolveTag } from "./resolve-scalar.ts";
import { toJson } from "./to-json.ts";
import { shapeOf, shapeOfItem } from "./written-shape.ts";
import type { JsonValue } from "@weir/core";

const SEPARATOR = /\n---.*\n/g;
const MAX_ALIAS_NODES = 400_000;
const LONG_PREFIX = "tag:yaml.org,2002:";

/** Splits a stream as kyaml does, at lines that start with `---`. */
function splitDocuments(text: string): readonly string[] {
  if (text === "") return [];
  const documents: string[] = [];
  let start = 0;
  for (const match of text.matchAll(SEPARATOR)) {
    const separator = match[0];
    const rest = separator.slice(4).trim();
    if (rest !== "" && !rest.startsWith("#")) {
      throw new KustomizeError(`invalid document separator: ${separator.trim()}`);
    }
    documents.push(`${text.slice(start, match.index)}\n`);
    start = match.index + separator.length;
  }
  documents.push(text.slice(start));
  return documents;
}

/** Go-yaml reads UTF-16, too, where a byte order mark says so. */
function utf16Of([first, second]: Uint8Array): "utf-16le" | "utf-16be" | undefined {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : undefined;
}

function decodeUtf8(bytes: string | Uint8Array): string {
  if (typeof bytes === "string") return bytes;
  const encoding = utf16Of(bytes);
  if (encoding !== undefined) return new TextDecoder(encoding).decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new KustomizeError("MalformedYAMLError: yaml: invalid leading UTF-8 octet", { cause: error });
  }
}

/** Reads one document as a tree; `undefined` where it holds nothing or null. */
export function parseDocument(text: string): Node | undefined {
  const node = parseAnyDocument(text);
  return isNull(node) ? undefined : node;
}

/** Reads one document as a tree; `undefined` where there is none. */
export function parseAnyDocument(text: string): Node | undefined {
  const parsed = parseNodes(text);
  return parsed === undefined ? undefined : new Composer(parsed, { text }).composeRoot();
}

function parseNodes(text: string): YamlNode | undefined {
  try {
    return parseYamlNode(text, { dialect: "go-yaml-v3" });
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new KustomizeError(`MalformedYAMLError: ${error.message}`, {
      ...(error.line === undefined ? {} : { line: error.line }),
      cause: error,
    });
  }
}

/** A document of a file or another text. */
interface Document {
  readonly text: string;
  readonly file?: string | undefined;
  /** The documents before it. */
  readonly before?: readonly string[];
}

interface Field {
  readonly key: YamlNode;
  readonly value: YamlNode;
}

/** Turns parsed nodes into a tree without aliases and merge keys, as kyaml's `DeAnchor` does. */
class Composer {
  readonly #done = new Map<YamlNode, Node>();
  readonly #root: YamlNode;
  readonly #document: Document;
  #aliasNodes = 0;
  #flowDepth = 0;
  #hasDuplicates = false;

  constructor(root: YamlNode, document: Document) {
    this.#root = root;
    this.#document = document;
  }

  composeRoot(): Node {
    const node = this.compose(this.#root);
    if (this.#hasDuplicates && isMap(node)) node.shape = shapeOf(this.#root, this.#document.text);
    return node;
  }

  compose(node: YamlNode): Node {
    switch (node.kind) {
      case SCALAR_NODE:
        return this.#flowDepth > 0 && isUnwritten(node) ? EMPTY_IN_FLOW : composeScalar(node);
      case ALIAS_NODE:
        return this.#composeAlias(node);
      default:
        return this.#composeCollection(node);
    }
  }

  #composeCollection(node: YamlNode): Node {
    const isFlow = node.style === FLOW;
    if (isFlow) this.#flowDepth += 1;
    const composed =
      node.kind === SEQUENCE_NODE
        ? node.children.map((child) => this.compose(child))
        : this.#composeMap(node);
    if (isFlow) this.#flowDepth -= 1;
    this.#done.set(node, composed);
    return composed;
  }

  #composeAlias(node: YamlNode): Node {
    const { target } = node;
    if (target === undefined) return NULL;
    const known = this.#done.get(target) ?? this.compose(target);
    this.#aliasNodes += sizeOf(known);
    if (this.#aliasNodes > MAX_ALIAS_NODES) {
      throw new KustomizeError("MalformedYAMLError: yaml: document contains excessive aliasing");
    }
    return copyNode(known);
  }

  #composeMap(node: YamlNode): Node {
    const map = new YamlMap();
    map.flow = node.style === FLOW;
    map.isRead = true;
    const merged = this.#mergedMaps(node);
    for (const source of merged)
      for (const [key, value] of source.fields) this.#mergeField(map, source, key, value);
    const fields = new Map<string, Field>();
    const duplicates = new Map<string, Field[]>();
    const { children } = node;
    for (let at = 0; at + 1 < children.length; at += 2) {
      const key = children[at];
      const value = children[at + 1];
      if (key === undefined || value === undefined || isMergeLike(key)) continue;
      const text = keyText(key);
      const first = fields.get(text);
      if (first !== undefined && tagOf(key) === "!!str") {
        const same = duplicates.get(text);
        if (same === undefined) duplicates.set(text, [first, { key, value }]);
        else same.push({ key, value });
        continue;
      }
      fields.set(text, { key, value });
      map.set(text, this.compose(value));
      noteOddKey(map, text, key);
    }
    if (duplicates.size > 0) map.duplicates = this.#duplicateKeys(duplicates);
    return map;
  }

  #duplicateKeys(duplicates: ReadonlyMap<string, readonly Field[]>): readonly DuplicateKey[] {
    const { file, before = [] } = this.#document;
    this.#hasDuplicates = true;
    // Each document before this one ends in a line that parts them.
    const start = before.reduce((sum, earlier) => sum + earlier.split("\n").length, 1);
    const placeOf = ({ key }: Field): KeyPlace => ({
      row: key.line + 1,
      line: start + key.line,
      file,
    });
    return [...duplicates].map(([key, fields]) => ({
      key,
      places: fields.map(placeOf),
      later: fields.slice(1).map(({ value }) => this.compose(value)),
    }));
  }

  #mergeField(map: YamlMap, source: YamlMap, key: string, value: Node): void {
    map.set(key, copyNode(value));
    if (source.oddKeys?.has(key) === true) {
      map.oddKeys ??= new Set();
      map.oddKeys.add(key);
    }
  }

  /** The maps that `<<` names, weakest first. */
  #mergedMaps(node: YamlNode): readonly YamlMap[] {
    const { children } = node;
    let value: YamlNode | undefined;
    for (let at = 0; at + 1 < children.length; at += 2) {
      const key = children[at];
      if (key === undefined || tagOf(key) !== "!!merge") continue;
      if (value !== undefined) throw new KustomizeError("duplicate merge key");
      value = children[at + 1];
    }
    return value === undefined ? [] : this.#mergeValues(value);
  }

  #mergeValues(value: YamlNode): readonly YamlMap[] {
    if (value.kind === SEQUENCE_NODE) {
      return value.children.toReversed().flatMap((child) => {
        if (child.kind === SEQUENCE_NODE) {
          throw new KustomizeError("invalid map merge: received a nested sequence");
        }
        return this.#mergeValues(child);
      });
    }
    const node = this.compose(value);
    if (isMap(node)) return [node];
    throw new KustomizeError(
      value.kind === ALIAS_NODE
        ? "invalid map merge: received alias for a non-map value"
        : "map merge requires map or sequence of maps as the value",
    );
  }
}

function isUnwritten(node: YamlNode): boolean {
  return node.value === "" && tagOf(node) === "!!null";
}

function isMergeLike(key: YamlNode): boolean {
  return key.kind === SCALAR_NODE && key.value === "<<";
}

/** A key that is a collection has no text; it is told apart by where it stands. */
function keyText(key: YamlNode): string {
  if (key.kind === ALIAS_NODE) return key.target === undefined ? "" : keyText(key.target);
  return key.kind === SCALAR_NODE ? key.value : `\n${key.line}:${key.column}`;
}

function noteOddKey(map: YamlMap, text: string, key: YamlNode): void {
  const node = key.kind === ALIAS_NODE ? key.target : key;
  const isString = node?.kind === SCALAR_NODE && tagOf(node) === "!!str";
  if (isString) return;
  map.oddKeys ??= new Set();
  map.oddKeys.add(text);
}

function sizeOf(node: Node): number {
  if (isList(node)) return node.reduce((sum, item) => sum + sizeOf(item), 1);
  if (!isMap(node)) return 1;
  let sum = 1;
  for (const value of node.fields.values()) sum += 1 + sizeOf(value);
  return sum;
}

/** The tag of a scalar: its own, or what its text resolves to. */
function tagOf(node: YamlNode): string {
  if (node.tag !== "" && node.tag !== "!") return shortTag(node.tag);
  return node.style === 0 ? resolveTag(node.value) : "!!str";
}

function shortTag(tag: string): string {
  return tag.startsWith(LONG_PREFIX) ? `!!${tag.slice(LONG_PREFIX.length)}` : tag;
}

function composeScalar(node: YamlNode): Node {
  const tag = tagOf(node);
  const quoted = node.style !== 0;
  if (tag === "!!str" && !quoted) return node.value;
  if (tag === "!!null" && node.value === "null") return NULL;
  const scalar = new Scalar(tag, node.value, quoted, node.style === FOLDED);
  scalar.tagged = node.tag !== "" && node.tag !== "!";
  scalar.isRead = true;
  return scalar;
}

/** Reads the resources of a file: documents in turn, lists unpacked, empty ones left out. */
export function parseResources(bytes: string | Uint8Array, file?: string): readonly YamlMap[] {
  const text = decodeUtf8(bytes);
  const nodes = readNodes(text.includes("\r") ? text.replaceAll("\r\n", "\n") : text, file);
  return inlineLists(checkedMaps(nodes));
}

function readNodes(text: string, file: string | undefined): readonly Node[] {
  const documents = splitDocuments(text);
  const nodes: Node[] = [];
  // What cannot be read at all comes before what cannot be put together.
  for (const [at, parsed] of documents.map(parseNodes).entries()) {
    if (parsed === undefined) continue;
    const document = { text: documents[at] ?? "", file, before: documents.slice(0, at) };
    const node = new Composer(parsed, document).composeRoot();
    if (isNull(node)) continue;
    const items = documents.length === 1 ? unwrapped(node) : undefined;
    if (items === undefined) nodes.push(node);
    else nodes.push(...items);
  }
  return nodes;
}

/** The items of a lone `List` or `ResourceList`. */
function unwrapped(node: Node): readonly Node[] | undefined {
  if (!isMap(node)) return undefined;
  const kind = valueOf(node.get("kind"));
  if (kind !== "List" && kind !== "ResourceList") return undefined;
  const items = node.get("items");
  if (items === undefined) return node.get("functionConfig") === undefined ? undefined : [];
  // Upstream takes what a mapping holds for items, its keys included.
  if (isMap(items)) return [...items.fields].flat();
  if (!isList(items)) return [];
  for (const [at, item] of items.entries()) {
    if (isMap(item)) item.shape = shapeOfItem(node.shape, "items", at);
  }
  return items;
}

function checkedMaps(nodes: readonly Node[]): YamlMap[] {
  const maps: YamlMap[] = [];
  for (const node of nodes) {
    if (isNilOrEmpty(node)) continue;
    checkMetadata(node);
    if (isMap(node)) maps.push(node);
  }
  return maps;
}

interface Meta {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
}

function textAt(node: Node | undefined, field: string): string {
  const value = isMap(node) ? node.get(field) : undefined;
  return isNilOrEmpty(value) ? "" : textOf(value);
}

/** Requires what every resource has: a kind and, but for lists, a name. */
export function checkMetadata(node: Node): void {
  const metadata = isMap(node) ? node.get("metadata") : undefined;
  const inner = isMap(metadata) ? metadata : undefined;
  const meta: Meta = {
    apiVersion: textAt(node, "apiVersion"),
    kind: textAt(node, "kind"),
    name: textAt(inner, "name"),
    namespace: textAt(inner, "namespace"),
  };
  if (meta.apiVersion === "" && meta.kind === "" && isNilOrEmpty(metadata)) {
    throw new KustomizeError("missing Resource metadata");
  }
  requirePairs(inner, "annotations");
  if (meta.kind === "") throw new KustomizeError(`missing kind in object ${describeMeta(meta, inner)}`);
  if (meta.kind.endsWith("List") || meta.name !== "") return;
  throw new KustomizeError(`missing metadata.name in object ${describeMeta(meta, inner)}`);
}

/** Upstream reads a list where a mapping should be two by two, and panics over what is left. */
export function requirePairs(metadata: YamlMap | undefined, field: "labels" | "annotations"): void {
  const pairs = metadata?.get(field);
  if (isList(pairs) && pairs.length % 2 === 1) {
    throw new KustomizeError(`the ${field} of ${textAt(metadata, "name")} are no mapping`);
  }
}

function describeMeta(meta: Meta, metadata: YamlMap | undefined): string {
  const { apiVersion, kind, name, namespace } = meta;
  const labels = describeMap(metadata?.get("labels"));
  const annotations = describeMap(metadata?.get("annotations"));
  return `{{${apiVersion} ${kind}} {{${name} ${namespace}} ${labels} ${annotations}}}`;
}

function describeMap(node: Node | undefined): string {
  if (!isMap(node)) return "map[]";
  const keys = [...node.fields.keys()].sort();
  return `map[${keys.map((key) => `${key}:${valueOf(node.get(key))}`).join(" ")}]`;
}

/** Replaces lists of resources by what they hold, at the end of the queue as upstream does. */
function inlineLists(maps: readonly YamlMap[]): readonly YamlMap[] {
  if (!maps.some((map) => textOf(map.get("kind")).endsWith("List"))) return maps;
  const queue = [...maps];
  const result: YamlMap[] = [];
  for (let at = 0; at < queue.length; at++) {
    const map = queue[at];
    if (map === undefined) continue;
    const kind = textOf(map.get("kind"));
    const items = map.get("items");
    if (!kind.endsWith("List") || items === undefined) result.push(map);
    else if (isList(items)) queue.push(...checkedMaps(listItems(kind, map, items)));
    else if (!isNull(items)) {
      throw new KustomizeError(`expected array in ${kind}/items, but found ${goTypeOf(items)}`);
    }
  }
  return result;
}

function listItems(kind: string, map: YamlMap, items: readonly Node[]): readonly Node[] {
  try {
    const error = duplicateKeysAsRead(map);
    if (error !== undefined) throw error;
    return items.map((item) => requoted(toJson(item)));
  } catch (error) {
    throw new KustomizeError(`trouble expanding list of ${kind}; received error ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function goTypeOf(node: Node): string {
  if (isMap(node)) return "map[string]interface {}";
  const value = typeof node === "string" ? node : toJson(node);
  if (typeof value === "string") return "string";
  return typeof value === "boolean" ? "bool" : Number.isInteger(value) ? "int" : "float64";
}

/** The node of a JSON text: every string is written in quotes. */
function requoted(value: JsonValue): Node {
  if (value === null) return NULL;
  if (typeof value === "string") return new Scalar("!!str", value, true);
  if (Array.isArray(value)) return value.map((item: JsonValue) => requoted(item));
  if (typeof value === "boolean") return new Scalar("!!bool", String(value));
  if (typeof value !== "object") {
    return new Scalar(
      Number.isInteger(value) || typeof value === "bigint" ? "!!int" : "!!float",
      String(value),
    );
  }
  const map = new YamlMap();
  for (const [key, item] of Object.entries(value)) map.set(key, requoted(item));
  return map;
}
