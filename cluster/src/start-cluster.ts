import { isIPv4 } from "node:net";
import {
  type ApiServer,
  type ApiServerOptions,
  type ByteBudget,
  type AuditOptions,
  createApiServer,
  createByteBudget,
  createFaultInjector,
  createMemoryStorage,
  type FaultPlan,
  type FlowOptions,
  type Handle,
  type Storage,
  type UserInfo,
} from "@weir/apiserver";
import { createClient, type KubeClient, type Transport } from "@weir/client";
import { type Clock, type Logger, type Random, silentLogger, systemClock, systemRandom } from "@weir/core";
import { type CertifiedKey, type Controller, createManager, type ServerNames } from "@weir/sdk";
import { inProcessTransport } from "./in-process-transport.ts";
import { type ClusterKeys, openClusterKeys, temporaryKeys } from "./listener/cluster-keys.ts";
import { type HttpsListener, listenHttps } from "./listener/https-listener.ts";
import type { ListenerLimits } from "./listener/listener-limits.ts";
import { writeKubeconfig } from "./listener/kubeconfig.ts";
import { loopControllers, type Loops } from "./loops.ts";
import type { CheckPolicy } from "./policies/policy-status-controller.ts";
import { httpsWebhooks, type ResolveService } from "./webhooks/https-webhooks.ts";
import type { WorkloadTiming } from "./workloads/workload-timing.ts";
import { DEFAULT_STATUS_ANNOTATION } from "./workloads/simulated-status.ts";

/** Where a cluster can be reached from outside of its process. */
export interface ListenOptions {
  /** 127.0.0.1 by default. */
  readonly host?: string;
  /** A free port by default. */
  readonly port?: number;
  /** Where to write a kubeconfig, readable by its owner only; none is written by default. */
  readonly kubeconfig?: string;
  /** What the cluster, its user and its context are called in the kubeconfig; `weir` by default. */
  readonly name?: string;
  /** What clients may do: how long they may take, how many may wait; as kube-apiserver by default. */
  readonly limits?: ListenerLimits;
  /** The administrator's token; a random one by default. */
  readonly token?: string;
  /** Names and addresses, besides the host and the usual ones, that clients call the API by. */
  readonly names?: readonly string[];
  /**
   * Authorities, as PEM, besides the cluster's own, whose certificates show who a client is: the common name is the user,
   * organizations are its groups.
   */
  readonly clientAuthorities?: readonly string[];
  /**
   * A folder that keeps the authority, the certificate and the token, so that a kubeconfig outlives a restart; made where it is
   * absent. By default they are new at each start.
   */
  readonly keys?: string;
}

/** What a cluster is made of. */
export interface ClusterOptions {
  /** Where objects are kept; memory by default. A storage that is handed in stays open when the cluster ends. */
  readonly storage?: Storage;
  readonly loops?: Loops;
  /** The annotation that makes a simulated workload fail or hang; `weir.dev/status` by default. */
  readonly statusAnnotation?: string;
  /** How long simulated workloads take; nothing by default. */
  readonly timing?: WorkloadTiming;
  /** How long an Event lives after it was last written; an hour by default. */
  readonly eventTtlMs?: number;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly logger?: Logger;
  /** `RBAC` enforces Roles and bindings; by default whoever has a token may do everything. */
  readonly authorization?: "AlwaysAllow" | "RBAC";
  /** The IPv4 network of Services' cluster addresses; 10.0.0.0/16 by default, so that they do not run out. */
  readonly serviceRange?: string;
  /** How much is done at a time, and how many bytes are in flight; as kube-apiserver by default. */
  readonly flow?: FlowOptions;
  /** What goes wrong with requests from outside of the cluster, for tests of clients; nothing by default. */
  readonly faults?: FaultPlan;
  /** What is recorded of requests, those of the cluster's own loops too, and where; nothing by default. */
  readonly audit?: AuditOptions;
  /**
   * Where Services that webhook configurations name really listen. Those of which it knows nothing are simulated like
   * all workloads, and their webhooks are not asked; by default that is every one. Webhooks by URL are always asked.
   */
  readonly resolveService?: ResolveService;
  /** Serves the API over HTTPS; by default it is reached in process only. */
  readonly listen?: ListenOptions;
}

