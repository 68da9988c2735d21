import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GitRepository, Kustomization } from "@weir/api";
import {
  type ClusterConfig,
  connect,
  createClient,
  type Kind,
  type KubeClient,
  loadKubeconfig,
} from "@weir/client";
import { startCluster } from "@weir/cluster";
import { isConditionTrue } from "@weir/objects";
import { aGitRepository, aKustomization, eventually, startGitServer } from "@weir/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Environment } from "../src/environment.ts";
import { runControllers } from "../src/run/run.ts";

const cluster = (group: string, kind: string, plural: string): Kind => ({
  group,
  version: "v1",
  kind,
  plural,
  scope: "Cluster",
});
const namespaced = (kind: string, plural: string): Kind => ({
  ...cluster("", kind, plural),
  scope: "Namespaced",
});
const NAMESPACE = cluster("", "Namespace", "namespaces");
const BINDING = cluster("rbac.authorization.k8s.io", "ClusterRoleBinding", "clusterrolebindings");
const SERVICE_ACCOUNT = namespaced("ServiceAccount", "serviceaccounts");
const CONFIG_MAP = namespaced("ConfigMap", "configmaps");
const MANIFEST = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n";
const ACCOUNT = "weir";
const WITHIN = { withinMs: 40_000 } as const;
const FLAGS = [
  "--install-crds",
  "--watch-all-namespaces=false",
  "--metrics-addr=0",
  "--health-addr=0",
  "--storage-addr=127.0.0.1:0",
];

const { WEIR_TEST_KUBECONFIG: given = "", WEIR_TEST_CLUSTER: givenName = "kubeconfig" } = process.env;
const cases = [{ name: "embedded" }, ...(given === "" ? [] : [{ name: givenName, kubeconfig: given }])];

