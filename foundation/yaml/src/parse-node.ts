import { parseYaml } from "./load.ts";
import type { YamlNode } from "./node.ts";
import { type LoadOptions, loadSettings } from "./options.ts";

/**
 * Parses the first document of a text into nodes, for those who need tags, source texts and lines: kustomize copies
 * and compares scalars as they are written.
 *
 * Returns `undefined` for a text without a document. Aliases stay nodes of their own; repeated keys are not looked for.
 * Throws as `loadYaml` does where the text is no YAML.
 */
export function parseYamlNode(text: string | Uint8Array, options?: LoadOptions): YamlNode | undefined {
  return parseYaml(text, loadSettings(options));
}
