import { type Dirent, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** The charts to lint: those that are named, and with their subcharts the folders and archives below their `charts`. */
export function lintPaths(
  named: readonly string[],
  withSubcharts: boolean,
  workingDirectory: string,
): readonly string[] {
  if (!withSubcharts) return named;
  return [...named, ...named.flatMap((path) => chartsBelow(join(path, "charts"), workingDirectory))];
}

/** In the order of a walk by name. Links are looked at, not followed. */
function chartsBelow(folder: string, workingDirectory: string): readonly string[] {
  const found: string[] = [];
  const walk = (path: string): void => {
    for (const entry of list(join(workingDirectory, path), path)) {
      const at = join(path, entry.name);
      if (basename(at) === "Chart.yaml") found.push(dirname(at));
      else if (isArchive(at)) found.push(at);
      if (entry.isDirectory()) walk(at);
    }
  };
  walk(folder);
  return found;
}

function list(full: string, path: string): readonly Dirent[] {
  try {
    const folder = path.startsWith("/") ? path : full;
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    // There are no subcharts, or nobody may see them.
    return [];
  }
}

/** Whether a path names the archive of a chart. */
export function isArchive(path: string): boolean {
  return path.endsWith(".tgz") || path.endsWith(".tar.gz");
}