describe.each<{ name: string; kubeconfig?: string }>(cases)("weir run on $name", (clusterCase) => {
  const open = new AsyncDisposableStack();
  let folder = "";
  let config: ClusterConfig;
  let client: KubeClient;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "weir-run-cluster-"));
    open.defer(() => rm(folder, { recursive: true, force: true }));
    const { kubeconfig = join(folder, "admin") } = clusterCase;
    if (clusterCase.kubeconfig === undefined) {
      open.use(await startCluster({ authorization: "RBAC", listen: { kubeconfig } }));
    }
    config = await loadKubeconfig(kubeconfig);
    client = createClient(open.use(connect(config)));
  });
  afterAll(() => open.disposeAsync());

  let count = 0;

  /** A namespace with an account that may do everything, and the folder that a pod of it would find mounted. */
  async function startPod() {
    count += 1;
    const namespace = `run-${process.pid}-${count}`;
    await client.create(NAMESPACE, { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    await client.create(SERVICE_ACCOUNT, {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { namespace, name: ACCOUNT },
    });
    const binding = {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name: namespace },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
      subjects: [{ kind: "ServiceAccount", namespace, name: ACCOUNT }],
    };
    await client.create(BINDING, binding as never);
    const mounted = await mkdtemp(join(folder, "account-"));
    await writeFile(join(mounted, "namespace"), namespace);
    await writeFile(join(mounted, "ca.crt"), await authorityOf(config));
    await writeFile(join(mounted, "token"), await tokenOf(client, namespace));
    return { namespace, mounted };
  }

  function environmentOf(pod: { readonly namespace: string; readonly mounted: string }, signal: AbortSignal) {
    const { hostname: host, port } = new URL(config.server);
    const environment: Environment = {
      stateRoot: join(pod.mounted, "state"),
      searchPath: process.env["PATH"] ?? "/usr/bin:/bin",
      kubeconfig: undefined,
      homeKubeconfig: join(folder, "none"),
      service: { host, port, folder: pod.mounted },
      runtimeNamespace: undefined,
      isTerminal: false,
      columns: 80,
      workingDirectory: folder,
      write: () => {},
      writeError: () => {},
      flush: async () => {},
      signal,
    };
    return environment;
  }

  async function installed(): Promise<void> {
    for (const kind of [GitRepository, Kustomization])
      await eventually(async () => expect(await client.resolve(kind)).toBeDefined(), WITHIN);
  }

  test("works as the service account of a pod, in its namespace alone, and posts events", async () => {
    const pod = await startPod();
    const elsewhere = await startPod();
    const { namespace } = pod;
    await using git = await startGitServer({ searchPath: process.env["PATH"] ?? "" });
    await (await git.repository("app")).commit({ files: { "cm.yaml": MANIFEST } });
    await using events = await startEventServer();
    const ending = new AbortController();
    const running = runControllers(
      [...FLAGS, `--events-addr=${events.url}`],
      environmentOf(pod, ending.signal),
    );
    await using _stopped = {
      [Symbol.asyncDispose]: async () => {
        ending.abort();
        await running;
      },
    };
    await installed();
    const url = `${git.url}/app.git`;
    await client.create(GitRepository, aGitRepository(url, { namespace: elsewhere.namespace }));
    await client.create(GitRepository, aGitRepository(url, { namespace }));
    const spec = { targetNamespace: namespace };
    await client.create(Kustomization, aKustomization({ namespace, spec }));
    await eventually(async () => {
      const applied = await client.get(Kustomization, { namespace, name: "app" });
      expect(isConditionTrue(applied?.status?.conditions, "Ready")).toBe(true);
    }, WITHIN);
    expect(await client.get(CONFIG_MAP, { namespace, name: "settings" })).toBeDefined();
    await eventually(() => {
      expect(events.seen).toContainEqual(
        expect.objectContaining({
          involvedObject: expect.objectContaining({ kind: "Kustomization", namespace, name: "app" }),
          severity: "info",
          reason: "ReconciliationSucceeded",
          reportingController: "kustomize-controller",
        }),
      );
    }, WITHIN);
    const untouched = await client.get(GitRepository, { namespace: elsewhere.namespace, name: "app" });
    expect([untouched?.metadata.finalizers, untouched?.status?.conditions]).toEqual([undefined, undefined]);
    expect(new Set(events.seen.map(({ involvedObject }) => involvedObject.namespace))).toEqual(
      new Set([namespace]),
    );
    await client.delete(Kustomization, { namespace, name: "app" });
    await eventually(async () => {
      expect(await client.get(Kustomization, { namespace, name: "app" })).toBeUndefined();
      expect(await client.get(CONFIG_MAP, { namespace, name: "settings" })).toBeUndefined();
    }, WITHIN);
    await client.delete(GitRepository, { namespace, name: "app" });
    await client.delete(GitRepository, { namespace: elsewhere.namespace, name: "app" });
    await eventually(async () => {
      expect(await client.get(GitRepository, { namespace, name: "app" })).toBeUndefined();
    }, WITHIN);
    ending.abort();
    expect(await running).toBe(0);
    for (const name of [namespace, elsewhere.namespace]) {
      await client.delete(BINDING, { name });
      await client.delete(NAMESPACE, { name });
    }
  });
});

interface PostedEvent {
  readonly involvedObject: { readonly kind: string; readonly namespace: string; readonly name: string };
}

/** Takes events as a notification controller does. */
async function startEventServer(): Promise<
  AsyncDisposable & { readonly url: string; readonly seen: readonly PostedEvent[] }
> {
  const seen: PostedEvent[] = [];
  const server = createServer(async (request, response) => {
    const chunks = await Array.fromAsync(request as AsyncIterable<Buffer>);
    seen.push(JSON.parse(Buffer.concat(chunks).toString("utf8")) as PostedEvent);
    response.writeHead(202).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    seen,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function authorityOf({ ca }: ClusterConfig): Promise<Uint8Array | string> {
  if (ca === undefined) return "";
  return ca.kind === "file" ? readFile(ca.path) : ca.bytes;
}

async function tokenOf(client: KubeClient, namespace: string): Promise<string> {
  const answer = await client.raw(`/api/v1/namespaces/${namespace}/serviceaccounts/${ACCOUNT}/token`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} }),
  });
  return ((await answer.json()) as { readonly status: { readonly token: string } }).status.token;
}
