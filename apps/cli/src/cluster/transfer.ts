import { createReadStream, existsSync } from "node:fs";
import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import {
  createSqliteStorage,
  exportObjects,
  importObjects,
  type Storage,
  StorageLockedError,
} from "@weir/apiserver";
import { loadKubeconfig, openClient } from "@weir/client";
import { systemClock } from "@weir/core";
import { CommandError } from "../cli-error.ts";
import type { Environment } from "../environment.ts";
import {
  type ClusterState,
  clusterRunsError,
  clusterState,
  lookAtCluster,
  noClusterError,
} from "./cluster-state.ts";
import { exportLive } from "./export-live.ts";

/** What `weir cluster export` was asked for. */
export interface ExportOptions {
  readonly state: string | undefined;
  /** A file, or `-` for standard output. */
  readonly file: string;
}

/** Writes all objects of a cluster as YAML: from its storage, or through its API while it runs. Returns the exit code. */
export async function runExport(
  { state: folder, file }: ExportOptions,
  environment: Environment,
): Promise<number> {
  const state = clusterState(environment.stateRoot, folder);
  const life = await lookAtCluster(state, systemClock);
  if (life.kind === "absent") throw noClusterError(state);
  if (life.kind === "running") {
    await using cluster = openClient(await loadKubeconfig(state.kubeconfig));
    return await write(exportLive(cluster.client), file, environment);
  }
  if (!existsSync(state.database)) throw noObjectsError(state);
  await using storage = await openStorage(state);
  return await write(exportObjects(storage), file, environment);
}

function noObjectsError({ path }: ClusterState): CommandError {
  return new CommandError(
    "NoObjects",
    `the cluster in ${path} kept its objects in memory, and they are gone`,
  );
}

async function openStorage(state: ClusterState): Promise<Storage> {
  try {
    return await createSqliteStorage({ path: state.database });
  } catch (error) {
    throw error instanceof StorageLockedError ? clusterRunsError(state, error.pid) : error;
  }
}

async function write(
  documents: AsyncIterable<string>,
  file: string,
  environment: Environment,
): Promise<number> {
  let count = 0;
  if (file === "-") {
    for await (const document of documents) environment.write(document);
    return 0;
  }
  const written = `${file}.weir`;
  {
    await using target = await open(written, "w", 0o600);
    for await (const document of documents) {
      await target.write(document);
      count += 1;
    }
  }
  await rename(written, file);
  environment.writeError(`exported ${count} objects to ${file}\n`);
  return 0;
}

/** What `weir cluster import` was asked for. */
export interface ImportOptions {
  readonly state: string | undefined;
  /** A file, or `-` for standard input. */
  readonly file: string;
  /** Puts the import in the place of what the cluster holds. */
  readonly replace: boolean;
}

/** Makes a cluster of what an export holds; nothing is changed unless all of it can be read. Returns the exit code. */
export async function runImport(options: ImportOptions, environment: Environment): Promise<number> {
  const state = clusterState(environment.stateRoot, options.state);
  const life = await lookAtCluster(state, systemClock);
  if (life.kind === "running") throw clusterRunsError(state, life.record.pid);
  if (existsSync(state.database)) {
    await (await openStorage(state))[Symbol.asyncDispose]();
    if (!options.replace)
      throw new CommandError(
        "NotEmpty",
        `the cluster in ${state.path} holds objects (--replace puts the import in their place)`,
      );
  }
  const beside = join(state.path, "importing");
  await rm(beside, { recursive: true, force: true });
  await mkdir(beside, { recursive: true, mode: 0o700 });
  try {
    const objects = await importInto(join(beside, "cluster.db"), options.file);
    await replaceDatabase(state, beside);
    environment.write(`imported ${objects} objects into ${state.path}\n`);
    return 0;
  } finally {
    await rm(beside, { recursive: true, force: true });
  }
}

async function importInto(path: string, file: string): Promise<number> {
  const text = file === "-" ? process.stdin : createReadStream(file);
  text.setEncoding("utf8");
  await using storage = await createSqliteStorage({ path });
  try {
    return (await importObjects(storage, text as AsyncIterable<string>)).objects;
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw isMissing ? new CommandError("FileNotFound", `there is no file ${file}`, { cause: error }) : error;
  }
}

/** The new database takes the old one's place with all the files that belong to it. */
async function replaceDatabase({ path }: ClusterState, beside: string): Promise<void> {
  for (const name of await readdir(path)) {
    if (name.startsWith("cluster.db")) await rm(join(path, name), { force: true });
  }
  for (const name of await readdir(beside)) await rename(join(beside, name), join(path, name));
}
