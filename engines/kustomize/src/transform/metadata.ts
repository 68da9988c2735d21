import type { FieldSpec } from "../file/kustomization.ts";
import { type FieldPlace, isMap, isNull, isQuoted, type Node, Scalar, YamlMap } from "../node/node.ts";
import { isYaml11NonString } from "../node/resolve-scalar.ts";
import { shareScalar, writeField } from "../node/shared-scalar.ts";
import { addField, type Resource } from "../resource/resource.ts";
import { changeFields, type Creation, type FieldPath, fieldPath } from "./field-spec.ts";
import { wrongKind } from "./kind-error.ts";
import type { Transformer } from "./transformer.ts";

const NEW_MAP: Creation = { empty: () => new YamlMap() };

/** Sets labels or annotations in the fields that the specs name. */
export function metadataTransformer(
  entries: Readonly<Record<string, string>> | undefined,
  specs: readonly FieldSpec[],
): Transformer {
  const keys = Object.keys(entries ?? {}).sort();
  const paths = specs.map(fieldPath);
  return (resources) => {
    if (keys.length === 0) return;
    for (const resource of resources.resources) {
      const maps = mapsAt(resource, paths);
      for (const key of keys) setEntry(maps, key, entries?.[key] ?? "");
    }
  };
}

/** The mappings that the paths lead to, made where they may be. */
function mapsAt(resource: Resource, paths: readonly FieldPath[]): readonly YamlMap[] {
  const maps: YamlMap[] = [];
  const collect = (node: Node): Node => {
    if (isNull(node)) {
      const filled = new Scalar(node.tag, node.text);
      filled.hidden = node.hidden ?? new YamlMap();
      maps.push(filled.hidden);
      return filled;
    }
    if (!isMap(node)) throw wrongKind("map", node);
    maps.push(node);
    return node;
  };
  for (const path of paths) changeFields(resource, path, collect, NEW_MAP);
  return maps;
}

/**
 * Sets an entry of several mappings to a text that stays a string whatever it looks like.
 *
 * Mappings without the key get one node between them; the style of the node, which decides what a later change makes
 * of it, is that of the last field which was there already.
 */
function setEntry(maps: readonly YamlMap[], key: string, value: string): void {
  const mustQuote = isYaml11NonString(value);
  let quoted = false;
  const added: FieldPlace[] = [];
  for (const map of maps) {
    noteSet(map, key);
    quoted ||= mustQuote;
    const old = map.get(key);
    if (old === undefined) {
      addField(map, key, value);
      added.push({ map, key });
    } else if (!added.some((place) => place.map === map)) {
      quoted = isQuoted(old);
      writeField(map, key, textNode(value, quoted));
    }
  }
  if (added.length > 0) shareScalar(textNode(value, quoted), added);
}

function noteSet(map: YamlMap, key: string): void {
  if (!map.isRead) return;
  map.setKeys ??= new Set();
  map.setKeys.add(key);
}

function textNode(value: string, quoted: boolean): string | Scalar {
  return quoted ? new Scalar("!!str", value, true) : value;
}

/** Adds one label to the metadata of a resource. */
export function addLabel(resource: Resource, key: string, value: string): void {
  const path = fieldPath({ path: "metadata/labels", create: true });
  setEntry(mapsAt(resource, [path]), key, value);
}
