import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Connection,
  connect,
  createClient,
  type KubeClient,
  loadKubeconfig,
  type Transport,
  discard,
} from "@weir/client";
import { createAuthority, writeKubeconfig } from "@weir/cluster";
import { systemClock } from "@weir/core";
import { ControlPlaneError } from "./control-plane-error.ts";
import type { ControlPlanePrograms } from "./find-control-plane.ts";
import { freePorts } from "./free-ports.ts";
import { ServerProgram } from "./server-program.ts";

/** Somebody whom the control plane knows by a token. */
export interface ControlPlaneUser {
  readonly name: string;
  /** The name by default. */
  readonly uid?: string;
  readonly token: string;
  readonly groups?: readonly string[];
}

/** How a control plane is started. */
export interface ControlPlaneOptions {
  readonly programs: ControlPlanePrograms;
  /** Users besides the administrator. */
  readonly users?: readonly ControlPlaneUser[];
  /** The administrator's uid; their name, `admin`, by default. */
  readonly administratorUid?: string;
  /** Who issues tokens of service accounts; the server's own address by default. */
  readonly issuer?: string;
  /** Whether etcd syncs each write to the disk; false by default, as in envtest. */
  readonly fsync?: boolean;
  /** Whether Pods need service accounts and get their tokens; false by default, as in envtest. */
  readonly hasServiceAccounts?: boolean;
  /** Flags for kube-apiserver that come after the usual ones. */
  readonly apiserverFlags?: readonly string[];
}

/** A kube-apiserver and its etcd that run, on loopback. Disposing it ends both and removes their files. */
export interface ControlPlane extends AsyncDisposable {
  readonly url: string;
  /** The administrator's. */
  readonly token: string;
  /** The authority to trust, as PEM. */
  readonly certificateAuthority: string;
  /** The path of the administrator's kubeconfig. */
  readonly kubeconfig: string;
  readonly transport: Transport;
  readonly client: KubeClient;
  /** The processes as they are now; kube-apiserver's changes with a restart. */
  readonly processes: { readonly etcd: number; readonly kubeApiserver: number };
  /** Ends kube-apiserver as a crash does; etcd goes on. */
  kill(): Promise<void>;
  /** Ends kube-apiserver if it runs and starts it again, at the same address over the same data. */
  restart(): Promise<void>;
  /** Drops what etcd keeps of the past; what kube-apiserver's watch caches remember of it stays. */
  compactHistory(): Promise<void>;
  /**
   * Drops what etcd keeps of the past, as happens every five minutes, and starts kube-apiserver again, whose watch caches
   * would remember: what asks for an earlier version is told that it is gone.
   */
  forgetHistory(): Promise<void>;
}

const NAME = "control-plane";
const READY_TIMEOUT_MS = 90_000;
const LOOK_AGAIN_MS = 50;

