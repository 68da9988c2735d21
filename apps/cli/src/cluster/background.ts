import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, open, readFile } from "node:fs/promises";
import { type Clock, systemClock } from "@weir/core";
import { CommandError } from "../cli-error.ts";
import type { Environment } from "../environment.ts";
import {
  type ClusterState,
  clusterRunsError,
  clusterState,
  lookAtCluster,
  noClusterError,
} from "./cluster-state.ts";

const POLL_MS = 50;
const START_MS = 60_000;
const STOP_MS = 30_000;
const LOG_LINES = 20;

/** Starts the same command as a process of its own and returns once its API answers. Returns the exit code. */
export async function startInBackground(
  state: string | undefined,
  args: readonly string[],
  environment: Environment,
): Promise<number> {
  const clock = systemClock;
  const cluster = clusterState(environment.stateRoot, state);
  const before = await lookAtCluster(cluster, clock);
  if (before.kind === "running") throw clusterRunsError(cluster, before.record.pid);
  await mkdir(cluster.path, { recursive: true, mode: 0o700 });
  await using log = await open(cluster.log, "w", 0o600);
  const { program } = environment;
  if (program === undefined) throw new CommandError("NoProgram", "this program cannot start itself again");
  const [executable, ...first] = program;
  const env = { ...process.env, WEIR_HOME: environment.stateRoot };
  const stdio = ["ignore", log.fd, log.fd] as const;
  const child = spawn(executable, [...first, ...args], { detached: true, env, stdio: [...stdio] });
  const ended = once(child, "exit").then(() => true);
  child.unref();
  for (let waitedMs = 0; waitedMs < START_MS; waitedMs += POLL_MS) {
    const hasEnded = await Promise.race([ended, clock.sleep(POLL_MS).then(() => false)]);
    if (hasEnded) break;
    const life = await lookAtCluster(cluster, clock);
    if (life.kind !== "running" || life.record.pid !== child.pid) continue;
    environment.write(await readFile(cluster.log, "utf8"));
    const stop = ["weir cluster stop", ...(state === undefined ? [] : [cluster.path])].join(" ");
    environment.write(`process ${child.pid}, log ${cluster.log}; end it with \`${stop}\`\n`);
    return 0;
  }
  const lines = (await readFile(cluster.log, "utf8")).trimEnd().split("\n").slice(-LOG_LINES);
  throw new CommandError("StartFailed", `the cluster did not start: ${lines.join("\n")}`);
}

/** Ends the process that runs a cluster and returns once it is gone. Returns the exit code. */
export async function runStop(state: string | undefined, environment: Environment): Promise<number> {
  const cluster = clusterState(environment.stateRoot, state);
  const life = await lookAtCluster(cluster, systemClock);
  if (life.kind === "absent") throw noClusterError(cluster);
  if (life.kind === "stopped") {
    environment.write(`the cluster of ${cluster.path} does not run\n`);
    return 0;
  }
  const { pid } = life.record;
  process.kill(pid, "SIGTERM");
  await gone(pid, cluster, systemClock);
  environment.write(`stopped the cluster "${cluster.name}" (process ${pid})\n`);
  return 0;
}

async function gone(pid: number, cluster: ClusterState, clock: Clock): Promise<void> {
  for (let waitedMs = 0; waitedMs < STOP_MS; waitedMs += POLL_MS) {
    if (!isAlive(pid)) return;
    await clock.sleep(POLL_MS);
  }
  throw new CommandError(
    "StopFailed",
    `process ${pid}, which runs the cluster of ${cluster.path}, does not end`,
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
