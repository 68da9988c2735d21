import { readdir, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { createSqliteStorage, StorageLockedError } from "@weir/apiserver";
import { systemClock } from "@weir/core";
import { CommandError } from "../cli-error.ts";
import type { Environment } from "../environment.ts";
import { unmakeCurrent } from "../up/state-folder.ts";
import {
  type ClusterState,
  clusterRunsError,
  clusterState,
  lookAtCluster,
  noClusterError,
} from "./cluster-state.ts";
import { forgetCluster } from "./kubeconfig.ts";

/** What `weir cluster reset` was asked for. */
export interface ResetOptions {
  readonly state: string | undefined;
  /** Does not ask. */
  readonly yes: boolean;
  /** Leaves keys, token and port as they are, so that kubeconfigs that were handed out lead to the new cluster. */
  readonly keepAccess: boolean;
}

/** What weir writes into a state folder besides the access; nothing else is touched. */
const CONTENT = [
  /^cluster\.db/,
  /^artifacts$/,
  /^scratch$/,
  /^git-home$/,
  /^private\.git$/,
  /^cluster\.log$/,
  /^running\.json$/,
];
const ACCESS = [/^keys$/, /^kubeconfig$/, /^ports\.json$/];

/** Removes a cluster with all its objects. Returns the exit code. */
export async function runReset(options: ResetOptions, environment: Environment): Promise<number> {
  const state = clusterState(environment.stateRoot, options.state);
  await checkStopped(state);
  if (!(await isAgreed(state, options, environment))) return 1;
  // The one who asked may have taken a while.
  await checkStopped(state);
  const wanted = options.keepAccess ? CONTENT : [...CONTENT, ...ACCESS];
  if (!options.keepAccess) {
    for (const path of await forgetCluster(state, environment, systemClock))
      environment.write(`removed the cluster from ${path}\n`);
    await unmakeCurrent(environment.stateRoot, state.kubeconfig);
  }
  for (const name of await readdir(state.path)) {
    if (wanted.some((pattern) => pattern.test(name)))
      await rm(join(state.path, name), { recursive: true, force: true });
  }
  await rmdir(state.path).catch(() => undefined);
  environment.write(`removed the cluster "${state.name}" of ${state.path}\n`);
  return 0;
}

async function checkStopped(state: ClusterState): Promise<void> {
  const life = await lookAtCluster(state, systemClock);
  if (life.kind === "absent") throw noClusterError(state);
  if (life.kind === "running") throw clusterRunsError(state, life.record.pid);
  if (await isLocked(state)) throw clusterRunsError(state, undefined);
}

/** A process that has the storage open may answer nothing for the moment. A storage that cannot be opened is nobody's. */
async function isLocked(state: ClusterState): Promise<boolean> {
  const isThere = (await readdir(state.path)).includes("cluster.db");
  if (!isThere) return false;
  try {
    await (await createSqliteStorage({ path: state.database }))[Symbol.asyncDispose]();
    return false;
  } catch (error) {
    return error instanceof StorageLockedError;
  }
}

async function isAgreed(
  { name, path }: ClusterState,
  { yes }: ResetOptions,
  { ask }: Environment,
): Promise<boolean> {
  if (yes) return true;
  if (ask === undefined)
    throw new CommandError(
      "ConfirmationNeeded",
      `to remove the cluster of ${path} without a terminal, say --yes`,
    );
  const answer = await ask(`Remove the cluster "${name}" of ${path} with all its objects? [y/N] `);
  return /^y(es)?$/i.test(answer.trim());
}
