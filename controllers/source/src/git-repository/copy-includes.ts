import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Artifact, type GitRepository, SourceReason } from "@weir/api";
import { type ArtifactStorage, unpackArchive } from "@weir/artifact";
import { cleanPath, cleanTreePath, type Tree, walkTree } from "@weir/core";
import { SourceStepError } from "../source-error.ts";

type Include = NonNullable<GitRepository["spec"]["include"]>[number];

/** Copies included artifacts into a checkout; neither end of a copy can leave its tree. */
export async function copyIncludes(
  directory: string,
  includes: readonly Include[],
  artifacts: readonly Artifact[],
  storage: ArtifactStorage,
): Promise<void> {
  for (const [index, include] of includes.entries()) {
    const artifact = artifacts[index];
    if (artifact === undefined) continue;
    const tree = await unpackArchive(await readFile(join(storage.root, artifact.path)));
    await copyInclude(directory, include, tree);
  }
}

async function copyInclude(directory: string, include: Include, tree: Tree): Promise<void> {
  const { name } = include.repository;
  const from = rooted(include.fromPath ?? "");
  const to = rooted(include.toPath === undefined || include.toPath === "" ? name : include.toPath);
  if (tree.list(from) === undefined) throw copyFailed(include, "no such file or directory");
  for (const [path, bytes] of walkTree(tree, from)) {
    const rest = from === "" ? path : path.slice(from.length + 1);
    const target = join(directory, to, rest);
    try {
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, bytes);
    } catch (cause) {
      throw copyFailed(include, "cannot write into the checkout", cause);
    }
  }
}

/** A path below the root, however often it climbs. */
function rooted(path: string): string {
  return cleanTreePath(cleanPath(`/${path}`).slice(1)) ?? "";
}

function copyFailed(include: Include, detail: string, cause?: unknown): SourceStepError {
  const { name } = include.repository;
  const from = include.fromPath ?? "";
  const to = include.toPath ?? name;
  const failure = { condition: "StorageOperationFailed" as const, reason: SourceReason.CopyFailure };
  const message = `failed to copy '${name}' include from ${from} to ${to}: cannot stat ${from}: ${detail}`;
  return new SourceStepError(failure, message, cause === undefined ? undefined : { cause });
}
