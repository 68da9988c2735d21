import { type YamlPath, type YamlPosition, yamlPositions } from "@weir/yaml";

/** Fields that are read as part of another one, behind what that has itself. */
const OLD_NAMES: Readonly<Record<string, string>> = { resources: "bases", images: "imageTags" };

/** Longer files are not read again to find a place in them. */
const LONGEST_FILE = 4 * 1024 * 1024;

/** Splits `patches[2].target` into names and indexes. */
function pathOf(field: string): readonly (string | number)[] {
  return field
    .split(/[.[\]]+/)
    .filter((part) => part !== "")
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

/** Where a field such as `patches[2]` stands in a kustomization file; see `positionOfPath`. */
export function fieldPosition(content: string | Uint8Array, field: string): YamlPosition | undefined {
  return positionOfPath(content, pathOf(field));
}

/**
 * Where a field stands in a kustomization file, or the nearest field around it; undefined where the
 * file is no YAML or has no such field. Names of fields match in any case, as kustomize reads them.
 */
export function positionOfPath(content: string | Uint8Array, path: YamlPath): YamlPosition | undefined {
  const [name, ...rest] = path;
  if (typeof name !== "string" || content.length > LONGEST_FILE) return undefined;
  let find: (path: YamlPath) => YamlPosition | undefined;
  try {
    find = yamlPositions(content);
  } catch {
    return undefined;
  }
  for (const written of [name, name.charAt(0).toUpperCase() + name.slice(1), name.toLowerCase()]) {
    if (find([written]) === undefined) continue;
    const exact = find([written, ...rest]);
    if (exact !== undefined) return exact;
    return inOldName(find, name, written, rest) ?? find([written]);
  }
  return inOldName(find, name, name, rest);
}

/** The place of an entry that another field added: its index counts on from the entries of the field itself. */
function inOldName(
  find: (path: YamlPath) => YamlPosition | undefined,
  name: string,
  written: string,
  [index, ...rest]: YamlPath,
): YamlPosition | undefined {
  const old = Object.hasOwn(OLD_NAMES, name) ? OLD_NAMES[name] : undefined;
  if (old === undefined || typeof index !== "number") return undefined;
  let own = 0;
  while (own < index && find([written, own]) !== undefined) own += 1;
  return find([old, index - own, ...rest]) ?? find([old]);
}
