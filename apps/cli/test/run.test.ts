import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GitRepository, Kustomization } from "@weir/api";
import type { Kind } from "@weir/client";
import { type Cluster, startCluster } from "@weir/cluster";
import { isConditionTrue, type KubeObject } from "@weir/objects";
import { aGitRepository, aKustomization, eventually, startGitServer } from "@weir/testkit";
import { describe, expect, test } from "vitest";
import { CommandError } from "../src/cli-error.ts";
import type { Environment } from "../src/environment.ts";
import { runControllers } from "../src/run/run.ts";

const NAMESPACE: Kind = {
  group: "",
  version: "v1",
  kind: "Namespace",
  plural: "namespaces",
  scope: "Cluster",
};
const CONFIG_MAP: Kind = { ...NAMESPACE, kind: "ConfigMap", plural: "configmaps", scope: "Namespaced" };
const LEASE: Kind = {
  group: "coordination.k8s.io",
  version: "v1",
  kind: "Lease",
  plural: "leases",
  scope: "Namespaced",
};
const MANIFEST = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n  namespace: default\n";

interface World extends AsyncDisposable {
  readonly cluster: Cluster;
  readonly kubeconfig: string;
  readonly environment: Environment;
  readonly log: readonly string[];
  readonly stop: () => void;
}

async function startWorld(): Promise<World> {
  await using starting = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "weir-run-test-"));
  starting.defer(() => rm(folder, { recursive: true, force: true }));
  const kubeconfig = join(folder, "kubeconfig");
  const cluster = starting.use(await startCluster({ listen: { kubeconfig } }));
  const ending = new AbortController();
  const log: string[] = [];
  const environment: Environment = {
    stateRoot: join(folder, "state"),
    searchPath: process.env["PATH"] ?? "/usr/bin:/bin",
    kubeconfig,
    homeKubeconfig: join(folder, "none"),
    service: undefined,
    runtimeNamespace: undefined,
    isTerminal: false,
    columns: 80,
    workingDirectory: folder,
    write: () => {},
    writeError: (text) => void log.push(text),
    flush: async () => {},
    signal: ending.signal,
  };
  const running = starting.move();
  return {
    cluster,
    kubeconfig,
    environment,
    log,
    stop: () => ending.abort(),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

const QUIET = ["--metrics-addr=0", "--health-addr=0", "--storage-addr=127.0.0.1:0"];

describe("weir run", () => {
  test("names the definitions that a cluster lacks, and how to install them", async () => {
    await using world = await startWorld();
    const running = runControllers(["source", ...QUIET], world.environment);
    await expect(running).rejects.toThrow(CommandError);
    await expect(running).rejects.toThrow(
      /the cluster does not serve gitrepositories.source.toolkit.fluxcd.io \(v1\), .*: install the definitions with `weir run --install-crds`/,
    );
  });

  test("syncs a repository with a lease for each controller, and ends in order", async () => {
    await using world = await startWorld();
    const { client } = world.cluster;
    await using git = await startGitServer({ searchPath: world.environment.searchPath });
    await (await git.repository("app")).commit({ files: { "cm.yaml": MANIFEST } });
    await client.create(NAMESPACE, {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "flux-system" },
    });
    const flags = ["--install-crds", "--enable-leader-election", "--kube-api-qps=9", ...QUIET];
    const running = runControllers(flags, world.environment);
    await eventually(async () => expect(await client.resolve(Kustomization)).toBeDefined());
    await client.create(GitRepository, aGitRepository(`${git.url}/app.git`));
    await client.create(Kustomization, aKustomization());
    await eventually(async () => {
      const [applied] = (await client.list(Kustomization)).items;
      expect(isConditionTrue(applied?.status?.conditions, "Ready")).toBe(true);
    });
    expect(await client.get(CONFIG_MAP, { namespace: "default", name: "settings" })).toBeDefined();
    const leases = async (): Promise<readonly (readonly [unknown, boolean])[]> =>
      (await client.list(LEASE, { namespace: "flux-system" })).items.map(
        ({ metadata, spec }: KubeObject & { spec?: { holderIdentity?: string } }) => [
          metadata.name,
          (spec?.holderIdentity ?? "") !== "",
        ],
      );
    expect(await leases()).toEqual([
      ["helm-controller-leader-election", true],
      ["kustomize-controller-leader-election", true],
      ["source-controller-leader-election", true],
    ]);
    world.stop();
    expect(await running).toBe(0);
    expect((await leases()).map(([, isHeld]) => isHeld)).toEqual([false, false, false]);
    const [first = "{}"] = world.log;
    expect(JSON.parse(first)).toMatchObject({
      level: "info",
      msg: "--kube-api-qps changes nothing: requests are not limited by the client, and the server's 429 is honoured",
    });
  });

  test("ends with 1 when it lost its lease", async () => {
    await using world = await startWorld();
    const { client } = world.cluster;
    await client.create(NAMESPACE, {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "flux-system" },
    });
    const times = ["lease-duration=2s", "renew-deadline=1s", "retry-period=100ms"];
    const flags = times.map((time) => `--leader-election-${time}`);
    const running = runControllers(
      ["source", "--install-crds", "--enable-leader-election", ...flags, ...QUIET],
      world.environment,
    );
    const key = { namespace: "flux-system", name: "source-controller-leader-election" };
    await eventually(async () => expect(await client.get(LEASE, key)).toBeDefined());
    const patch = { spec: { holderIdentity: "somebody-else", leaseDurationSeconds: 600 } };
    await client.patch(LEASE, key, { type: "merge", patch });
    expect(await running).toBe(1);
  });
});
