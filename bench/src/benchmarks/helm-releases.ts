import { join } from "node:path";
import { HelmRelease, HelmRepository } from "@weir/api";
import { type ControlPlane, findControlPlane, startControlPlane } from "@weir/testkit";
import type { Benchmark, BenchmarkContext, Row } from "../benchmark.ts";
import { buildPackage, packagedCommand } from "../processes/packaged-command.ts";
import { readMemory } from "../processes/proc-files.ts";
import { runScenario } from "../processes/run-scenario.ts";
import { startProcess } from "../processes/start-process.ts";
import { createNamespace } from "../scenarios/fleet-toolkit.ts";
import {
  createRelease,
  createRepository,
  releaseNames,
  requestAll,
  serveSmallChart,
  watchReleases,
} from "../scenarios/release-load.ts";
import type { ReleasesFigures } from "../scenarios/scenario.ts";
import { cpuOf, untilServed } from "../scenarios/weir-run.ts";
import { rounded } from "../statistics.ts";

const COUNTS = [100, 500];
const ROUNDS = 10;
/** Each release has a Service. */
const ROOM = ["--service-cluster-ip-range=10.0.0.0/16"];

/** What releases cost. */
export const benchmark: Benchmark = {
  name: "helm-releases",
  about: `HelmReleases of a chart of 3 objects from one HelmRepository, created at once, until all are Ready; then ${ROUNDS} rounds in which nothing is to be done (Flux 2.9 on a kube-apiserver, recorded elsewhere: 500 in 97 s, 164 ms of controller CPU and 160 ms of API server CPU each, 187 MiB peak)`,
  run: async (context) => {
    const rows: Row[] = [];
    const notes: string[] = [];
    for (const count of COUNTS) {
      const rounds = count === COUNTS[0] ? ROUNDS : 1;
      const figures = await runScenario<"releases">(context, { kind: "releases", count, rounds });
      rows.push(embeddedRow(count, figures));
      notes.push(`requests of ${count} on the embedded API: ${listRequests(figures.requests)}`);
      notes.push(`a round of ${count} for nothing: ${listRequests(figures.rounds[0]?.requests ?? {})}`);
      if (rounds > 1) notes.push(memoryNote(count, figures));
    }
    const found = await findControlPlane();
    if (found.kind === "absent") return { kind: "measured", rows, notes: [...notes, found.reason] };
    context.progress("bundling the command");
    buildPackage(context);
    for (const count of COUNTS) {
      context.progress(`a control plane, ${count} releases`);
      await using plane = await startControlPlane({ programs: found, apiserverFlags: ROOM });
      rows.push(await measure(context, plane, count));
    }
    return { kind: "measured", rows, notes: [...notes, ...NOTES] };
  },
};

const NOTES = [
  "CPU on the embedded API is that of one process with the API, the loops, the controllers and the load. On kube-apiserver it is that of `weir run`, bundled, with all its controllers, and of kube-apiserver with the load.",
  "Requests are those of the controllers, watches left out. A round is a request to reconcile every release.",
  "Goals on kube-apiserver for 500: 38.8 s (0.4), 49 ms of controller CPU (0.3) and 96 ms of API server CPU (0.6) each.",
];

function embeddedRow(count: number, figures: ReleasesFigures): Row {
  const [round] = figures.rounds;
  return {
    what: `${count}, embedded API`,
    "wall s": rounded(figures.wallMs / 1000),
    "controller CPU ms each": rounded((figures.cpuSeconds * 1000) / count),
    "API server CPU ms each": "in it",
    "peak MB": rounded(figures.peakMb),
    "requests each": rounded(sum(figures.requests) / count),
    "round s": rounded((round?.wallMs ?? Number.NaN) / 1000),
    "round CPU ms each": rounded(((round?.cpuSeconds ?? Number.NaN) * 1000) / count),
    "round requests each": rounded(sum(round?.requests ?? {}) / count),
  };
}

function memoryNote(count: number, { rounds }: ReleasesFigures): string {
  const memory = rounds.map(({ memoryMb, heapMb }) => `${Math.round(memoryMb)} (${Math.round(heapMb)})`);
  return `MB resident (of it heap in use) after each of ${rounds.length} rounds of ${count}: ${memory.join(", ")}`;
}

async function measure(context: BenchmarkContext, plane: ControlPlane, count: number): Promise<Row> {
  const { client } = plane;
  await using charts = await serveSmallChart();
  const args = [
    "run",
    `--kubeconfig=${plane.kubeconfig}`,
    "--install-crds",
    `--storage-path=${join(context.scratch, `releases-${count}`, "artifacts")}`,
    "--storage-addr=127.0.0.1:0",
    "--metrics-addr=0",
    "--health-addr=0",
    "--log-level=error",
  ];
  await using controllers = startProcess(packagedCommand(context, args));
  await untilServed(client, controllers, [HelmRepository, HelmRelease]);
  await createNamespace(client);
  await createRepository(client, charts);
  await using watch = watchReleases(client);
  const names = releaseNames(count);
  const before = cpuOf(plane, controllers);
  const start = performance.now();
  for (const name of names) await createRelease(client, name);
  await watch.ready(names);
  const wallMs = performance.now() - start;
  const after = cpuOf(plane, controllers);
  const roundStart = performance.now();
  await requestAll(client, names, { watch, at: "round-1" });
  const roundMs = performance.now() - roundStart;
  const rested = cpuOf(plane, controllers);
  const each = (seconds: number): number => rounded((seconds * 1000) / count);
  return {
    what: `${count}, kube-apiserver`,
    "wall s": rounded(wallMs / 1000),
    "controller CPU ms each": each(after.controllers - before.controllers),
    "API server CPU ms each": each(after.apiserver - before.apiserver),
    "peak MB": rounded(readMemory(controllers.pid)?.peakMb ?? Number.NaN),
    "requests each": "as above",
    "round s": rounded(roundMs / 1000),
    "round CPU ms each": each(rested.controllers - after.controllers),
    "round requests each": "as above",
  };
}

function sum(requests: Readonly<Record<string, number>>): number {
  return Object.values(requests).reduce((total, count) => total + count, 0);
}

function listRequests(requests: Readonly<Record<string, number>>): string {
  return Object.entries(requests)
    .sort(([, a], [, b]) => b - a)
    .map(([what, count]) => `${count} ${what}`)
    .join(", ");
}
