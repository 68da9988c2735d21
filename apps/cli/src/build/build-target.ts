import { readFileSync } from "node:fs";
import { parse, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { memoryTree, overlayTree, type Tree } from "@weir/core";
import { isRemoteFile, KustomizeError, parseRepoSpec, type ResolveLinks } from "@weir/kustomize";
import { CommandError } from "../cli-error.ts";
import { type DiskTree, diskTree } from "./disk-tree.ts";
import { tuningTree } from "./tune-process.ts";

/** What is built: a directory of a tree, or a repository. */
export interface BuildTarget {
  readonly tree: Tree;
  /** The directory in the tree, or the URL of a repository. */
  readonly path: string;
  readonly resolveLinks?: ResolveLinks;
  /** What messages call the root of the tree. */
  readonly root: string;
  /** The folder on the disk, for what lies beside the kustomization; undefined where there is none. */
  readonly folder: string | undefined;
}

/** The whole disk, as bases may lie anywhere that the load restriction allows. */
export function wholeDisk(workingDirectory: string): DiskTree {
  return tuningTree(diskTree(parse(workingDirectory).root));
}

/** A path of the disk, absolute and clean, as one of its tree. */
export function pathOnDisk(folder: string): string {
  return folder.slice(parse(folder).root.length).split("\\").join("/");
}

/**
 * Finds what `DIR` means: a folder, the URL of a repository, or `-` for what standard input holds, which is a
 * kustomization file that is built in the working directory, or a tar of a folder.
 */
export async function openTarget(target: string, workingDirectory: string): Promise<BuildTarget> {
  if (target === "-") return readInput(workingDirectory);
  const tree = wholeDisk(workingDirectory);
  if (parseRepoSpec(target) !== undefined || isRemoteFile(target)) {
    return { tree, path: target, resolveLinks: tree.resolveLinks, root: "", folder: undefined };
  }
  const folder = resolve(workingDirectory, target);
  const found = tree.resolveLinks(pathOnDisk(folder));
  const problem = "must build at directory";
  if (found.kind === "missing") {
    const at = found.at === "" ? found.why : `lstat /${found.at}: ${found.why}`;
    throw new KustomizeError(`${problem}: not a valid directory: evalsymlink failure on '${target}' : ${at}`);
  }
  if (found.kind === "file") throw new KustomizeError(`${problem}: '${target}': file is not directory`);
  return { tree, path: found.path, resolveLinks: tree.resolveLinks, root: "", folder: `/${found.path}` };
}

const TAR_MAGIC_AT = 257;

async function readInput(workingDirectory: string): Promise<BuildTarget> {
  const content = readStandardInput();
  const isGzip = content[0] === 0x1f && content[1] === 0x8b;
  const isTar = content.subarray(TAR_MAGIC_AT, TAR_MAGIC_AT + 5).toString("latin1") === "ustar";
  if (isGzip || isTar) {
    const { unpackArchive } = await import("@weir/artifact");
    const tree = await unpackArchive(isGzip ? content : gzipSync(content, { level: 1 }));
    return { tree, path: ".", root: "", folder: undefined };
  }
  const disk = wholeDisk(workingDirectory);
  const path = pathOnDisk(workingDirectory);
  const file = path === "" ? "kustomization.yaml" : `${path}/kustomization.yaml`;
  const upper = memoryTree(new Map([[file, content]]));
  const tree = overlayTree(hiding(disk, path), upper);
  return { tree, path, resolveLinks: hidingLinks(disk, path), root: "", folder: workingDirectory };
}

function readStandardInput(): Buffer {
  try {
    return readFileSync(0);
  } catch (cause) {
    throw new CommandError("InputFailed", "cannot read standard input", { cause });
  }
}

const OTHER_NAMES = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

function isKustomizationOf(directory: string, path: string): boolean {
  return OTHER_NAMES.some((name) => path === (directory === "" ? name : `${directory}/${name}`));
}

/** The kustomization of standard input takes the place of the folder's own. */
function hiding(tree: Tree, directory: string): Tree {
  return {
    read: (path) => (isKustomizationOf(directory, path) ? undefined : tree.read(path)),
    list: (path) => tree.list(path),
    digest: tree.digest,
  };
}

function hidingLinks(tree: DiskTree, directory: string): ResolveLinks {
  return (path) =>
    isKustomizationOf(directory, path)
      ? { kind: "missing", at: path, why: "no such file or directory" }
      : tree.resolveLinks(path);
}
