import { GitRepository } from "@weir/api";
import { createSqliteStorage, type Storage } from "@weir/apiserver";
import { type HealthTarget, waitForHealth } from "@weir/apply";
import type { KubeClient } from "@weir/client";
import { type Cluster, startCluster } from "@weir/cluster";
import { type Clock, describeError, type Logger, systemClock, systemRandom } from "@weir/core";
import { gvkOf, type KubeObject } from "@weir/objects";
import { CommandError } from "../cli-error.ts";
import { databasePath, keysPath, kubeconfigPath, recordRunning } from "../cluster/cluster-state.ts";
import type { Environment } from "../environment.ts";
import { followObjects } from "../progress/follow-objects.ts";
import { createProgressView, type ProgressView } from "../progress/progress-view.ts";
import { awaitVerdict } from "./await-verdict.ts";
import { BOOTSTRAP_NAME, bootstrapObjects } from "./bootstrap-objects.ts";
import { portOfUrl, rememberPorts, type RememberedPorts } from "./remembered-ports.ts";
import { requestCharts, requestReconcile } from "./request-reconcile.ts";
import { runToolkit } from "./run-toolkit.ts";
import { makeCurrent, openStateFolder, type StateFolder, unmakeCurrent } from "./state-folder.ts";
import { type ChartServer, ownCharts, serveCharts } from "./charts/serve-charts.ts";
import { openSource, type SyncedSource } from "./synced-source.ts";

/** What `weir up` was asked for. */
export interface UpOptions {
  /** A folder or a URL. */
  readonly source: string;
  /** The folder of the repository that the cluster syncs; its root by default. */
  readonly path: string;
  readonly branch: string | undefined;
  readonly worktree: boolean;
  /** A folder of charts that is served to the cluster; `charts` of the source, where that is a folder with charts in it. */
  readonly charts: string | undefined;
  /** `memory`, or a folder; one of its own for each source by default. */
  readonly storage: string | undefined;
  /** The port of the Kubernetes API; a free one by default. */
  readonly port: number;
  /** Ends when everything is Ready, or when something is broken. */
  readonly once: boolean;
  /** Longest time that `--once` waits, in milliseconds. */
  readonly timeoutMs: number;
}

const FIELD_MANAGER = "weir";
const INSTALL_TIMEOUT_MS = 30_000;

/** Starts an embedded cluster that syncs a repository, and stays until it is told to end. Returns the exit code. */
export async function runUp(options: UpOptions, environment: Environment, logger: Logger): Promise<number> {
  const clock = systemClock;
  const view = createProgressView(environment);
  await using running = new AsyncDisposableStack();
  const state = running.use(await openStateFolder(environment.stateRoot, options.source, options.storage));
  const ports = await rememberPorts(state.path);
  const cluster = await startEmbedded(options, state, { clock, logger, running, ports });
  const source = running.use(
    await openSource({
      ...options,
      stateFolder: state.path,
      searchPath: environment.searchPath,
      clock,
      ports,
      onProblem: (message) => view.note(message),
    }),
  );
  const charts = await openCharts(options, { clock, ports, running, view });
  await install(cluster.client, source, options.path, { clock, charts });
  announce(view, cluster, { source, charts }, options);
  const kubeconfig = cluster.endpoint?.kubeconfig;
  if (kubeconfig !== undefined) {
    await makeCurrent(environment.stateRoot, kubeconfig);
    if (state.isTemporary) running.defer(() => unmakeCurrent(environment.stateRoot, kubeconfig));
  }
  const toolkit = {
    client: cluster.client,
    stateFolder: state.path,
    searchPath: environment.searchPath,
    ports,
  };
  running.use(await runToolkit({ ...toolkit, clock, random: systemRandom, logger }));
  return await follow({ options, environment, cluster, source, charts, view, clock });
}

/** The server of the charts that are to be served. */
async function openCharts(
  { charts, source }: UpOptions,
  {
    clock,
    ports,
    running,
    view,
  }: Pick<Starting, "clock" | "ports" | "running"> & { readonly view: ProgressView },
): Promise<ChartServer | undefined> {
  const folder = charts ?? (await ownCharts(source));
  if (folder === undefined) return undefined;
  const onProblem = (message: string): void => view.note(message);
  return running.use(await serveCharts({ folder, clock, ports, onProblem }));
}

interface Starting {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly running: AsyncDisposableStack;
  readonly ports: RememberedPorts;
}