/** An embedded cluster that runs. Disposing it stops the loops, then the listener, then the API. */
export interface Cluster extends AsyncDisposable {
  /** The API in process, as the administrator. */
  readonly transport: Transport;
  /** A client over that transport. */
  readonly client: KubeClient;
  readonly apiServer: ApiServer;
  /** How the API is reached over HTTPS; absent unless it listens. */
  readonly endpoint?: ClusterEndpoint;
  /** The authority of the listener, as PEM. */
  readonly certificateAuthority: string;
  /**
   * Makes a certificate and its key, as PEM, by which a client is `name` with `groups`; good for a year. It is for clients
   * that reach the listener; where RBAC is not enforced they may do everything.
   */
  issueClientCertificate(name: string, groups?: readonly string[]): CertifiedKey;
}

/** What a client outside of the process needs. */
export interface ClusterEndpoint {
  readonly url: string;
  readonly token: string;
  /** The kubeconfig, where one was written. */
  readonly kubeconfig?: string;
}

/** The name of an embedded cluster in its kubeconfig. */
const CLUSTER_NAME = "weir";

const DEFAULT_SERVICE_RANGE = "10.0.0.0/16";

/** Whose the token of the kubeconfig is. */
const ADMINISTRATOR: UserInfo = { name: "admin", groups: ["system:masters"] };

/**
 * Starts a cluster in this process and resolves when its API answers and its loops run.
 *
 * Rejects with `AddressInUseError` where the port is taken, `KubeconfigWriteError` and `ClusterKeysError`; nothing is left
 * running then.
 */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  await using starting = new AsyncDisposableStack();
  const { clock = systemClock, random = systemRandom, logger = silentLogger } = options;
  const storage = options.storage ?? starting.use(createMemoryStorage({ clock }));
  const keys = await keysOf(options, clock);
  const { authority } = keys;
  const token = options.listen?.token ?? keys.token;
  const flow = flowOf(options);
  const own = ownOptions(options, token);
  const webhooks = starting.use(httpsWebhooks(options.resolveService ?? (() => undefined)));
  const apiServer = starting.use(
    await createApiServer({
      storage,
      clock,
      random,
      logger,
      ...own,
      flow,
      callWebhook: webhooks.call,
    }),
  );
  const { handle, transport } = outside({ apiServer, storage, clock }, options.faults);
  const listener = await listen({ handle, keys, token, budget: flow.budget }, options);
  if (listener !== undefined) starting.use(listener.server);
  const clientOf = (through: Transport): KubeClient =>
    createClient({ transport: through, clock, random, logger, userAgent: CLUSTER_NAME });
  const manager = starting.use(
    createManager({
      client: clientOf(inProcessTransport(trusted(apiServer))),
      controllers: controllersOf(options, authority, (spec) => apiServer.policyWarnings(spec)),
      clock,
      random,
      logger,
      gracefulStopMs: GRACEFUL_STOP_MS,
    }),
  );
  await manager.start();
  const client = clientOf(transport);
  return runningCluster(starting.move(), { apiServer, transport, client, authority, listener });
}

function controllersOf(
  { loops = {}, statusAnnotation = DEFAULT_STATUS_ANNOTATION, eventTtlMs, timing, listen }: ClusterOptions,
  authority: ClusterKeys["authority"],
  checkPolicy: CheckPolicy,
): readonly Controller[] {
  return loopControllers(loops, {
    statusAnnotation,
    certificateAuthority: authority.certificate,
    signer: listen === undefined ? undefined : authority,
    checkPolicy,
    eventTtlMs,
    timing,
  });
}

/** What is in flight is counted by the API and the listener together. */
function flowOf({ flow = {} }: ClusterOptions): FlowOptions & { readonly budget: ByteBudget } {
  return { ...flow, budget: flow.budget ?? createByteBudget() };
}

/** What of its own the API of an embedded cluster is told. */
function ownOptions(
  { authorization = "AlwaysAllow", serviceRange = DEFAULT_SERVICE_RANGE, audit, loops = {} }: ClusterOptions,
  token: string,
): Pick<ApiServerOptions, "auth" | "serviceRange" | "audit" | "needsServiceAccounts"> {
  const auth = { tokens: new Map([[token, ADMINISTRATOR]]), authorization };
  // Pods need accounts where there is somebody who makes the default ones.
  const needsServiceAccounts = loops.accounts !== false;
  return { auth, serviceRange, needsServiceAccounts, ...(audit === undefined ? {} : { audit }) };
}

