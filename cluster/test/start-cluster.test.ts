import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { createServer } from "node:net";
import { request } from "node:https";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMemoryStorage, createSqliteStorage } from "@weir/apiserver";
import { Deployment } from "@weir/builtin/apps-v1";
import { ConfigMap, Pod } from "@weir/builtin/core-v1";
import { loadYaml } from "@weir/yaml";
import { describe, expect, test } from "vitest";
import { type AddressInUseError, type Cluster, KubeconfigWriteError, startCluster } from "../src/index.ts";
import { becomes, eventually } from "./eventually.ts";
import { loudLogger } from "./loud-logger.ts";
import { makeNamespace, manifest } from "./manifests.ts";

interface TemporaryFolder extends AsyncDisposable {
  readonly path: string;
}

async function temporaryFolder(): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), "weir-cluster-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

async function send(
  cluster: Cluster,
  path: string,
  token?: string,
): Promise<{ status: number; text: string }> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const sent = request(`${cluster.endpoint?.url}${path}`, {
    ca: cluster.certificateAuthority,
    headers,
    agent: false,
  });
  sent.end();
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() };
}

describe("a cluster that listens", () => {
  test("answers over TLS who brings the token, and refuses others", async () => {
    await using cluster = await startCluster({ logger: loudLogger, listen: { token: "secret" } });
    expect(cluster.endpoint?.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect((await send(cluster, "/api/v1/namespaces", "secret")).status).toBe(200);
    for (const token of ["other", "secretsecret"]) {
      const refused = await send(cluster, "/api/v1/namespaces", token);
      expect(refused.status).toBe(401);
      expect(JSON.parse(refused.text)).toMatchObject({ kind: "Status", reason: "Unauthorized", code: 401 });
    }
    expect((await send(cluster, "/api/v1/namespaces")).status).toBe(403);
  });

  test("writes a kubeconfig that only its owner can read", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "state/kubeconfig");
    await using cluster = await startCluster({ logger: loudLogger, listen: { kubeconfig: path } });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const authority = Buffer.from(cluster.certificateAuthority).toString("base64");
    expect(loadYaml(await readFile(path))).toMatchObject({
      "current-context": "weir",
      clusters: [{ cluster: { server: cluster.endpoint?.url, "certificate-authority-data": authority } }],
      users: [{ user: { token: cluster.endpoint?.token } }],
    });
    expect(cluster.endpoint?.kubeconfig).toBe(path);
  });

  test("is the same to its clients after a restart where its keys are kept", async () => {
    await using folder = await temporaryFolder();
    const kubeconfig = join(folder.path, "kubeconfig");
    const listen = { kubeconfig, keys: join(folder.path, "keys") };
    let port = 0;
    {
      await using cluster = await startCluster({ logger: loudLogger, listen });
      port = Number(new URL(cluster.endpoint?.url ?? "").port);
    }
    const before = await readFile(kubeconfig, "utf8");
    await using cluster = await startCluster({ logger: loudLogger, listen: { ...listen, port } });
    expect(await readFile(kubeconfig, "utf8")).toBe(before);
    expect((await send(cluster, "/api/v1/namespaces", cluster.endpoint?.token)).status).toBe(200);
  });

  test("is reached on loopback where it listens on every address", async () => {
    await using cluster = await startCluster({ logger: loudLogger, listen: { host: "0.0.0.0" } });
    expect(cluster.endpoint?.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect((await send(cluster, "/api/v1/namespaces", cluster.endpoint?.token)).status).toBe(200);
  });

  test("streams a watch until the client goes, and lets go of it then", async () => {
    await using cluster = await startCluster({ logger: loudLogger, listen: {} });
    const { url, token } = cluster.endpoint ?? { url: "", token: "" };
    const sent = request(`${url}/api/v1/configmaps?watch=1`, {
      ca: cluster.certificateAuthority,
      headers: { authorization: `Bearer ${token}` },
    });
    sent.end();
    const [response] = (await once(sent, "response")) as [IncomingMessage];
    let seen = "";
    response.on("data", (chunk) => (seen += String(chunk)));
    response.on("error", () => undefined);
    const namespace = await makeNamespace(cluster.client);
    await cluster.client.create(ConfigMap, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { namespace, name: "seen" },
    });
    await eventually(() => expect(seen).toContain('"name":"seen"'));
    sent.on("error", () => undefined);
    sent.destroy();
  });

  test("says which port is in use, and leaves nothing running", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    await expect(startCluster({ listen: { port } })).rejects.toMatchObject({
      name: "AddressInUseError",
      message: `127.0.0.1 port ${port} is in use by another program`,
    } satisfies Partial<AddressInUseError>);
    other.close();
  });

  test("fails to start where the kubeconfig cannot be written", async () => {
    await using folder = await temporaryFolder();
    await expect(startCluster({ listen: { kubeconfig: folder.path } })).rejects.toThrow(KubeconfigWriteError);
  });
});

describe("a cluster over a storage that outlives it", () => {
  test("goes on where the last one ended", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "state.db");
    let namespace = "";
    {
      await using storage = await createSqliteStorage({ path });
      await using cluster = await startCluster({ logger: loudLogger, storage });
      namespace = await makeNamespace(cluster.client);
      await cluster.client.create(Deployment, manifest.deployment(namespace, "web", { replicas: 2 }));
      await becomes(async () => (await cluster.client.list(Pod, { namespace })).items.length, 2);
    }
    await using storage = await createSqliteStorage({ path });
    await using cluster = await startCluster({ logger: loudLogger, storage });
    const { client } = cluster;
    const uids = async (): Promise<readonly unknown[]> =>
      (await client.list(Pod, { namespace })).items.map(({ metadata }) => metadata.uid);
    const before = await uids();
    await eventually(async () => {
      const deployment = await client.get(Deployment, { namespace, name: "web" });
      expect(deployment?.status).toMatchObject({ readyReplicas: 2, availableReplicas: 2 });
      const { data } = (await client.get(ConfigMap, { namespace, name: "kube-root-ca.crt" })) ?? {};
      expect(data).toEqual({ "ca.crt": cluster.certificateAuthority });
    });
    expect(await uids()).toEqual(before);
    await client.delete(Deployment, { namespace, name: "web" });
    await becomes(uids, []);
  });

  test("leaves the storage open", async () => {
    await using storage = createMemoryStorage();
    await (await startCluster({ logger: loudLogger, storage }))[Symbol.asyncDispose]();
    expect(await storage.revision()).toBeGreaterThan(1);
    await using cluster = await startCluster({ logger: loudLogger, storage });
    expect((await cluster.client.raw("/api/v1/namespaces")).status).toBe(200);
  });
});
