/**
 * Kubernetes' field paths (`spec.containers[0].env[NAME]`) as plain texts; the empty one is the root.
 */

/** The path of a named field. */
export function fieldChild(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

/** The path of an entry of a map. */
export function fieldKey(path: string, key: string): string {
  return `${path}[${key}]`;
}

/** The path of an item of a list. */
export function fieldIndex(path: string, index: number): string {
  return `${path}[${index}]`;
}
