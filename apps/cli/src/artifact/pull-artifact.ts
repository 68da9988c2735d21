import { randomUUID } from "node:crypto";
import { lstat, mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { type Tree, walkTree } from "@weir/core";
import { extractLayer, ociAnnotations, pullArtifact, resolveRevision } from "@weir/oci";
import { CommandError } from "../cli-error.ts";
import type { Environment } from "../environment.ts";
import type { PullArtifactFlags } from "./artifact-flags.ts";
import { digestAddress, openRegistry, readArtifactUrl } from "./registry-session.ts";

/** Pulls an artifact and unpacks it into a folder that is there. */
export async function runPullArtifact(
  url: string | undefined,
  flags: PullArtifactFlags,
  environment: Environment,
): Promise<void> {
  const { output = "" } = flags;
  if (url === undefined) throw new CommandError("InvalidArgument", "artifact URL is required");
  if (output === "") throw new CommandError("InvalidFlag", "output path cannot be empty");
  const folder = resolve(environment.workingDirectory, output);
  await checkFolder(output, folder);
  const named = readArtifactUrl(url);
  using session = openRegistry(named, flags, environment);
  const { client, signal, address } = session;
  const say = (line: string): void => environment.writeError(`${line}\n`);
  say(`► pulling artifact from ${address}`);
  const { digest } = await resolveRevision(client, named.reference, signal);
  const { layer, annotations } = await pullArtifact(client, {
    reference: { ...named.reference, digest },
    signal,
  });
  const tree = await extractLayer(layer, undefined, signal);
  await writeTree(tree, folder);
  const source = annotations[ociAnnotations.source] ?? "";
  const revision = annotations[ociAnnotations.revision] ?? "";
  if (source !== "") say(`✔ source ${source}`);
  if (revision !== "") say(`✔ revision ${revision}`);
  say(`✔ digest ${digestAddress(named.reference, digest)}`);
  say(`✔ artifact content extracted to ${output}`);
}

async function checkFolder(output: string, folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory() === true) return;
  const problem = found === undefined ? `stat ${output}: no such file or directory` : "it is no folder";
  throw new CommandError("InvalidPath", `invalid output path ${JSON.stringify(output)}: ${problem}`);
}

/** No link that is in the folder leads out of it: folders on the way must be such, and files take the place of links. */
async function writeTree(tree: Tree, folder: string): Promise<void> {
  const known = new Set<string>([folder]);
  for (const [path, bytes] of walkTree(tree, "")) {
    const file = join(folder, path);
    await makeFolders(folder, dirname(path), known);
    const temporary = `${file}.${randomUUID()}.tmp`;
    try {
      await writeFile(temporary, bytes, { flag: "wx" });
      await rename(temporary, file);
    } catch (cause) {
      await rm(temporary, { force: true }).catch(() => {});
      throw new CommandError("WriteFailed", `${path} cannot be written`, { cause });
    }
  }
}

async function makeFolders(root: string, path: string, known: Set<string>): Promise<void> {
  const parts = path === "." ? [] : path.split("/");
  for (const depth of parts.keys()) {
    const at = join(root, ...parts.slice(0, depth + 1));
    if (known.has(at)) continue;
    const found = await lstat(at).catch(() => undefined);
    if (found === undefined) await mkdir(at);
    else if (!found.isDirectory()) {
      throw new CommandError("WriteFailed", `${parts.slice(0, depth + 1).join("/")} is there and no folder`);
    }
    known.add(at);
  }
}
