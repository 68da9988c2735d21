import { posix } from "node:path";
import type { Layer } from "./layers.ts";
import { importsOf, type SourceFile, withoutComments } from "./source-files.ts";

/** A place where the code breaks the architecture. */
export interface Violation {
  readonly path: string;
  readonly rule: string;
}

/** A workspace package: its folder, its row of the table and its files. */
export interface PackageSources {
  readonly name: string;
  readonly layer: Layer;
  readonly files: readonly SourceFile[];
}

const BANNED_NAMES = new Set(["utils", "util", "helpers", "helper", "common", "misc", "types", "constants"]);
const ENDS_OR_READS_PROCESS = /\bprocess\.(env|argv|exit|exitCode)\b/;
const MAY_READ_PROCESS = /^(apps|examples|bench|tools|testing)\//;

/** Imports that the layer table does not allow. */
export function findLayerViolations(pkg: PackageSources): readonly Violation[] {
  return pkg.files.flatMap((file) =>
    importsOf(file.text)
      .filter((specifier) => !isAllowedImport(pkg, file, specifier))
      .map((specifier) => ({ path: file.path, rule: `${pkg.layer.folder} may not import ${specifier}` })),
  );
}

function isAllowedImport(pkg: PackageSources, file: SourceFile, specifier: string): boolean {
  if (specifier.startsWith(".")) {
    const target = posix.normalize(posix.join(posix.dirname(file.path), specifier));
    return target.startsWith(`${pkg.layer.folder}/`);
  }
  if (!specifier.startsWith("@weir/")) return true;
  const name = specifier.split("/")[1] ?? "";
  if (name === pkg.name || pkg.layer.mayImport.includes("*")) return true;
  if (pkg.layer.mayImport.includes(name)) return true;
  return file.isTest && (pkg.layer.testsMayImport ?? []).includes(name);
}

/** Names that say nothing, entry points that hide what they export, and habits that the house style bans. */
export function findStyleViolations(files: readonly SourceFile[]): readonly Violation[] {
  const violations: Violation[] = [];
  for (const file of files) {
    if (file.isGenerated) continue;
    for (const rule of brokenRules(file)) violations.push({ path: file.path, rule });
  }
  return violations;
}

function brokenRules(file: SourceFile): readonly string[] {
  const rules: string[] = [];
  const base = posix.basename(file.path).replace(/(\.test)?\.(ts|mts|mjs)$/, "");
  const code = withoutComments(file.text);
  if (BANNED_NAMES.has(base)) rules.push(`a file named ${base} says nothing of what it holds`);
  if (!/^[a-z0-9]+([.-][a-z0-9]+)*$/.test(base)) rules.push("file names are kebab-case");
  if (base === "index" && !file.path.endsWith("/src/index.ts")) rules.push("index is only the entry point");
  if (/^\s*export \*/m.test(code)) rules.push("entry points list their names: no export *");
  if (file.isTest) return rules;
  if (!MAY_READ_PROCESS.test(file.path)) {
    if (/\bnew Error\(/.test(code)) rules.push("throws a WeirError, not an Error");
    if (ENDS_OR_READS_PROCESS.test(code))
      rules.push("only apps, examples, bench and tools read or end the process");
    if (/^let /m.test(code)) rules.push("no module state: importing a file does nothing");
  }
  // Values of Go's named types are told apart by their class, as errors are.
  if (/\bclass \w+(<[^{]*>)? extends (?!\w*Error\b|GoObject\b)/.test(code)) {
    rules.push("no inheritance but for errors and values of Go");
  }
  return rules;
}

/** Packages that import each other in a circle, over the table itself. */
export function findTableCycles(
  layers: readonly Layer[],
  nameOf: (folder: string) => string,
): readonly Violation[] {
  const violations: Violation[] = [];
  const before = new Set<string>();
  for (const layer of layers) {
    for (const name of layer.mayImport) {
      if (name !== "*" && !before.has(name)) {
        violations.push({
          path: "tools/layers.json",
          rule: `${layer.folder} imports ${name}, which stands below it`,
        });
      }
    }
    before.add(nameOf(layer.folder));
  }
  return violations;
}
