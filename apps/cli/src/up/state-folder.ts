import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readlink, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { CommandError } from "../cli-error.ts";

/** Where one cluster keeps what it has: its database, artifacts, private repositories and kubeconfig. */
export interface StateFolder extends AsyncDisposable {
  readonly path: string;
  /** Objects are kept in memory, and the folder goes with the process. */
  readonly isTemporary: boolean;
}

/** Opens the folder that `--storage` names; by default one of its own for each source. */
export async function openStateFolder(
  stateRoot: string,
  source: string,
  storage: string | undefined,
): Promise<StateFolder> {
  if (storage === "memory") {
    const path = await mkdtemp(join(tmpdir(), "weir-"));
    return {
      path,
      isTemporary: true,
      [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
    };
  }
  const path = storage === undefined ? join(stateRoot, folderName(source)) : resolve(storage);
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new CommandError("StorageUnavailable", `cannot use ${path} as storage`, { cause });
  }
  return { path, isTemporary: false, [Symbol.asyncDispose]: async () => {} };
}

/** A name that says what it is for, and that no other source has. */
function folderName(source: string): string {
  const digest = createHash("sha256").update(source).digest("hex").slice(0, 8);
  const name = basename(source).replace(/[^A-Za-z0-9._-]/g, "-");
  return `${name}-${digest}`;
}

/** The kubeconfig of the cluster that was started last, where `weir get` looks when nothing else is said. */
export function currentKubeconfigPath(stateRoot: string): string {
  return join(stateRoot, "current-kubeconfig");
}

/** Makes a cluster the one that other commands talk to. */
export async function makeCurrent(stateRoot: string, kubeconfig: string): Promise<void> {
  const link = currentKubeconfigPath(stateRoot);
  await mkdir(stateRoot, { recursive: true, mode: 0o700 });
  if ((await readlink(link).catch(() => undefined)) === kubeconfig) return;
  await rm(link, { force: true });
  await symlink(kubeconfig, link);
}

/** Takes a cluster back as the one that other commands talk to, if it still is. */
export async function unmakeCurrent(stateRoot: string, kubeconfig: string): Promise<void> {
  const link = currentKubeconfigPath(stateRoot);
  if ((await readlink(link).catch(() => undefined)) === kubeconfig) await rm(link, { force: true });
}