/**
 * Starts etcd and kube-apiserver as envtest does (no ServiceAccount admission, RBAC, by default nothing synced to disk) and resolves
 * when `/readyz` says so. Nothing of what kube-controller-manager does happens: no garbage collection, no default
 * accounts, and namespaces stay terminating.
 */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  await using starting = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), "weir-control-plane-"));
  starting.defer(() => rm(directory, { recursive: true, force: true }));
  const [etcdPort = 0, port = 0] = await freePorts(2);
  const access = await writeAccess(directory, port, options);
  const connection = starting.use(connect(await loadKubeconfig(access.kubeconfig)));
  const client = createClient({ ...connection, userAgent: "weir-test" });
  const etcd = starting.use(startEtcd(options, directory, etcdPort));
  await until(() => answers(`http://127.0.0.1:${etcdPort}/readyz`), etcd);
  const issuer = options.issuer ?? `https://127.0.0.1:${port}/`;
  const usual = apiserverFlags(directory, { etcd: etcdPort, own: port }, issuer);
  const off = options.hasServiceAccounts === true ? [] : ["--disable-admission-plugins=ServiceAccount"];
  const flags = [...usual, ...off, ...(options.apiserverFlags ?? [])];
  const apiserver = starting.use(
    new RestartableApiserver({ path: options.programs.kubeApiserver, directory, flags, connection }),
  );
  await apiserver.start();
  const running = starting.move();
  return {
    ...access,
    transport: connection.transport,
    client,
    get processes() {
      return { etcd: etcd.pid, kubeApiserver: apiserver.pid };
    },
    kill: () => apiserver.kill(),
    restart: () => apiserver.restart(),
    compactHistory: () => compactEtcd(etcdPort),
    forgetHistory: async () => {
      await compactEtcd(etcdPort);
      await apiserver.restart();
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Over etcd's JSON gateway, in which numbers of 64 bits and bytes are text. */
async function compactEtcd(port: number): Promise<void> {
  const post = async (path: string, body: object): Promise<unknown> => {
    const url = `http://127.0.0.1:${port}/v3/kv/${path}`;
    const response = await fetch(url, { method: "POST", body: JSON.stringify(body) });
    const text = await response.text();
    if (!response.ok) throw new ControlPlaneError("etcd", `refused a ${path}`, text);
    return JSON.parse(text);
  };
  const answer = (await post("range", { key: "AA==", count_only: true })) as {
    readonly header: { readonly revision: string };
  };
  await post("compaction", { revision: answer.header.revision, physical: true });
}

interface Access {
  readonly url: string;
  readonly token: string;
  readonly certificateAuthority: string;
  readonly kubeconfig: string;
}

/** Writes certificates, keys, tokens and a kubeconfig. */
async function writeAccess(
  directory: string,
  port: number,
  { users = [], administratorUid = "admin" }: ControlPlaneOptions,
): Promise<Access> {
  const authority = createAuthority(`${NAME}-ca`, systemClock.now());
  const serving = authority.issue({
    dns: ["localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"],
    ips: ["127.0.0.1", "10.0.0.1"],
  });
  const accounts = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const token = randomBytes(24).toString("base64url");
  const administrator = { name: "admin", uid: administratorUid, token, groups: ["system:masters"] };
  const files = {
    "ca.crt": authority.certificate,
    "apiserver.crt": serving.certificate,
    "apiserver.key": serving.key,
    "accounts.pub": accounts.publicKey.export({ type: "spki", format: "pem" }).toString(),
    "accounts.key": accounts.privateKey.export({ type: "pkcs1", format: "pem" }).toString(),
    "tokens.csv": [administrator, ...users].map(tokenLine).join(""),
  };
  await Promise.all(
    Object.entries(files).map(([name, text]) => writeFile(join(directory, name), text, { mode: 0o600 })),
  );
  const url = `https://127.0.0.1:${port}`;
  const kubeconfig = join(directory, "kubeconfig");
  const certificateAuthority = authority.certificate;
  await writeKubeconfig(kubeconfig, { name: NAME, url, token, certificateAuthority });
  return { url, token, certificateAuthority, kubeconfig };
}

function tokenLine({ name, uid = name, token, groups = [] }: ControlPlaneUser): string {
  return `${token},${name},${uid},"${groups.join(",")}"\n`;
}

function startEtcd(
  { programs, fsync = false }: ControlPlaneOptions,
  directory: string,
  port: number,
): ServerProgram {
  const url = `http://127.0.0.1:${port}`;
  const args = [
    "--data-dir=etcd",
    "--listen-peer-urls=http://127.0.0.1:0",
    `--listen-client-urls=${url}`,
    `--advertise-client-urls=${url}`,
    ...(fsync ? [] : ["--unsafe-no-fsync"]),
  ];
  return new ServerProgram({ name: "etcd", path: programs.etcd, args, directory });
}

function apiserverFlags(
  directory: string,
  ports: { readonly etcd: number; readonly own: number },
  issuer: string,
): readonly string[] {
  const file = (name: string): string => join(directory, name);
  return [
    "--advertise-address=127.0.0.1",
    "--bind-address=127.0.0.1",
    `--secure-port=${ports.own}`,
    `--etcd-servers=http://127.0.0.1:${ports.etcd}`,
    `--cert-dir=${directory}`,
    `--tls-cert-file=${file("apiserver.crt")}`,
    `--tls-private-key-file=${file("apiserver.key")}`,
    `--client-ca-file=${file("ca.crt")}`,
    `--token-auth-file=${file("tokens.csv")}`,
    `--service-account-issuer=${issuer}`,
    `--service-account-key-file=${file("accounts.pub")}`,
    `--service-account-signing-key-file=${file("accounts.key")}`,
    "--service-cluster-ip-range=10.0.0.0/24",
    "--authorization-mode=RBAC",
    "--allow-privileged=true",
  ];
}

class RestartableApiserver implements AsyncDisposable {
  readonly #options: {
    readonly path: string;
    readonly directory: string;
    readonly flags: readonly string[];
    readonly connection: Connection;
  };
  #program: ServerProgram | undefined;

  constructor(options: {
    readonly path: string;
    readonly directory: string;
    readonly flags: readonly string[];
    readonly connection: Connection;
  }) {
    this.#options = options;
  }

  get pid(): number {
    return this.#program?.pid ?? 0;
  }

  async start(): Promise<void> {
    const { path, directory, flags, connection } = this.#options;
    const program = new ServerProgram({ name: "kube-apiserver", path, args: flags, directory });
    this.#program = program;
    await until(async () => {
      const url = `${connection.server}/readyz`;
      const response = await connection.transport({ method: "GET", url, headers: [] });
      await discard(response);
      return response.status === 200;
    }, program);
  }

  async kill(): Promise<void> {
    await this.#program?.kill();
    this.#program = undefined;
  }

  async restart(): Promise<void> {
    await this[Symbol.asyncDispose]();
    await this.start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program?.[Symbol.asyncDispose]();
    this.#program = undefined;
  }
}

async function answers(url: string): Promise<boolean> {
  const response = await fetch(url);
  await response.body?.cancel();
  return response.ok;
}

/** Asks until the answer is yes; whoever does not listen yet says no. */
async function until(isReady: () => Promise<boolean>, program: ServerProgram): Promise<void> {
  const end = systemClock.monotonic() + READY_TIMEOUT_MS;
  while (!(await isReady().catch(() => false))) {
    program.assertRuns();
    if (systemClock.monotonic() > end) {
      const failure = program.failure("did not become ready in time");
      await program.kill();
      throw failure;
    }
    await systemClock.sleep(LOOK_AGAIN_MS);
  }
}
