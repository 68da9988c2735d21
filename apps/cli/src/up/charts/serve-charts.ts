import { existsSync } from "node:fs";
import { readdir, realpath } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { serve } from "@hono/node-server";
import { type Clock, describeError } from "@weir/core";
import { CommandError } from "../../cli-error.ts";
import { followFolder } from "../follow-folder.ts";
import { portOfUrl, type RememberedPorts } from "../remembered-ports.ts";
import { type ChartHandler, chartRepository, REGISTRY_PATH } from "./chart-repository.ts";
import { readCharts, type ServedChart } from "./read-charts.ts";

/** How a folder of charts is served. */
export interface ServeChartsOptions {
  readonly folder: string;
  readonly clock: Clock;
  readonly ports: RememberedPorts;
  readonly onProblem: (message: string) => void;
}

/** Charts of a folder, served where the cluster finds them. */
export interface ChartServer extends AsyncDisposable {
  readonly folder: string;
  /** The repository over HTTP: `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** The repository in the registry: `oci://127.0.0.1:<port>/charts`. */
  readonly registryUrl: string;
  /** Packages the charts anew after each change and then calls back. */
  follow(onChange: () => void, signal: AbortSignal): void;
}

const HOST = "127.0.0.1";
const SETTLE_MS = 40;

/** The folder `charts` of a folder, where there are charts in it. */
export async function ownCharts(source: string): Promise<string | undefined> {
  const folder = join(source, "charts");
  const names = await readdir(folder).catch(() => []);
  return names.some((name) => existsSync(join(folder, name, "Chart.yaml"))) ? folder : undefined;
}

/** Serves each chart of a folder over HTTP and as OCI artifacts, on loopback only. */
export async function serveCharts(options: ServeChartsOptions): Promise<ChartServer> {
  const folder = await realpath(options.folder).catch((cause: unknown) => {
    throw new CommandError("ChartsNotFound", `there is no folder of charts ${options.folder}`, { cause });
  });
  let { charts, handle } = await open(folder, options, []);
  const server = await options.ports.serve(
    "charts",
    (port) => listen((request) => handle(request), port),
    ({ url }) => portOfUrl(url),
  );
  const reload = async (): Promise<void> => {
    ({ charts, handle } = await open(folder, options, charts));
  };
  return {
    folder,
    url: server.url,
    registryUrl: `oci://${new URL(server.url).host}/${REGISTRY_PATH}`,
    follow: (onChange, signal) => {
      let timer: { cancel(): void } | undefined;
      const changed = (): void => {
        timer?.cancel();
        if (signal.aborted) return;
        timer = options.clock.setTimer(SETTLE_MS, () => {
          void reload().then(onChange, (error: unknown) =>
            options.onProblem(`cannot package the charts of ${folder}: ${describeError(error)}`),
          );
        });
      };
      const counts = (path: string): boolean => !/(^|\/)\./.test(path);
      void followFolder(folder, { counts, onChange: changed, onProblem: options.onProblem }, signal);
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

interface OpenCharts {
  readonly charts: readonly ServedChart[];
  readonly handle: ChartHandler;
}

async function open(
  folder: string,
  { onProblem }: ServeChartsOptions,
  before: readonly ServedChart[],
): Promise<OpenCharts> {
  const { charts, problems } = await readCharts(folder, before);
  for (const { path, error } of problems) onProblem(`${path} is no chart: ${describeError(error)}`);
  return { charts, handle: await chartRepository(charts) };
}

interface Listening extends AsyncDisposable {
  readonly url: string;
}

function listen(fetch: ChartHandler, port: number): Promise<Listening> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch, hostname: HOST, port }, (address: AddressInfo) => {
      resolve({
        url: `http://${HOST}:${address.port}`,
        [Symbol.asyncDispose]: () =>
          new Promise((done) => {
            server.close(() => done());
            if ("closeAllConnections" in server) server.closeAllConnections();
          }),
      });
    });
    server.on("error", reject);
  });
}
