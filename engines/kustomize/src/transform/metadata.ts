import type { FieldSpec } from "../file/kustomization.ts";
import { isMap, isMissing, type Node, Scalar, YamlMap } from "../node/node.ts";
import { addField, type Resource } from "../resource/resource.ts";
import { changeFields, type Creation, fieldPath } from "./field-spec.ts";
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
      for (const path of paths)
        changeFields(resource, path, (node) => setEntries(node, keys, entries), NEW_MAP);
    }
  };
}

function setEntries(
  node: Node,
  keys: readonly string[],
  entries: Readonly<Record<string, string>> | undefined,
): Node {
  if (isMissing(node)) return node;
  if (!isMap(node)) throw wrongKind("map", node);
  for (const key of keys) setEntry(node, key, entries?.[key] ?? "");
  return node;
}

/** A value with an explicit string tag: it stays a string whatever it looks like. */
function setEntry(map: YamlMap, key: string, value: string): void {
  const old = map.get(key);
  const quoted = old instanceof Scalar && old.quoted;
  addField(map, key, quoted ? new Scalar("!!str", value, true) : value);
}

/** Adds one label to the metadata of a resource. */
export function addLabel(resource: Resource, key: string, value: string): void {
  const path = fieldPath({ path: "metadata/labels", create: true });
  changeFields(resource, path, (node) => setEntries(node, [key], { [key]: value }), NEW_MAP);
}
