import { join } from "node:path";
import { GitRepository, Kustomization, ReconcileAnnotation } from "@weir/api";
import type { KubeClient } from "@weir/client";
import { type ControlPlane, findControlPlane, startControlPlane, startGitServer } from "@weir/testkit";
import type { Benchmark, BenchmarkContext, Row } from "../benchmark.ts";
import { ourCommand } from "../processes/our-command.ts";
import { buildPackage, packagedCommand } from "../processes/packaged-command.ts";
import { readMemory } from "../processes/proc-files.ts";
import type { Command } from "../processes/run-process.ts";
import { startProcess } from "../processes/start-process.ts";
import {
  createKustomization,
  createNamespace,
  createSource,
  NAMESPACE,
  SOURCE,
} from "../scenarios/fleet-toolkit.ts";
import { manyKustomizations } from "../scenarios/kustomizations.ts";
import { ReadyWatch } from "../scenarios/ready-watch.ts";
import { versionFiles, VersionWatch } from "../scenarios/version-watch.ts";
import { cpuOf, untilServed } from "../scenarios/weir-run.ts";
import { percentile, rounded } from "../statistics.ts";

const COUNT = 500;
const COMMITS = 30;
const IDLE_MS = 20_000;
const CHANGING = "changing";

/** How the controllers are started, and how the repository is laid out. */
interface Setting {
  readonly command: "bundled" | "source";
  readonly folders: "one" | "each";
}

const SETTINGS: readonly Setting[] = [
  { command: "bundled", folders: "one" },
  { command: "bundled", folders: "each" },
  { command: "source", folders: "one" },
];

/** What the toolkit costs on a cluster. */
export const benchmark: Benchmark = {
  name: "toolkit",
  about: `${COUNT} Kustomizations of 4 objects from one GitRepository, \`weir run\`, kube-apiserver and etcd in processes of their own (Flux 2.9, recorded elsewhere: 48.5 s, 96 ms of controller CPU and 67 ms of API server CPU each, 461 MiB idle, commit to applied p50 298 ms, p95 366 ms)`,
  run: async (context) => {
    const found = await findControlPlane();
    if (found.kind === "absent") return { kind: "skipped", reason: found.reason };
    context.progress("bundling the command");
    buildPackage(context);
    const rows: Row[] = [];
    for (const setting of SETTINGS) {
      context.progress(`a control plane, ${describe(setting)}`);
      await using plane = await startControlPlane({ programs: found });
      rows.push(await measure(context, plane, setting));
    }
    return {
      kind: "measured",
      rows,
      notes: [
        "Wall time from the first create to the last Ready; CPU from there, too: controllers with the git that they run, API server with the load of creating and watching; each by 500.",
        `Memory is resident, ${IDLE_MS / 1000} s after the last was Ready. Commits go to a second source with one Kustomization, beside the ${COUNT}.`,
        "`weir run` runs with its defaults, bundled as it is published, and from source.",
        "Goals: 17.0 s (0.35), 24 ms (0.25) and 40 ms (0.6) each, 184 MB (0.4).",
      ],
    };
  },
};

function describe({ command, folders }: Setting): string {
  return `${command}, ${folders === "one" ? "one folder" : "a folder each"}`;
}

async function measure(context: BenchmarkContext, plane: ControlPlane, setting: Setting): Promise<Row> {
  const { client } = plane;
  const { names, folderOf, files } = manyKustomizations(COUNT, setting.folders);
  await using git = await startGitServer({ searchPath: context.searchPath });
  const repository = await git.repository(SOURCE);
  await repository.commit({ files });
  const changing = await git.repository(CHANGING);
  await changing.commit({ files: versionFiles("v0") });
  await using controllers = startProcess(weirRun(context, plane, setting));
  await untilServed(client, controllers, [GitRepository, Kustomization]);
  await createNamespace(client);
  await createSource(client, SOURCE, `${git.url}/${SOURCE}.git`);
  await using ready = new ReadyWatch(client, Kustomization, NAMESPACE);
  const restMb = readMemory(controllers.pid)?.nowMb;
  const before = cpuOf(plane, controllers);
  const start = performance.now();
  for (const name of names) {
    await createKustomization(client, name, { path: `./${folderOf(name)}`, namePrefix: `${name}-` });
  }
  await ready.ready(names);
  const wallMs = performance.now() - start;
  const after = cpuOf(plane, controllers);
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  const idle = cpuOf(plane, controllers);
  const memory = readMemory(controllers.pid);
  const timesMs = await commitTimes(client, changing, `${git.url}/${CHANGING}.git`);
  return {
    what: describe(setting),
    "wall s": rounded(wallMs / 1000),
    "controller CPU ms each": rounded(((after.controllers - before.controllers) * 1000) / COUNT),
    "API server CPU ms each": rounded(((after.apiserver - before.apiserver) * 1000) / COUNT),
    "etcd CPU ms each": rounded(((after.etcd - before.etcd) * 1000) / COUNT),
    "MB before": rounded(restMb ?? Number.NaN),
    "idle MB": rounded(memory?.nowMb ?? Number.NaN),
    "peak MB": rounded(memory?.peakMb ?? Number.NaN),
    "idle CPU %": rounded(((idle.controllers - after.controllers) / (IDLE_MS / 1000)) * 100),
    "commit p50 ms": rounded(percentile(timesMs, 50)),
    "commit p95 ms": rounded(percentile(timesMs, 95)),
  };
}

function weirRun(context: BenchmarkContext, plane: ControlPlane, { command, folders }: Setting): Command {
  const args = [
    "run",
    `--kubeconfig=${plane.kubeconfig}`,
    "--install-crds",
    `--storage-path=${join(context.scratch, command, folders, "artifacts")}`,
    "--storage-addr=127.0.0.1:0",
    "--metrics-addr=0",
    "--health-addr=0",
    "--log-level=error",
  ];
  return command === "bundled"
    ? packagedCommand(context, args)
    : ourCommand(context, "apps/cli/src/main.ts", args);
}

/** From the end of a commit, over a request to look as a Receiver makes it, to the event of a watch. */
async function commitTimes(
  client: KubeClient,
  repository: {
    commit(commit: { message: string; files: Readonly<Record<string, string>> }): Promise<string>;
  },
  url: string,
): Promise<readonly number[]> {
  await createSource(client, CHANGING, url);
  await using ready = new ReadyWatch(client, Kustomization, NAMESPACE);
  await createKustomization(client, CHANGING, { path: "./app", source: CHANGING });
  await ready.ready([CHANGING]);
  using versions = new VersionWatch(client, NAMESPACE);
  const timesMs: number[] = [];
  for (let index = 1; index <= COMMITS; index += 1) {
    const version = `v${index}`;
    await repository.commit({ message: version, files: versionFiles(version) });
    const start = performance.now();
    const annotations = { [ReconcileAnnotation.requestedAt]: version };
    const patch = { type: "merge" as const, patch: { metadata: { annotations } } };
    await client.patch(GitRepository, { namespace: NAMESPACE, name: CHANGING }, patch);
    if (await versions.reached(version)) timesMs.push(performance.now() - start);
    await ready.ready([CHANGING]);
  }
  return timesMs;
}
