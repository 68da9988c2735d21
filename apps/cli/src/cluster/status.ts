import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Clock, systemClock } from "@weir/core";
import type { Environment } from "../environment.ts";
import { renderTable } from "../terminal/table.ts";
import {
  type ClusterLife,
  type ClusterState,
  clusterState,
  lookAtCluster,
  noClusterError,
} from "./cluster-state.ts";

/** What `weir cluster status` was asked for. */
export interface StatusOptions {
  readonly state: string | undefined;
  readonly output: "text" | "json";
}

/** Says how a cluster is. Returns 0 where it runs, 1 where it does not. */
export async function runStatus(options: StatusOptions, environment: Environment): Promise<number> {
  const state = clusterState(environment.stateRoot, options.state);
  const life = await lookAtCluster(state, systemClock);
  if (life.kind === "absent") throw noClusterError(state);
  const facts = await factsOf(state, life);
  if (options.output === "json") environment.write(`${JSON.stringify(Object.fromEntries(facts), null, 2)}\n`);
  else {
    const width = Math.max(...facts.map(([name]) => name.length)) + 2;
    environment.write(facts.map(([name, value]) => `${`${name}:`.padEnd(width)}${value}\n`).join(""));
  }
  return life.kind === "running" ? 0 : 1;
}

type Facts = readonly (readonly [name: string, value: string | number])[];

async function factsOf(state: ClusterState, life: ClusterLife): Promise<Facts> {
  const bytes = await sizeOf(state);
  return [
    ["name", state.name],
    ["status", life.kind],
    ...(life.kind === "running" ? runningFacts(life) : []),
    ["state", state.path],
    ...(bytes === undefined ? [] : [["bytes", bytes] as const]),
    ["kubeconfig", state.kubeconfig],
  ];
}

function runningFacts({ record, version }: ClusterLife & { readonly kind: "running" }): Facts {
  return [
    ["server", record.url],
    ["version", version],
    ["command", record.command],
    ["pid", record.pid],
    ["started", record.startedAt],
    ["storage", record.storage],
  ];
}

async function sizeOf({ database }: ClusterState): Promise<number | undefined> {
  const sizes = await Promise.all(
    [database, `${database}-wal`].map((path) =>
      stat(path).then(
        ({ size }) => size,
        () => undefined,
      ),
    ),
  );
  return sizes[0] === undefined ? undefined : sizes[0] + (sizes[1] ?? 0);
}

/** Lists the clusters that weir keeps, those of `weir up` too. Returns the exit code. */
export async function runList(environment: Environment): Promise<number> {
  const rows = await Promise.all((await statesIn(environment)).map((state) => rowOf(state, systemClock)));
  const there = rows.filter((row) => row !== undefined);
  if (there.length === 0)
    environment.writeError("there is no cluster; start one with `weir cluster start`\n");
  else environment.write(renderTable(["NAME", "STATUS", "SERVER", "STATE"], there));
  return 0;
}

async function statesIn({ stateRoot }: Environment): Promise<readonly ClusterState[]> {
  const entries = await readdir(stateRoot, { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return folders.sort().map((name) => clusterState(stateRoot, join(stateRoot, name)));
}

async function rowOf(state: ClusterState, clock: Clock): Promise<readonly string[] | undefined> {
  const life = await lookAtCluster(state, clock);
  if (life.kind === "absent") return undefined;
  return [state.name, life.kind, life.kind === "running" ? life.record.url : "", state.path];
}
