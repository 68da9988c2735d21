import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type Connection,
  connect,
  createClient,
  discard,
  type KubeClient,
  loadKubeconfig,
} from "@weir/client";
import { writeKubeconfig } from "@weir/cluster";
import { type ControlPlanePrograms, findControlPlane, startControlPlane } from "@weir/testkit";
import {
  createMany,
  measureFanOut,
  measureListOfMany,
  measureRates,
  type Rates,
} from "../apiserver/api-workload.ts";
import type { Benchmark, BenchmarkContext, Row } from "../benchmark.ts";
import { bundleProcess } from "../processes/packaged-command.ts";
import { readMemory } from "../processes/proc-files.ts";
import { startProcess } from "../processes/start-process.ts";
import { median, rounded } from "../statistics.ts";

const CLIENTS = [1, 16];
const SYNCS = [true, false];
/** Ours, theirs, theirs, ours: what changes over time on the machine meets both. */
const ORDER = ["ours", "theirs", "theirs", "ours"] as const;
const IDLE_MS = 2_000;
const READY_AGAIN_MS = 5;

/** The embedded API against kube-apiserver with etcd. */
export const benchmark: Benchmark = {
  name: "apiserver",
  about:
    "the embedded API over SQLite, bundled as it is published, against kube-apiserver with etcd, each in processes of its own and asked by the same client over HTTPS",
  run: async (context) => {
    const programs = await findControlPlane();
    if (programs.kind === "absent") return { kind: "skipped", reason: programs.reason };
    const bundle = bundleProcess(context, "bench/src/api-process.ts");
    // What is compiled once is kept, as the command keeps it.
    const first = await startOurs(context, bundle, { path: join(context.scratch, "first.db"), fsync: false });
    await first[Symbol.asyncDispose]();
    const rows: Row[] = [];
    for (const fsync of SYNCS) rows.push(...(await compare({ context, programs, bundle }, fsync)));
    return {
      kind: "measured",
      rows,
      notes: [
        "`ratio` is ours over theirs. Goals: boot 0.05, memory 0.25, 1 client at least 1.5 times its operations per second, 16 clients at least 1, list of 10,000 and fan-out to 100 watchers at most 1.",
        "ConfigMaps are of about 1 KB, Deployments of about 2 KB; memory is resident, of kube-apiserver and etcd together.",
        "The client is a process of ours and shares the processors with the server.",
      ],
    };
  },
};

/** A server that runs, and what it took to get there. */
interface RunningApi extends AsyncDisposable {
  readonly client: KubeClient;
  readonly bootMs: number;
  memoryMb(): number;
}

interface Figures {
  readonly bootMs: number;
  readonly bootMb: number;
  readonly manyMb: number;
  readonly listMs: number;
  readonly fanOut: { readonly p50: number; readonly p99: number };
  readonly rates: Rates;
}

interface Compared {
  readonly context: BenchmarkContext;
  readonly programs: ControlPlanePrograms;
  readonly bundle: string;
}

async function compare({ context, programs, bundle }: Compared, fsync: boolean): Promise<readonly Row[]> {
  const figures: { readonly ours: Figures[]; readonly theirs: Figures[] } = { ours: [], theirs: [] };
  for (const [round, side] of ORDER.entries()) {
    context.progress(`${side}, fsync ${fsync ? "on" : "off"}`);
    const path = join(context.scratch, `${fsync}-${round}.db`);
    await using api =
      side === "ours"
        ? await startOurs(context, bundle, { path, fsync })
        : await startTheirs(programs, fsync);
    figures[side].push(await measure(api));
  }
  const rowOf = (what: string, of: (figures: Figures) => number): Row => {
    const ours = median(figures.ours.map(of));
    const theirs = median(figures.theirs.map(of));
    return {
      what,
      fsync: fsync ? "on" : "off",
      ours: rounded(ours),
      theirs: rounded(theirs),
      ratio: rounded(ours / theirs),
    };
  };
  const verbs = [...(figures.ours[0]?.rates.keys() ?? [])];
  return [
    rowOf("boot until ready, ms", ({ bootMs }) => bootMs),
    rowOf("memory after boot, MB", ({ bootMb }) => bootMb),
    rowOf("memory with 10,000 objects, MB", ({ manyMb }) => manyMb),
    rowOf("list of 10,000, ms", ({ listMs }) => listMs),
    rowOf("fan-out to 100 watchers, p50 ms", ({ fanOut }) => fanOut.p50),
    rowOf("fan-out to 100 watchers, p99 ms", ({ fanOut }) => fanOut.p99),
    ...verbs.map((verb) => rowOf(`${verb}, per second`, ({ rates }) => rates.get(verb) ?? Number.NaN)),
  ];
}

async function measure(api: RunningApi): Promise<Figures> {
  await sleep(IDLE_MS);
  const { bootMs, client } = api;
  const bootMb = api.memoryMb();
  // Memory comes before the rates: who answers more of them would be left with more objects.
  await createMany(client);
  await sleep(IDLE_MS);
  const manyMb = api.memoryMb();
  const lists = [
    await measureListOfMany(client),
    await measureListOfMany(client),
    await measureListOfMany(client),
  ];
  const fanOut = await measureFanOut(client);
  const rates = await measureRates(client, CLIENTS);
  return { bootMs, bootMb, rates, fanOut, manyMb, listMs: median(lists) };
}

interface Endpoint {
  readonly url: string;
  readonly token: string;
  readonly certificateAuthority: string;
}

async function startOurs(
  context: BenchmarkContext,
  bundle: string,
  { path, fsync }: { readonly path: string; readonly fsync: boolean },
): Promise<RunningApi> {
  await using starting = new AsyncDisposableStack();
  const env = { ...process.env, NODE_COMPILE_CACHE: join(context.scratch, "compiled") };
  const profile = context.profiles === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${context.profiles}`];
  const args = [...profile, bundle, "api", path, fsync ? "sync" : "nosync"];
  const server = starting.use(startProcess({ program: process.execPath, args, env }));
  const [text] = await server.line(/^\{.*\}$/);
  const endpoint = JSON.parse(text) as Endpoint;
  const kubeconfig = `${path}.kubeconfig`;
  await writeKubeconfig(kubeconfig, { name: "bench", ...endpoint });
  const connection = starting.use(connect(await loadKubeconfig(kubeconfig)));
  await ready(connection);
  const bootMs = server.elapsedMs();
  const running = starting.move();
  return {
    client: createClient(connection),
    bootMs,
    memoryMb: () => server.memory()?.nowMb ?? Number.NaN,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

async function startTheirs(programs: ControlPlanePrograms, fsync: boolean): Promise<RunningApi> {
  const start = performance.now();
  const plane = await startControlPlane({ programs, fsync });
  const bootMs = performance.now() - start;
  const { client } = plane;
  return {
    client,
    bootMs,
    memoryMb: () =>
      Object.values(plane.processes).reduce((sum, pid) => sum + (readMemory(pid)?.nowMb ?? Number.NaN), 0),
    [Symbol.asyncDispose]: () => plane[Symbol.asyncDispose](),
  };
}

async function ready({ server, transport }: Connection): Promise<void> {
  for (;;) {
    const answer = await transport({ method: "GET", url: `${server}/readyz`, headers: [] });
    await discard(answer);
    if (answer.status === 200) return;
    await sleep(READY_AGAIN_MS);
  }
}
