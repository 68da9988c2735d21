import { mkdir, readFile } from "node:fs/promises";
import {
  type AuditOptions,
  type AuditPolicy,
  createSqliteStorage,
  metadataPolicy,
  openAuditLog,
  parseAuditPolicy,
  type Storage,
  StorageLockedError,
} from "@weir/apiserver";
import {
  type Cluster,
  type ClusterOptions,
  INSTANT_TIMING,
  type Loops,
  REALISTIC_TIMING,
  spareMemory,
  startCluster,
} from "@weir/cluster";
import { type Clock, type Logger, silentLogger, systemClock } from "@weir/core";
import { CommandError } from "../cli-error.ts";
import type { Environment } from "../environment.ts";
import { portOfUrl, rememberPorts } from "../up/remembered-ports.ts";
import { makeCurrent, unmakeCurrent } from "../up/state-folder.ts";
import {
  type ClusterState,
  clusterRunsError,
  clusterState,
  lookAtCluster,
  recordRunning,
} from "./cluster-state.ts";
import { changeKubeconfig, mergeEntries, readKubeconfig } from "./merge-kubeconfig.ts";

/** What `weir cluster start` was asked for. */
export interface StartOptions {
  /** The folder that keeps the cluster; one of its own by default. */
  readonly state: string | undefined;
  readonly host: string;
  /** 0 is the port of last time, or a free one. */
  readonly port: number;
  /** Names and addresses, besides the host, that clients call the API by. */
  readonly names: readonly string[];
  readonly storage: "memory" | "sqlite";
  readonly fsync: boolean;
  readonly authorization: "rbac" | "always-allow";
  readonly serviceRange: string | undefined;
  readonly workloads: NonNullable<Loops["workloads"]>;
  /** Where to write one more kubeconfig. */
  readonly kubeconfig: string | undefined;
  readonly audit: AuditFlags | undefined;
  /** How long simulated workloads take. */
  readonly timing: "instant" | "realistic";
  /** How long Events live, in milliseconds. */
  readonly eventTtlMs: number;
}

/** What is recorded of requests. */
export interface AuditFlags {
  readonly log: string;
  /** A Policy of audit.k8s.io/v1; everything as metadata by default. */
  readonly policy: string | undefined;
  /** When the file is put aside, in MiB. */
  readonly maxSize: number;
  /** How many that were put aside are kept; all by default. */
  readonly maxBackups: number | undefined;
}

const MIB = 1024 * 1024;

/** Runs a cluster until it is told to end. Returns the exit code. */
export async function runStart(
  options: StartOptions,
  environment: Environment,
  logger: Logger,
): Promise<number> {
  const clock = systemClock;
  const startedMs = clock.now();
  const state = clusterState(environment.stateRoot, options.state);
  await using running = new AsyncDisposableStack();
  await openFolder(state, clock);
  const storage = await openStorage(state, options, { clock, logger });
  if (storage !== undefined) running.use(storage);
  const audit = await openAudit(options.audit, { clock, logger, running, environment });
  const { cluster, movedFrom } = await serve(state, options, { clock, logger, storage, audit });
  running.use(cluster);
  const url = cluster.endpoint?.url ?? "";
  const record = {
    pid: process.pid,
    url,
    startedAt: new Date(startedMs).toISOString(),
    storage: options.storage,
    command: "weir cluster start",
  } as const;
  running.use(await recordRunning(state.path, record));
  await makeCurrent(environment.stateRoot, state.kubeconfig);
  if (options.storage === "memory")
    running.defer(() => unmakeCurrent(environment.stateRoot, state.kubeconfig));
  if (options.kubeconfig !== undefined) await mergeInto(options.kubeconfig, state, clock);
  environment.write(announcement(state, options, { url, tookMs: clock.now() - startedMs, movedFrom }));
  spareMemory();
  await untilAborted(environment.signal);
  return 0;
}

