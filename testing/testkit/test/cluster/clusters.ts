import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type ClusterConfig,
  type Connection,
  connect,
  createClient,
  type Kind,
  type KubeClient,
  loadKubeconfig,
} from "@weir/client";
import { startCluster } from "@weir/cluster";
import { afterAll, beforeAll } from "vitest";

/** A cluster that a suite runs against. */
export interface ClusterCase {
  /** `embedded`, `kube-apiserver` or `kubeconfig`. */
  readonly name: string;
  open(): Promise<TestCluster>;
}

/** A cluster as a client sees it over the network. */
export interface TestCluster extends AsyncDisposable {
  readonly client: KubeClient;
  readonly connection: Connection;
  /** How it is reached. */
  readonly config: ClusterConfig;
  /** Texts of Warning headers, in order. */
  readonly warnings: readonly string[];
  /** Makes a namespace of its own. */
  namespace(): Promise<string>;
}

export const NAMESPACE: Kind = {
  group: "",
  version: "v1",
  kind: "Namespace",
  plural: "namespaces",
  scope: "Cluster",
};

/**
 * The embedded cluster, and the one that `WEIR_TEST_KUBECONFIG` names where it is set: each suite runs on all of them.
 * `npm run test:cluster` starts a kube-apiserver and sets it.
 */
export function clusterCases(): readonly ClusterCase[] {
  const { WEIR_TEST_KUBECONFIG: kubeconfig = "", WEIR_TEST_CLUSTER: name = "kubeconfig" } = process.env;
  return [
    { name: "embedded", open: openEmbedded },
    ...(kubeconfig === "" ? [] : [{ name, open: () => openKubeconfig(kubeconfig) }]),
  ];
}

/** Opens the cluster before the tests of a suite and closes it after them. */
export function useCluster(clusterCase: ClusterCase): () => TestCluster {
  let cluster: TestCluster | undefined;
  beforeAll(async () => {
    cluster = await clusterCase.open();
  });
  afterAll(async () => {
    await cluster?.[Symbol.asyncDispose]();
  });
  return () => cluster as TestCluster;
}

async function openEmbedded(): Promise<TestCluster> {
  await using starting = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "weir-cluster-"));
  starting.defer(() => rm(folder, { recursive: true, force: true }));
  const kubeconfig = join(folder, "kubeconfig");
  // As a kube-apiserver without kube-controller-manager.
  const loops = {
    namespaces: "off",
    garbage: false,
    accounts: false,
    rootCertificate: false,
    workloads: "off",
  } as const;
  starting.use(await startCluster({ loops, authorization: "RBAC", listen: { kubeconfig } }));
  const opened = starting.use(await openKubeconfig(kubeconfig));
  const running = starting.move();
  return { ...opened, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

async function openKubeconfig(kubeconfig: string): Promise<TestCluster> {
  const config = await loadKubeconfig(kubeconfig, { allowExec: true });
  const connection = connect(config);
  const warnings: string[] = [];
  const client = createClient({
    ...connection,
    userAgent: "weir-suite",
    onWarning: (text) => void warnings.push(text),
  });
  const made: string[] = [];
  return {
    client,
    connection,
    config,
    warnings,
    namespace: async () => {
      const name = `t-${randomBytes(5).toString("hex")}`;
      await client.create(NAMESPACE, { apiVersion: "v1", kind: "Namespace", metadata: { name } });
      made.push(name);
      return name;
    },
    [Symbol.asyncDispose]: async () => {
      for (const name of made) await client.delete(NAMESPACE, { name });
      await connection[Symbol.asyncDispose]();
    },
  };
}
