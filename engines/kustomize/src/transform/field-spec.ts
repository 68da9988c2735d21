import { KustomizeError } from "../error.ts";
import type { FieldSpec } from "../file/kustomization.ts";
import { isList, isNull, mapOfNull, type Node, YamlMap } from "../node/node.ts";
import { writeField } from "../node/shared-scalar.ts";
import { addField } from "../resource/resource.ts";
import { describeId, gvkIsSelected, type GvkSelector } from "../resource/resource-id.ts";
import type { Resource } from "../resource/resource.ts";

/** A field spec with its path split once. */
export interface FieldPath {
  readonly selector: GvkSelector;
  readonly create: boolean;
  readonly path: string;
  readonly parts: readonly string[];
}

/** What becomes of the value at the end of a path. */
export type Change = (value: Node) => Node;

/** What is put where a path ends in nothing or in null. */
export interface Creation {
  readonly empty: () => Node;
}

/** Splits at a delimiter; a backslash before it keeps it. */
export function splitPath(path: string, delimiter: string): string[] {
  let pieces = path.split(delimiter);
  if (pieces.length > 1 && pieces[0] === "") pieces = pieces.slice(1);
  const parts: string[] = [pieces[0] ?? ""];
  for (const piece of pieces.slice(1)) {
    const last = parts.at(-1) ?? "";
    if (last.endsWith("\\")) parts[parts.length - 1] = `${last.slice(0, -1)}${delimiter}${piece}`;
    else parts.push(piece);
  }
  return parts;
}

export function fieldPath(spec: FieldSpec): FieldPath {
  const path = spec.path ?? "";
  return {
    selector: { group: spec.group ?? "", version: spec.version ?? "", kind: spec.kind ?? "" },
    create: spec.create ?? false,
    path,
    parts: splitPath(path, "/"),
  };
}

interface Walk {
  readonly spec: FieldPath;
  readonly change: Change;
  readonly creation: Creation | undefined;
  /** Where to note the fields instead of changing them. */
  readonly found?: Field[];
}

/** A field of a mapping. */
export interface Field {
  readonly map: YamlMap;
  readonly key: string;
}

/** Changes every value that a field spec leads to in a resource of its kind. */
export function changeFields(resource: Resource, spec: FieldPath, change: Change, creation?: Creation): void {
  follow(resource, { spec, change, creation });
}

/** The fields that a field spec leads to; nulls on the way to list fields become lists, as when they are changed. */
export function findFields(resource: Resource, spec: FieldPath): readonly Field[] {
  const found: Field[] = [];
  follow(resource, { spec, change: (node) => node, creation: undefined, found });
  return found;
}

function follow(resource: Resource, walk: Walk): void {
  const { spec } = walk;
  if (!gvkIsSelected(resource.gvk, spec.selector)) return;
  try {
    withAnnotations(resource, walk);
  } catch (error) {
    if (!(error instanceof KustomizeError)) throw error;
    const id = describeId(resource.id);
    throw new KustomizeError(`considering field '${spec.path}' of object ${id}: ${error.message}`, {
      field: spec.path,
      cause: error,
    });
  }
}

const EMPTY: Node = "";

/** Where upstream keeps what it knows as annotations, a path through `metadata/annotations` finds them there. */
function withAnnotations(resource: Resource, walk: Walk): void {
  const { parts } = walk.spec;
  const metadata = resource.root.get("metadata");
  const isElsewhere = parts[0] !== "metadata" || parts[1] !== "annotations" || !(metadata instanceof YamlMap);
  const annotations = isElsewhere ? EMPTY : metadata.get("annotations");
  // Annotations that are null hold what is set in them, too: upstream reads them whatever they are.
  const isMap = annotations instanceof YamlMap || isList(annotations);
  if (isNull(annotations) || (!isElsewhere && !isMap && resource.hasBuildFacts)) {
    const map = isNull(annotations) ? mapOfNull(annotations) : new YamlMap();
    (metadata as YamlMap).set("annotations", map);
  }
  visit(resource.root, 0, walk);
}

function visit(node: Node, at: number, walk: Walk): Node {
  if (at === walk.spec.parts.length) return walk.change(node);
  if (isNull(node)) return node;
  if (isList(node)) return visitList(node, at, walk);
  if (node instanceof YamlMap) return visitMap(node, at, walk);
  throw new KustomizeError("expected sequence or mapping node");
}

function visitList(list: Node[], at: number, walk: Walk): Node {
  for (const [index, item] of list.entries()) {
    try {
      list[index] = visit(item, at, walk);
    } catch (error) {
      if (!(error instanceof KustomizeError)) throw error;
      const parts = walk.spec.parts.slice(at).join(" ");
      throw new KustomizeError(`visit traversal on path: [${parts}]: ${error.message}`, { cause: error });
    }
  }
  return list;
}

function visitMap(map: YamlMap, at: number, walk: Walk): Node {
  const part = walk.spec.parts[at] ?? "";
  const isSequence = part.endsWith("[]");
  const name = isSequence ? part.slice(0, -2) : part;
  if (name === "") throw new KustomizeError("cannot set or create an empty field name");
  const old = map.get(name);
  if (old === undefined && (isSequence || !canCreate(walk))) return map;
  const field = old === undefined || isNull(old) ? missingField(old, at, walk) : old;
  if (old === undefined) addField(map, name, field);
  if (walk.found !== undefined && at === walk.spec.parts.length - 1) walk.found.push({ map, key: name });
  writeField(map, name, visit(field, at + 1, walk));
  return map;
}

/** What stands for a field that is absent or null: a list where the path says so, else what is created, if anything. */
function missingField(old: Node | undefined, at: number, walk: Walk): Node {
  if (walk.spec.parts[at]?.endsWith("[]") === true) return [];
  if (!canCreate(walk)) return old ?? new YamlMap();
  const value = emptyValue(at, walk);
  return value instanceof YamlMap && isNull(old) ? mapOfNull(old) : value;
}

function canCreate({ spec, creation }: Walk): boolean {
  return spec.create && creation !== undefined;
}

function emptyValue(at: number, walk: Walk): Node {
  if (at < walk.spec.parts.length - 1) return new YamlMap();
  return walk.creation?.empty() ?? new YamlMap();
}
