import { KustomizeError } from "../error.ts";
import { wrongKind } from "../transform/kind-error.ts";
import type { Schemas } from "./schemas.ts";
import {
  copyNode,
  isList,
  isMap,
  isNilOrEmpty,
  isNull,
  type Node,
  Scalar,
  textOf,
  YamlMap,
} from "../node/node.ts";
import { requirePairs } from "../node/parse.ts";
import { newUntagged, replaceScalar, replaceUntagged } from "../node/resolve-scalar.ts";
import { writeField } from "../node/shared-scalar.ts";
import type { Origin } from "./origin.ts";
import { apiVersionOf, effectiveNamespace, type Gvk, parseApiVersion, type ResId } from "./resource-id.ts";

/** How a generated resource relates to one that is there already. */
export type Behavior = "unspecified" | "create" | "replace" | "merge";

/** A name that a resource had before; its group and version are those of today. */
export interface PreviousId {
  readonly name: string;
  readonly namespace: string;
  readonly kind: string;
}

const NOTHING_NOTED = { namespaces: [], kinds: [] } as const;

/**
 * One resource of a build and what the build knows about it.
 *
 * Upstream keeps this knowledge in annotations that it removes at the end; here it lies beside the object.
 */
export class Resource {
  root: YamlMap;
  readonly schemas: Schemas;
  previousIds: readonly PreviousId[] = [];
  /** Namespaces and kinds of previous ids, those without a name included. */
  noted: { readonly namespaces: readonly string[]; readonly kinds: readonly string[] } = NOTHING_NOTED;
  prefixes: readonly string[] = [];
  suffixes: readonly string[] = [];
  /** Absent where nothing was generated. */
  behavior: Behavior | undefined;
  needsHash = false;
  /** It came out of a chart, which has put it into a namespace already. */
  isOfChart = false;
  varNames: readonly string[] = [];
  origin: Origin | undefined;
  transformations: readonly Origin[] = [];
  allowNameChange = false;
  allowKindChange = false;
  /** Ids of the resources whose references lead here; only messages show them. */
  referrers: string[] = [];
  #gvk: Gvk | undefined;
  #apiVersionNode: Node | undefined;
  #kindNode: Node | undefined;

  constructor(root: YamlMap, schemas: Schemas) {
    this.root = root;
    this.schemas = schemas;
  }

  copy(): Resource {
    const copy = new Resource(copyNode(this.root), this.schemas);
    copy.takeBuildFacts(this);
    copy.varNames = this.varNames;
    copy.origin = this.origin;
    copy.isOfChart = this.isOfChart;
    copy.transformations = this.transformations;
    copy.allowNameChange = this.allowNameChange;
    copy.allowKindChange = this.allowKindChange;
    return copy;
  }

  /** Takes over what upstream keeps in build annotations. */
  takeBuildFacts(other: Resource): void {
    this.previousIds = other.previousIds;
    this.noted = other.noted;
    this.prefixes = other.prefixes;
    this.suffixes = other.suffixes;
    this.behavior = other.behavior;
    this.needsHash = other.needsHash;
    this.referrers = [...other.referrers];
  }

  /** Forgets what upstream keeps in annotations, as a patch that takes them away makes it do. */
  forgetBuildFacts(): void {
    this.takeBuildFacts(new Resource(this.root, this.schemas));
    this.origin = undefined;
    this.transformations = [];
    this.allowNameChange = false;
    this.allowKindChange = false;
  }

  /** Whether upstream has annotations of its own on the resource while it builds. */
  get hasBuildFacts(): boolean {
    return (
      this.noted.namespaces.length > 0 ||
      this.needsHash ||
      this.behavior !== undefined ||
      this.origin !== undefined ||
      this.allowNameChange ||
      this.allowKindChange ||
      this.referrers.length > 0
    );
  }

  get isEmpty(): boolean {
    return isNilOrEmpty(this.root);
  }

  get apiVersion(): string {
    return textOf(this.root.get("apiVersion"));
  }

  get kind(): string {
    return textOf(this.root.get("kind"));
  }

  get name(): string {
    return this.#metaText("name");
  }

  get namespace(): string {
    return this.#metaText("namespace");
  }

  get gvk(): Gvk {
    const apiVersionNode = this.root.get("apiVersion");
    const kindNode = this.root.get("kind");
    const known = this.#gvk;
    if (known !== undefined && apiVersionNode === this.#apiVersionNode && kindNode === this.#kindNode) {
      return known;
    }
    const { apiVersion, kind } = this;
    const isClusterScoped = this.schemas.isCertainlyClusterScoped(apiVersion, kind);
    const gvk: Gvk = { ...parseApiVersion(apiVersion), kind, isClusterScoped };
    this.#gvk = gvk;
    this.#apiVersionNode = apiVersionNode;
    this.#kindNode = kindNode;
    return gvk;
  }

  /** The id that the resource has now. */
  get id(): ResId {
    return { gvk: this.gvk, name: this.name, namespace: this.namespace };
  }

  /** Ids that the resource had, oldest first. */
  get oldIds(): readonly ResId[] {
    if (this.previousIds.length === 0) return [];
    const { group, version } = parseApiVersion(this.apiVersion);
    return this.previousIds.map(({ name, namespace, kind }) => ({
      gvk: { group, version, kind, isClusterScoped: false },
      name,
      namespace,
    }));
  }

  /** The id that the resource was loaded with. */
  get originalId(): ResId {
    return this.oldIds[0] ?? this.id;
  }