/** The API as whoever is not the cluster itself reaches it: with the faults that were asked for. */
function outside(
  {
    apiServer,
    storage,
    clock,
  }: { readonly apiServer: ApiServer; readonly storage: Storage; readonly clock: Clock },
  faults: FaultPlan | undefined,
): { readonly handle: Handle; readonly transport: Transport } {
  if (faults === undefined) {
    return {
      handle: (request) => apiServer.handle(request),
      transport: inProcessTransport(trusted(apiServer)),
    };
  }
  const inject = createFaultInjector(faults, clock, {
    revision: () => storage.revision(),
    compact: () => apiServer.compact(),
    restart: () => apiServer.restart(),
  });
  return {
    handle: (request) => inject(request, (asked) => apiServer.handle(asked)),
    transport: inProcessTransport((request) => inject(request, trusted(apiServer))),
  };
}

/** The API as the process that it runs in reaches it: whoever is here may do everything. */
function trusted(apiServer: ApiServer): Handle {
  return (request) => apiServer.handle(request, { isTrusted: true });
}

/** A loop's step is short; one that does not end is not waited for. */
const GRACEFUL_STOP_MS = 2_000;

/** Kept keys only where somebody outside can use them. */
function keysOf({ listen: wanted }: ClusterOptions, clock: Clock): ClusterKeys | Promise<ClusterKeys> {
  const about = { commonName: `${CLUSTER_NAME}-ca`, nowMs: clock.now() };
  if (wanted?.keys === undefined) return temporaryKeys(about.commonName, about.nowMs);
  return openClusterKeys(wanted.keys, about);
}

interface Listening {
  readonly server: HttpsListener;
  readonly endpoint: ClusterEndpoint;
}

/** What a listener is made of besides its options. */
interface Parts {
  readonly handle: Handle;
  readonly keys: ClusterKeys;
  readonly token: string;
  readonly budget: ByteBudget;
}

async function listen(
  { handle, keys, token, budget }: Parts,
  { listen: wanted, logger = silentLogger }: ClusterOptions,
): Promise<Listening | undefined> {
  if (wanted === undefined) return undefined;
  const { host = "127.0.0.1", port = 0, names = [], name = CLUSTER_NAME } = wanted;
  const identity = await keys.identity(serverNames(host, names));
  const { limits = {}, clientAuthorities: others = [] } = wanted;
  const clientAuthorities = [keys.authority.certificate, ...others];
  const secured = { identity, clientAuthorities };
  const server = await listenHttps({ host, port, ...secured, handle, logger, limits, budget });
  const endpoint = { url: reachable(server.url), token };
  if (wanted.kubeconfig === undefined) return { server, endpoint };
  try {
    const { certificate: certificateAuthority } = keys.authority;
    await writeKubeconfig(wanted.kubeconfig, { name, ...endpoint, certificateAuthority });
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
  return { server, endpoint: { ...endpoint, kubeconfig: wanted.kubeconfig } };
}

/** Who listens on every address is reached on loopback from this machine. */
function reachable(url: string): string {
  return url.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:");
}

/** What a client may call the API: where it listens, and its Service as pods would see it. */
function serverNames(host: string, others: readonly string[]): ServerNames {
  const service = [
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    "kubernetes.default.svc.cluster.local",
  ];
  const names = new Set(["localhost", "127.0.0.1", "::1", "10.0.0.1", host, ...service, ...others]);
  return {
    dns: [...names].filter((name) => !isAddress(name)),
    ips: [...names].filter(isAddress),
  };
}

function runningCluster(
  running: AsyncDisposableStack,
  parts: {
    readonly apiServer: ApiServer;
    readonly transport: Transport;
    readonly client: KubeClient;
    readonly authority: ClusterKeys["authority"];
    readonly listener: Listening | undefined;
  },
): Cluster {
  const { apiServer, transport, client, authority, listener } = parts;
  return {
    apiServer,
    transport,
    client,
    certificateAuthority: authority.certificate,
    issueClientCertificate: (name, groups = []) => authority.issueClient({ name, groups }),
    ...(listener === undefined ? {} : { endpoint: listener.endpoint }),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Only an address of IPv6 holds a colon; Node's own check of one takes milliseconds to be ready. */
function isAddress(name: string): boolean {
  return name.includes(":") || isIPv4(name);
}
