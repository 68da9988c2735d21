import { join } from "node:path";
import { type Connection, connect, createClient, type KubeClient, loadKubeconfig } from "@weir/client";
import { loopControllers, type Loops } from "@weir/cluster";
import { WeirError } from "@weir/core";
import { createManager } from "@weir/sdk";
import {
  type ConnectedToolkit,
  connectToolkit,
  type FluxControllerOptions,
  findControlPlane,
  fluxControllers,
  startControlPlane,
  startToolkit,
} from "@weir/testkit";
import type { ClusterKind } from "../suite.ts";
import type { Substitutions } from "./normalize.ts";
import { controllerOptions } from "./profile.ts";
import { type RecordedServers, startRecordedServers } from "./recorded-servers.ts";
import { WatchRecorder } from "./watch-recorder.ts";

/** A cluster run as the recordings ran theirs, with servers and controllers, that scenarios share. */
export interface FluxWorld extends AsyncDisposable {
  readonly toolkit: ConnectedToolkit;
  readonly recorder: WatchRecorder;
  /** Named in managedFields as the recordings' own requests were. */
  readonly client: KubeClient;
  readonly substitutions: Substitutions;
  /** The folder with the recorded charts. */
  readonly charts: string;
}

/** What runs beside the controllers, as in the recordings: namespaces go, statuses of workloads come by annotation. */
const LOOPS: Loops = {
  namespaces: "finalizer-only",
  garbage: false,
  accounts: false,
  rootCertificate: false,
  workloads: "status-only",
};
const STATUS_ANNOTATION = "test.local/status";
const RECORDER_AGENT = "python-requests/2";
const searchPath = process.env["PATH"] ?? "/usr/bin:/bin";

/** What a world is started with. */
export interface FluxWorldOptions {
  /** The flags of the controllers. */
  readonly profile: string;
  readonly cluster: ClusterKind;
  /** The folder with what the servers serve. */
  readonly corpus: string;
}

/** Starts a world; `undefined` for a profile that is not known. */
export async function startFluxWorld({
  profile,
  cluster,
  corpus,
}: FluxWorldOptions): Promise<FluxWorld | undefined> {
  const options = controllerOptions(profile);
  if (options === undefined) return undefined;
  await using starting = new AsyncDisposableStack();
  const { toolkit, client } =
    cluster === "real" ? await startReal(options, starting) : await startEmbedded(options, starting);
  const servers = starting.use(await startRecordedServers(corpus));
  const recorder = starting.use(new WatchRecorder(toolkit.client));
  await recorder.start();
  const running = starting.move();
  return {
    toolkit,
    recorder,
    client,
    substitutions: substitutionsOf(toolkit, servers),
    charts: join(corpus, "flux/charts"),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

interface StartedToolkit {
  readonly toolkit: ConnectedToolkit;
  readonly client: KubeClient;
}

async function startEmbedded(
  options: FluxControllerOptions,
  starting: AsyncDisposableStack,
): Promise<StartedToolkit> {
  const toolkit = starting.use(
    await startToolkit({
      searchPath,
      cluster: { loops: LOOPS, statusAnnotation: STATUS_ANNOTATION, authorization: "RBAC" },
      controllers: (parts) => fluxControllers(parts, options),
    }),
  );
  const { transport } = toolkit.cluster;
  return { toolkit, client: createClient({ transport, userAgent: RECORDER_AGENT }) };
}

/** On a kube-apiserver of its own, with the loops of the embedded cluster as controllers from outside. */
async function startReal(
  options: FluxControllerOptions,
  starting: AsyncDisposableStack,
): Promise<StartedToolkit> {
  const found = await findControlPlane();
  if (found.kind === "absent") throw new NoControlPlaneError(found.reason);
  const plane = starting.use(await startControlPlane({ programs: found }));
  const connection: Connection = starting.use(connect(await loadKubeconfig(plane.kubeconfig)));
  const loops = starting.use(
    createManager({
      client: createClient({ ...connection, userAgent: "weir" }),
      controllers: loopControllers(LOOPS, {
        statusAnnotation: STATUS_ANNOTATION,
        certificateAuthority: plane.certificateAuthority,
      }),
      gracefulStopMs: 2_000,
    }),
  );
  await loops.start();
  const toolkit = starting.use(
    await connectToolkit(connection, { searchPath, controllers: (parts) => fluxControllers(parts, options) }),
  );
  return { toolkit, client: createClient({ ...connection, userAgent: RECORDER_AGENT }) };
}

/** A suite was asked to run on a real cluster, and none can be started. */
export class NoControlPlaneError extends WeirError {
  override readonly name = "NoControlPlaneError";
  readonly reason = "NoControlPlane";
  readonly retry = "never";
}

function substitutionsOf(
  { git, artifactUrl }: ConnectedToolkit,
  { charts, registry, authRegistry, digests, passedOn }: RecordedServers,
): Substitutions {
  const servers = { GIT: git.url, STORAGE: artifactUrl, HELM: charts.url };
  const bases = Object.entries(servers).map(([name, url]) => [url, `\${${name}}`] as const);
  const hosts = Object.entries(servers).map(([name, url]) => [new URL(url).host, `\${${name}HOST}`] as const);
  const registries = [
    [registry.registry, "${REGISTRY}"],
    [authRegistry.registry, "${AUTHREGISTRY}"],
  ] as const;
  return { placeholders: [...bases, ...hosts, ...registries, ...digests], passedOn };
}