  /**
   * Notes the id of today as a previous one.
   *
   * Upstream notes names and kinds in lists parted by commas, which leave out empty ones, and gives up where the lists
   * do not agree.
   */
  storePreviousId(): void {
    const { name, gvk } = this.id;
    const namespace = effectiveNamespace(this.id);
    const { namespaces, kinds } = this.noted;
    this.noted = { namespaces: [...namespaces, namespace], kinds: [...kinds, gvk.kind] };
    const names = partsOf([...this.previousIds.map((id) => id.name), name]);
    const isUneven = (texts: readonly string[]): boolean => Math.max(1, partsOf(texts)) !== names;
    if (names > 0 && (isUneven(this.noted.namespaces) || isUneven(this.noted.kinds))) throw unevenIds();
    if (name !== "") this.previousIds = [...this.previousIds, { name, namespace, kind: gvk.kind }];
  }

  setName(name: string): void {
    setText(this.#metadata(), "name", name);
  }

  setNamespace(namespace: string): void {
    if (namespace !== "") setText(this.#metadata(), "namespace", namespace);
    else {
      const metadata = this.root.get("metadata");
      if (isMap(metadata)) metadata.delete("namespace");
    }
  }

  setKind(kind: string): void {
    setText(this.root, "kind", kind);
  }

  setGvk(gvk: Gvk): void {
    this.setKind(gvk.kind);
    setText(this.root, "apiVersion", apiVersionOf(gvk));
  }

  labels(): Map<string, string> {
    return this.#metaMap("labels");
  }

  annotations(): Map<string, string> {
    return this.#metaMap("annotations");
  }

  setLabels(labels: ReadonlyMap<string, string>): void {
    setStringMap(this.#metadata(), "labels", labels);
  }

  setAnnotations(annotations: ReadonlyMap<string, string>): void {
    const metadata = this.root.get("metadata");
    if (annotations.size === 0 && metadata === undefined) return;
    setStringMap(this.#metadata(), "annotations", annotations);
  }

  /** Whether annotations can be written: metadata is absent, null or a mapping. */
  get holdsAnnotations(): boolean {
    const metadata = this.root.get("metadata");
    return metadata === undefined || isNull(metadata) || isMap(metadata);
  }

  /** Writes the annotations anew, as strings, which upstream does wherever it notes something in them. */
  rewriteAnnotations(): void {
    const metadata = this.root.get("metadata");
    if (metadata !== undefined && !this.holdsAnnotations) throw wrongKind("map", metadata);
    this.setAnnotations(this.annotations());
  }

  #metadata(): YamlMap {
    const metadata = this.root.get("metadata");
    if (isMap(metadata)) return metadata;
    const created = new YamlMap();
    // What is no mapping stays as it is: upstream overlooks that it cannot set anything there.
    if (metadata === undefined || isNull(metadata)) this.root.set("metadata", created);
    return created;
  }

  #metaText(field: string): string {
    const metadata = this.root.get("metadata");
    if (!isMap(metadata)) return "";
    const value = metadata.get(field);
    return isNilOrEmpty(value) ? "" : textOf(value);
  }

  #metaMap(field: "labels" | "annotations"): Map<string, string> {
    const result = new Map<string, string>();
    const metadata = this.root.get("metadata");
    const value = isMap(metadata) ? metadata.get(field) : undefined;
    const map = isNull(value) ? value.hidden : value;
    if (isMap(metadata) && isList(map)) {
      requirePairs(metadata, field);
      // Upstream reads its elements two by two, as it reads a mapping.
      for (let at = 0; at < map.length; at += 2) result.set(textOf(map[at]), textOf(map[at + 1]));
    }
    if (isMap(map)) for (const [key, value] of map.fields) result.set(key, textOf(value));
    return result;
  }
}

/** In how many parts texts that were joined by commas are found again; empty ones are left out. */
function partsOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + (text === "" ? 0 : text.split(",").length), 0);
}

function unevenIds(): KustomizeError {
  return new KustomizeError(
    "number of previous names, number of previous namespaces, number of previous kinds not equal",
  );
}

/** Sets a text as upstream's `FieldSetter` does: an existing value keeps its quotes, a new one gets them if needed. */
export function setText(map: YamlMap, key: string, text: string): void {
  const old = map.get(key);
  if (old === undefined) addField(map, key, newUntagged(text));
  else if (!(old instanceof Scalar) || old.tag !== "" || old.text !== text) {
    writeField(map, key, replaceUntagged(old, text));
  }
}

/** Adds a field whose key is written without quotes: a key that reads as a number is one from then on. */
export function addField(map: YamlMap, key: string, value: Node): void {
  if (!map.fields.has(key)) noteKey(map, key);
  map.set(key, value);
}

function noteKey(map: YamlMap, key: string): void {
  if (typeof newKey(key) === "string") return;
  map.oddKeys ??= new Set();
  map.oddKeys.add(key);
}

function newKey(key: string): unknown {
  return replaceScalar(undefined, key);
}

function setStringMap(metadata: YamlMap, field: string, entries: ReadonlyMap<string, string>): void {
  metadata.delete(field);
  if (entries.size === 0) return;
  const map = new YamlMap();
  // Upstream stops at a key without text, which sorts before all others.
  const keys = entries.has("") ? [] : [...entries.keys()].sort();
  for (const key of keys) addField(map, key, entries.get(key) ?? "");
  map.setKeys = new Set(keys);
  // What upstream notes in annotations comes behind them, so that they count as written before.
  map.isRead = true;
  metadata.set(field, map);
}