/** Makes the folder; refuses while somebody runs the cluster in it. */
async function openFolder(state: ClusterState, clock: Clock): Promise<void> {
  try {
    await mkdir(state.path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new CommandError("StorageUnavailable", `cannot use ${state.path} as storage`, { cause });
  }
  const life = await lookAtCluster(state, clock);
  if (life.kind === "running") throw clusterRunsError(state, life.record.pid);
}

interface Serving {
  readonly clock: Clock;
  readonly logger: Logger;
}

async function openStorage(
  state: ClusterState,
  { storage, fsync }: StartOptions,
  { clock, logger }: Serving,
): Promise<Storage | undefined> {
  if (storage === "memory") return undefined;
  try {
    return await createSqliteStorage({ path: state.database, clock, logger, fsync });
  } catch (error) {
    throw error instanceof StorageLockedError ? clusterRunsError(state, error.pid) : error;
  }
}

/** Opens the log that requests are recorded in, where one is asked for; it is closed after the cluster. */
async function openAudit(
  flags: AuditFlags | undefined,
  {
    clock,
    running,
    environment,
  }: Serving & { readonly running: AsyncDisposableStack; readonly environment: Environment },
): Promise<AuditOptions | undefined> {
  if (flags === undefined) return undefined;
  const policy = flags.policy === undefined ? metadataPolicy() : await readPolicy(flags.policy);
  const sink = await openAuditLog({
    path: flags.log,
    maxBytes: flags.maxSize * MIB,
    ...(flags.maxBackups === undefined ? {} : { maxBackups: flags.maxBackups }),
    clock,
    logger: problemLogger(environment),
  });
  running.use(sink);
  return { policy, sink };
}

async function readPolicy(path: string): Promise<AuditPolicy> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new CommandError("AuditPolicyUnreadable", `cannot read the audit policy ${path}`, { cause });
  });
  try {
    return parseAuditPolicy(text);
  } catch (cause) {
    throw new CommandError("AuditPolicyInvalid", `the audit policy ${path} cannot be used`, { cause });
  }
}

/** What went wrong, on standard error whatever the level of the log. */
function problemLogger({ writeError }: Environment): Logger {
  const tell: Logger["warn"] = (message, fields) =>
    writeError(`${message}${fields === undefined ? "" : ` ${JSON.stringify(fields)}`}\n`);
  return { ...silentLogger, warn: tell, error: tell };
}

interface Served {
  readonly cluster: Cluster;
  /** The port of last time, where another program has it. */
  readonly movedFrom: number | undefined;
}

async function serve(
  state: ClusterState,
  options: StartOptions,
  {
    clock,
    logger,
    storage,
    audit,
  }: Serving & { readonly storage: Storage | undefined; readonly audit: AuditOptions | undefined },
): Promise<Served> {
  const { host, names } = options;
  const start = (port: number): Promise<Cluster> =>
    startCluster({
      ...clusterOptions(options),
      ...(storage === undefined ? {} : { storage }),
      ...(audit === undefined ? {} : { audit }),
      clock,
      logger,
      listen: { host, port, names, name: state.name, keys: state.keys, kubeconfig: state.kubeconfig },
    });
  const ports = await rememberPorts(state.path);
  // A port that was asked for is that one or an error.
  if (options.port !== 0) {
    const cluster = await start(options.port);
    await ports.remember("api", options.port);
    return { cluster, movedFrom: undefined };
  }
  const before = ports.port("api");
  const cluster = await ports.serve("api", start, portOf);
  return { cluster, movedFrom: before === portOf(cluster) ? undefined : before };
}

function portOf({ endpoint }: Cluster): number {
  return portOfUrl(endpoint?.url ?? "");
}

function clusterOptions(options: StartOptions): ClusterOptions {
  const { authorization, serviceRange, workloads, eventTtlMs, timing } = options;
  return {
    eventTtlMs,
    timing: timing === "realistic" ? REALISTIC_TIMING : INSTANT_TIMING,
    authorization: authorization === "rbac" ? "RBAC" : "AlwaysAllow",
    loops: { workloads },
    ...(serviceRange === undefined ? {} : { serviceRange }),
  };
}

async function mergeInto(path: string, state: ClusterState, clock: Clock): Promise<void> {
  const own = await readKubeconfig(state.kubeconfig);
  await changeKubeconfig(path, (document) => mergeEntries(document, own, { switchContext: true }), clock);
}

function announcement(
  state: ClusterState,
  options: StartOptions,
  {
    url,
    tookMs,
    movedFrom,
  }: { readonly url: string; readonly tookMs: number; readonly movedFrom: number | undefined },
): string {
  const where = options.storage === "memory" ? "in memory" : `in ${state.path}`;
  const merge = options.state === undefined ? "" : ` ${state.path}`;
  const lines = [
    `cluster "${state.name}" listens on ${url} after ${tookMs} ms, objects ${where}`,
    ...(movedFrom === undefined
      ? []
      : [`port ${movedFrom} is taken by another program: kubeconfigs that were merged need it once more`]),
    `export KUBECONFIG=${state.kubeconfig}`,
    `or: weir cluster kubeconfig${merge} --merge, then kubectl --context ${state.name} get nodes`,
  ];
  return `${lines.join("\n")}\n`;
}

function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
