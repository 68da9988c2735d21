import type { YamlPosition } from "./error.ts";
import { parseYaml } from "./load.ts";
import { MAPPING_NODE, SEQUENCE_NODE, type YamlNode } from "./node.ts";
import { type LoadOptions, loadSettings } from "./options.ts";

/** Field names and list indices from the document's root. */
export type YamlPath = ReadonlyArray<string | number>;

/**
 * Tells where the fields of a document stand, for errors that are found after loading.
 *
 * A field's place is its key, an item's place its first character; the empty path is the document's content. What
 * stands behind an alias is found at its anchor. `undefined` where the document has no such field; a field that a merge
 * key brings in is not looked for. Throws as `loadYaml` does where the text is no YAML.
 */
export function yamlPositions(
  text: string | Uint8Array,
  options?: LoadOptions,
): (path: YamlPath) => YamlPosition | undefined {
  const root = parseYaml(text, loadSettings(options));
  return (path) => (root === undefined ? undefined : positionIn(root, path));
}

interface Place {
  /** Where it is shown to be. */
  readonly shown: YamlNode;
  readonly value: YamlNode;
}

function positionIn(root: YamlNode, path: YamlPath): YamlPosition | undefined {
  let place: Place | undefined = { shown: root, value: root };
  for (const step of path) {
    place = childOf(place.value.target ?? place.value, step);
    if (place === undefined) return undefined;
  }
  return { line: place.shown.line + 1, column: place.shown.column + 1 };
}

function childOf(node: YamlNode, step: string | number): Place | undefined {
  if (node.kind === SEQUENCE_NODE) {
    const item = typeof step === "number" ? node.children[step] : undefined;
    return item === undefined ? undefined : { shown: item, value: item };
  }
  return node.kind === MAPPING_NODE ? lastField(node, String(step)) : undefined;
}

/** The last of several fields of one name is the one that counts. */
function lastField(node: YamlNode, name: string): Place | undefined {
  for (let i = node.children.length - 2; i >= 0; i -= 2) {
    const key = node.children[i] as YamlNode;
    if ((key.target ?? key).value === name) return { shown: key, value: node.children[i + 1] as YamlNode };
  }
  return undefined;
}
