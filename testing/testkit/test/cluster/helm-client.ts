import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { type Connection, connect, createClient, type KubeClient, loadKubeconfig } from "@weir/client";
import { startCluster } from "@weir/cluster";
import {
  type Chart,
  loadChartFiles,
  prepareChart,
  releaseManifest,
  type RenderRelease,
  renderPrepared,
  storedChartOf,
} from "@weir/helm";
import type { JsonObject } from "@weir/core";
import { NAMESPACE } from "./clusters.ts";

const run = promisify(execFile);

/** helm as a program, with a folder of its own and a cluster. */
export interface HelmClient extends AsyncDisposable {
  readonly client: KubeClient;
  readonly folder: string;
  /** What helm prints; rejects with what it says on a failure. */
  helm(...args: readonly string[]): Promise<string>;
  /** The same, as JSON. */
  helmJson(...args: readonly string[]): Promise<unknown>;
  namespace(): Promise<string>;
  /** Writes a chart's folder; gives its path. */
  chart(name: string, files: Readonly<Record<string, string>>): Promise<string>;
}

/** Opens helm on the cluster of a kubeconfig, or on an embedded one of its own. */
export async function openHelm(program: string, kubeconfig: string | undefined): Promise<HelmClient> {
  await using starting = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "weir-helm-"));
  starting.defer(() => rm(folder, { recursive: true, force: true }));
  const path = kubeconfig ?? join(folder, "kubeconfig");
  if (kubeconfig === undefined) {
    starting.use(await startCluster({ loops: { workloads: "status-only" }, listen: { kubeconfig: path } }));
  }
  const connection: Connection = starting.use(connect(await loadKubeconfig(path, { allowExec: true })));
  const client = createClient({ ...connection, userAgent: "weir-suite" });
  const env = { HOME: folder, KUBECONFIG: path, PATH: process.env["PATH"] ?? "" };
  const helm = async (...args: readonly string[]): Promise<string> => {
    const { stdout } = await run(program, args, { env, timeout: 60_000, maxBuffer: 64 * 1024 * 1024 });
    return stdout;
  };
  const made: string[] = [];
  starting.defer(async () => {
    for (const name of made) await client.delete(NAMESPACE, { name });
  });
  const running = starting.move();
  return {
    client,
    folder,
    helm,
    helmJson: async (...args) => JSON.parse(await helm(...args, "-o", "json")) as unknown,
    namespace: async () => {
      const name = `t-${randomBytes(5).toString("hex")}`;
      await client.create(NAMESPACE, { apiVersion: "v1", kind: "Namespace", metadata: { name } });
      made.push(name);
      return name;
    },
    chart: async (name, files) => {
      const root = join(folder, `${name}-${randomBytes(4).toString("hex")}`, name);
      for (const [file, text] of Object.entries(files)) {
        await mkdir(dirname(join(root, file)), { recursive: true });
        await writeFile(join(root, file), text);
      }
      return root;
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** The embedded cluster, and the one that `WEIR_TEST_KUBECONFIG` names where it is set. */
export function helmClusters(): readonly {
  readonly name: string;
  readonly kubeconfig: string | undefined;
}[] {
  const { WEIR_TEST_KUBECONFIG: kubeconfig = "", WEIR_TEST_CLUSTER: name = "kubeconfig" } = process.env;
  return [{ name: "embedded", kubeconfig: undefined }, ...(kubeconfig === "" ? [] : [{ name, kubeconfig }])];
}

/** A chart of its files. */
export function chartOf(files: Readonly<Record<string, string>>): Chart {
  return loadChartFiles(Object.entries(files).map(([name, text]) => ({ name, data: Buffer.from(text) })));
}

/** What `helm install` makes of a chart's files, by our own hands. */
export function renderChartOf(files: Readonly<Record<string, string>>, values: JsonObject): RenderRelease {
  return renderChart(chartOf(files), values);
}

/** The same of a chart. */
export function renderChart(chart: Chart, values: JsonObject): RenderRelease {
  return async (release) => {
    const prepared = prepareChart(chart, values, { releaseName: release.name });
    const rendered = renderPrepared(prepared, { release });
    return {
      chart: storedChartOf(prepared.chart),
      config: values,
      manifest: releaseManifest(rendered),
      hooks: rendered.hooks,
      notes: rendered.notes,
    };
  };
}
