import { readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { loadKubeconfig, openClient } from "@weir/client";
import type { Clock } from "@weir/core";
import { CommandError } from "../cli-error.ts";

/** The files of one cluster, in the folder that `weir up` and `weir cluster` share. */
export interface ClusterState {
  readonly path: string;
  /** What the cluster, its user and its context are called in kubeconfigs. */
  readonly name: string;
  readonly database: string;
  readonly kubeconfig: string;
  readonly keys: string;
  readonly log: string;
}

const OWN_FOLDER = "cluster";

/** The state in a folder; the one that `weir cluster` uses where no other is named. */
export function clusterState(stateRoot: string, folder: string | undefined): ClusterState {
  const own = join(stateRoot, OWN_FOLDER);
  const path = folder === undefined ? own : resolve(folder);
  const label = basename(path).replace(/[^A-Za-z0-9._-]/g, "-");
  return {
    path,
    name: path === own ? "weir" : `weir-${label}`,
    database: databasePath(path),
    kubeconfig: kubeconfigPath(path),
    keys: keysPath(path),
    log: join(path, "cluster.log"),
  };
}

/** Where a state folder keeps the objects. */
export function databasePath(folder: string): string {
  return join(folder, "cluster.db");
}

/** Where a state folder keeps what leads clients to its cluster. */
export function kubeconfigPath(folder: string): string {
  return join(folder, "kubeconfig");
}

/** Where a state folder keeps the authority, the certificate and the token. */
export function keysPath(folder: string): string {
  return join(folder, "keys");
}

/** What runs a cluster, as it says of itself. */
export interface RunningRecord {
  readonly pid: number;
  readonly url: string;
  /** RFC 3339. */
  readonly startedAt: string;
  readonly storage: "memory" | "sqlite";
  readonly command: "weir up" | "weir cluster start";
}

/** How a cluster is. */
export type ClusterLife =
  | { readonly kind: "absent" }
  | { readonly kind: "stopped" }
  | { readonly kind: "running"; readonly record: RunningRecord; readonly version: string };

/** Says of a folder that a process runs its cluster, until it is disposed. */
export async function recordRunning(folder: string, record: RunningRecord): Promise<AsyncDisposable> {
  const path = recordPath(folder);
  await writeFile(`${path}.tmp`, `${JSON.stringify(record)}\n`, { mode: 0o600 });
  await rename(`${path}.tmp`, path);
  return {
    [Symbol.asyncDispose]: async () => {
      if ((await readRecord(folder))?.pid === record.pid) await rm(path, { force: true });
    },
  };
}

/** Looks whether the cluster of a folder answers; a record that a kill left behind does not count. */
export async function lookAtCluster(state: ClusterState, clock: Clock): Promise<ClusterLife> {
  const record = await readRecord(state.path);
  const version = record === undefined ? undefined : await versionOf(state, record, clock);
  if (record !== undefined && version !== undefined) return { kind: "running", record, version };
  return { kind: (await isState(state)) ? "stopped" : "absent" };
}

/** Refuses where nothing was ever started. */
export function noClusterError({ path }: ClusterState): CommandError {
  return new CommandError(
    "NoCluster",
    `there is no cluster in ${path} (start one with \`weir cluster start\`)`,
  );
}

/** Refuses what only a stopped cluster allows. */
export function clusterRunsError({ path }: ClusterState, pid: number | undefined): CommandError {
  const holder = pid === undefined ? "another process" : `process ${pid}`;
  return new CommandError("ClusterRuns", `the cluster in ${path} is run by ${holder}`);
}

async function isState({ database, keys }: ClusterState): Promise<boolean> {
  for (const path of [database, keys]) {
    const isThere = await stat(path).then(
      () => true,
      () => false,
    );
    if (isThere) return true;
  }
  return false;
}

function recordPath(folder: string): string {
  return join(folder, "running.json");
}

async function readRecord(folder: string): Promise<RunningRecord | undefined> {
  try {
    const read = JSON.parse(await readFile(recordPath(folder), "utf8")) as RunningRecord | null;
    return Number.isSafeInteger(read?.pid) && typeof read?.url === "string" ? read : undefined;
  } catch {
    return undefined;
  }
}

const PROBE_MS = 3_000;

/** The version that the API gives; nothing where another program, or none, has its place by now. */
async function versionOf(
  state: ClusterState,
  record: RunningRecord,
  clock: Clock,
): Promise<string | undefined> {
  const over = new AbortController();
  void clock.sleep(PROBE_MS, over.signal).then(
    () => over.abort(),
    () => undefined,
  );
  try {
    const config = await loadKubeconfig(state.kubeconfig);
    if (config.server !== record.url) return undefined;
    await using open = openClient(config);
    const answer = await open.client.raw("/version", { signal: over.signal });
    if (!answer.ok) return undefined;
    const version = (await answer.json()) as { readonly gitVersion?: unknown };
    return String(version.gitVersion);
  } catch {
    return undefined;
  } finally {
    over.abort();
  }
}
