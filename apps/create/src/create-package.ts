import { copyFile, mkdir, readdir, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { CreateError } from "./create-error.ts";
import { type PackedPackage, scaffoldFiles } from "./scaffold-files.ts";
import { DEFAULT_GROUP, kindOf, scaffoldNames, type WantedNames } from "./scaffold-names.ts";

/** What a person asks for; what is missing is asked for on a terminal. */
export interface CreateOptions extends Partial<WantedNames> {
  /** Where the package goes; a new folder of its name by default. */
  readonly folder?: string;
  /** A folder with packed packages of Weir (`npm pack`) to use in place of those of the registry. */
  readonly packages?: string;
}

/** What making a package needs of its surroundings. */
export interface CreateSurroundings {
  readonly workingDirectory: string;
  readonly write: (text: string) => void;
  /** Asks a person; absent where nobody could answer. */
  readonly ask?: (question: string, proposed: string) => Promise<string>;
}

/**
 * Makes a package with a kind and its controller in a new or empty folder, and says how to go on.
 *
 * Throws a `CreateError` where a name is not one, the folder holds something, or there are no packages where they should
 * be; nothing is written then.
 */
export async function createPackage(options: CreateOptions, surroundings: CreateSurroundings): Promise<void> {
  const names = scaffoldNames(await askForMissing(options, surroundings));
  const { workingDirectory, write } = surroundings;
  const folder = resolve(workingDirectory, options.folder ?? names.name);
  const tarballs =
    options.packages === undefined ? [] : await findTarballs(resolve(workingDirectory, options.packages));
  const packed = tarballs.map(({ name, file }): PackedPackage => ({ name, path: `${PACKAGES}/${file}` }));
  const files = scaffoldFiles(names, packed);
  await refuseUnlessEmpty(folder);
  for (const [path, text] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  if (tarballs.length > 0) await mkdir(join(folder, PACKAGES));
  for (const { path, file } of tarballs) await copyFile(path, join(folder, PACKAGES, file));
  const where = relative(workingDirectory, folder);
  const enter = where === "" ? "" : `  cd ${where}\n`;
  write(`made ${names.kind} (${names.group}/v1alpha1) in ${where === "" ? "." : where}\n\n`);
  write(`${enter}  npm install\n  npm run generate\n  npm test\n  npm start\n`);
}

/** Tarballs are kept in the package, so that it can be moved and built into an image. */
const PACKAGES = "packages";

async function askForMissing(options: CreateOptions, { ask }: CreateSurroundings): Promise<WantedNames> {
  const { name, group, kind, plural } = options;
  if (name === undefined && ask === undefined)
    throw new CreateError("NoName", "say what the package is called: the first argument is its name");
  if (ask === undefined || name !== undefined)
    return withoutMissing({ name: name ?? "", group, kind, plural });
  const asked = await ask("name of the package", "my-controller");
  return withoutMissing({
    name: asked,
    group: group ?? (await ask("API group", DEFAULT_GROUP)),
    kind: kind ?? (await ask("kind", kindOf(asked))),
    plural,
  });
}

type Loose = { readonly [Field in keyof WantedNames]: WantedNames[Field] | undefined } & {
  readonly name: string;
};

function withoutMissing({ name, ...rest }: Loose): WantedNames {
  const given = Object.entries(rest).filter(([, value]) => value !== undefined && value !== "");
  return { ...Object.fromEntries(given), name };
}

interface Tarball {
  readonly name: string;
  readonly file: string;
  readonly path: string;
}

/** `weir-source-controller-0.1.0.tgz` is how npm names the tarball of `@weir/source-controller`. */
async function findTarballs(folder: string): Promise<readonly Tarball[]> {
  const files = await readdir(folder).catch((cause: unknown) => {
    throw new CreateError("NoPackages", `cannot read the folder of packages ${folder}`, { cause });
  });
  const tarballs = files.sort().flatMap((file) => {
    const [, name] = /^weir-(.+?)-\d+\.\d+\.\d+.*\.tgz$/.exec(file) ?? [];
    return name === undefined ? [] : [{ name: `@weir/${name}`, file, path: join(folder, file) }];
  });
  if (tarballs.length === 0)
    throw new CreateError("NoPackages", `${folder} holds no packed packages of Weir (weir-*.tgz)`);
  const twice = tarballs.find(
    ({ name }, index) => tarballs.findIndex((other) => other.name === name) !== index,
  );
  if (twice !== undefined)
    throw new CreateError("TwoPackages", `${folder} holds ${twice.name} in more than one version`);
  return tarballs;
}

async function refuseUnlessEmpty(folder: string): Promise<void> {
  const found = await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return [];
    throw new CreateError("FolderNotUsable", `cannot make a package in ${folder}`, { cause });
  });
  // A repository that was just begun is empty, too.
  if (found.some((name) => name !== ".git"))
    throw new CreateError("FolderNotEmpty", `${folder} is not empty: name another with --folder`);
}
