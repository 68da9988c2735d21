import { CreateError } from "./create-error.ts";
import { TEMPLATE } from "./generated/template.ts";
import type { ScaffoldNames } from "./scaffold-names.ts";

/** A packed package of Weir: its name, and the tarball that holds it. */
export interface PackedPackage {
  readonly name: string;
  /** Relative to the new package. */
  readonly path: string;
}

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/**
 * The files of a new package, by their path in it: the worked example under other names.
 *
 * Packages of Weir come from the registry, or from tarballs where some are given: their own dependencies, too.
 */
export function scaffoldFiles(
  names: ScaffoldNames,
  packed: readonly PackedPackage[] = [],
): ReadonlyMap<string, string> {
  const template = Object.entries(TEMPLATE);
  const used = new Set(template.flatMap(([path, text]) => (path.endsWith(".ts") ? identifiersOf(text) : [])));
  const taken = [names.kind, names.plural].find((word) => used.has(word));
  if (taken !== undefined)
    throw new CreateError(
      "NameTaken",
      `${taken} is a name that the code of the new package uses: choose another`,
    );
  const files = new Map(template.map(([path, text]) => [renamed(path, names), renamed(text, names)]));
  if (files.size !== template.length)
    throw new CreateError(
      "NameTaken",
      `${names.file}.ts is a file that the new package has: choose another kind`,
    );
  if (packed.length > 0) files.set("package.json", withTarballs(files.get("package.json") ?? "{}", packed));
  return files;
}

/** All words at once, so that what one became is not taken for another. */
function renamed(text: string, names: ScaffoldNames): string {
  const words: Readonly<Record<string, string>> = {
    MyApp: names.kind,
    myapps: names.plural,
    myapp: names.name,
    "my-app": names.file,
    "example.com": names.group,
  };
  return text.replaceAll(/MyApp|myapps|myapp|my-app|example\.com/g, (word) => words[word] ?? word);
}

/** The words of code that are not part of a comment or a plain string; but those that get other names. */
function identifiersOf(code: string): readonly string[] {
  const words = code.replaceAll(/"(?:[^"\\\n]|\\.)*"|\/\*[\s\S]*?\*\/|\/\/.*/g, "").match(/\w+/g) ?? [];
  return words.filter((word) => word !== "MyApp" && word !== "myapps");
}

function withTarballs(text: string, packed: readonly PackedPackage[]): string {
  const manifest = JSON.parse(text) as Manifest;
  const specs = new Map(packed.map(({ name, path }) => [name, `file:${path}`]));
  const resolved = (dependencies: Readonly<Record<string, string>>): object =>
    Object.fromEntries(
      Object.entries(dependencies).map(([name, version]) => [name, specs.get(name) ?? version]),
    );
  const { dependencies, devDependencies } = manifest;
  const written = {
    ...manifest,
    dependencies: resolved(dependencies),
    devDependencies: resolved(devDependencies),
    // What these packages need of each other is in the same place.
    overrides: Object.fromEntries(specs),
  };
  return `${JSON.stringify(written, undefined, 2)}\n`;
}