async function startEmbedded(options: UpOptions, state: StateFolder, starting: Starting): Promise<Cluster> {
  const { clock, logger, running, ports } = starting;
  const storage: { readonly storage?: Storage } = state.isTemporary
    ? {}
    : { storage: running.use(await createSqliteStorage({ path: databasePath(state.path), clock })) };
  const listen = { kubeconfig: kubeconfigPath(state.path), keys: keysPath(state.path) };
  const start = (port: number): Promise<Cluster> =>
    startCluster({ ...storage, clock, logger, listen: { port, ...listen } });
  // A port that was asked for is that one or an error.
  const cluster = options.port === 0 ? await ports.serve("api", start, apiPort) : await start(options.port);
  running.use(cluster);
  running.use(
    await recordRunning(state.path, {
      pid: process.pid,
      url: cluster.endpoint?.url ?? "",
      startedAt: new Date(clock.now()).toISOString(),
      storage: state.isTemporary ? "memory" : "sqlite",
      command: "weir up",
    }),
  );
  return cluster;
}

function apiPort(cluster: Cluster): number {
  return cluster.endpoint === undefined ? 0 : portOfUrl(cluster.endpoint.url);
}

/** Creates what `flux bootstrap` would create; on a cluster that has it, only what differs is written. */
async function install(
  client: KubeClient,
  source: SyncedSource,
  path: string,
  { clock, charts }: { readonly clock: Clock; readonly charts: ChartServer | undefined },
): Promise<void> {
  const served = charts === undefined ? {} : { charts };
  const objects = bootstrapObjects({ url: source.url, branch: source.branch, path, ...served });
  await Promise.all(objects.definitions.map((definition) => applyObject(client, definition)));
  // A definition is served a moment after it is stored.
  await waitForHealth(
    objects.definitions as readonly HealthTarget[],
    { client, clock },
    { timeoutMs: INSTALL_TIMEOUT_MS },
  );
  await applyObject(client, objects.namespace);
  for (const object of objects.sync) await applyObject(client, object);
}

async function applyObject(client: KubeClient, object: KubeObject): Promise<void> {
  try {
    await client.apply(gvkOf(object), object, { fieldManager: FIELD_MANAGER, force: true });
  } catch (cause) {
    const name = `${object.kind}/${object.metadata.name ?? ""}`;
    throw new CommandError("InstallFailed", `cannot install ${name} on the embedded cluster`, { cause });
  }
}

function announce(
  view: ProgressView,
  { endpoint }: Cluster,
  { source, charts }: Pick<Following, "source" | "charts">,
  options: UpOptions,
): void {
  view.note(`syncing ${source.description}, path ${options.path}`);
  if (charts !== undefined) view.note(`serving the charts of ${charts.folder} at ${charts.url}`);
  if (endpoint?.kubeconfig !== undefined) view.note(`export KUBECONFIG=${endpoint.kubeconfig}`);
}

interface Following {
  readonly options: UpOptions;
  readonly environment: Environment;
  readonly cluster: Cluster;
  readonly source: SyncedSource;
  readonly charts: ChartServer | undefined;
  readonly view: ProgressView;
  readonly clock: Clock;
}

async function follow(following: Following): Promise<number> {
  const { options, environment, cluster, source, charts, view, clock } = following;
  const ended = new AbortController();
  const signal = AbortSignal.any([environment.signal, ended.signal]);
  const verdict = awaitVerdict(clock, options.timeoutMs, signal);
  const watching = followObjects(
    cluster.client,
    clock,
    (states, changed) => {
      view.update(states, changed);
      verdict.update(states);
    },
    signal,
  );
  source.follow(() => void requestSync(cluster.client, clock, view), signal);
  const told = (error: unknown): void => view.note(`cannot ask for new charts: ${describeError(error)}`);
  charts?.follow(() => void requestCharts(cluster.client, clock, charts).catch(told), signal);
  try {
    if (!options.once) {
      await untilAborted(environment.signal);
      return 0;
    }
    const end = await verdict.promise;
    if (end.kind === "ready") return 0;
    for (const reason of end.reasons) environment.writeError(`${reason}\n`);
    return 1;
  } finally {
    ended.abort();
    await watching;
  }
}

/** Tells the source that there is something new, as `flux reconcile` does. */
async function requestSync(client: KubeClient, clock: Clock, view: ProgressView): Promise<void> {
  try {
    const key = { namespace: BOOTSTRAP_NAME, name: BOOTSTRAP_NAME };
    await requestReconcile(client, GitRepository, key, clock);
  } catch (error) {
    view.note(`cannot ask for a sync: ${describeError(error)}`);
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  // A pending promise keeps no process alive; the servers that run do.
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
