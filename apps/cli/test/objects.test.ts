import { GitRepository, HelmRelease, HelmRepository, Kustomization } from "@weir/api";
import type { Kind, KubeClient } from "@weir/client";
import { type JsonObject, systemClock } from "@weir/core";
import type { KubeObject } from "@weir/objects";
import { eventually, installFluxKinds } from "@weir/testkit";
import { createClient } from "@weir/client";
import { RestartableCluster } from "@weir/testenv";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { reconcileNow, resume, suspend } from "../src/objects/actions.ts";
import { type GetOptions, runGet } from "../src/objects/get.ts";

const namespace = "flux-system";
const digest = "ca2febc274332e5fc75605dd5302fd60ca64c4a40121352b31548c429b4690c9";

function condition(status: string, message: string): JsonObject {
  const lastTransitionTime = "2024-01-01T00:00:00Z";
  return { type: "Ready", status, reason: "R", message, observedGeneration: 1, lastTransitionTime };
}

const sourceRef = { kind: "HelmRepository", name: "main" };
const objects: readonly {
  readonly kind: Kind<never>;
  readonly name: string;
  readonly spec: JsonObject;
  readonly status: JsonObject;
}[] = [
  {
    kind: GitRepository as never,
    name: "app",
    spec: { interval: "1m", url: "https://example.com/app" },
    status: {
      conditions: [
        condition(
          "True",
          "stored artifact for revision 'main@sha1:4780be7981f64231d6bfae5dc48a32d316289dd7'",
        ),
      ],
    },
  },
  {
    kind: HelmRepository as never,
    name: "main",
    spec: { interval: "1m", url: "https://example.com/charts" },
    status: {
      artifact: {
        revision: `sha256:${digest}`,
        digest: `sha256:${digest}`,
        path: "p",
        url: "http://x/p",
        lastUpdateTime: "2024-01-01T00:00:00Z",
      },
      conditions: [condition("True", `stored artifact: revision 'sha256:${digest}'`)],
    },
  },
  {
    kind: HelmRepository as never,
    name: "ocirepo",
    spec: { type: "oci", interval: "1m", url: "oci://example.com/charts" },
    status: {},
  },
  {
    kind: HelmRelease as never,
    name: "rel",
    spec: { interval: "1m", chart: { spec: { chart: "demo", sourceRef } } },
    status: {
      history: [
        {
          name: "rel",
          namespace,
          chartName: "demo",
          chartVersion: "1.0.0",
          configDigest: "c",
          digest: "d",
          version: 1,
          status: "deployed",
          firstDeployed: "2024-01-01T00:00:00Z",
          lastDeployed: "2024-01-01T00:00:00Z",
        },
      ],
      conditions: [condition("True", "Helm install succeeded for release cli/rel.v1 with chart demo@1.0.0")],
    },
  },
  {
    kind: Kustomization as never,
    name: "bad",
    spec: { interval: "1m", path: "./", prune: true, sourceRef: { kind: "GitRepository", name: "app" } },
    status: { conditions: [condition("False", "kustomize build failed: no\nmore")] },
  },
];

describe("Flux objects on the command line", () => {
  let cluster: RestartableCluster;
  let client: KubeClient;

  beforeAll(async () => {
    cluster = await RestartableCluster.start({});
    client = createClient({ transport: cluster.transport, userAgent: "test" });
    await installFluxKinds(client);
    const Namespace: Kind = {
      group: "",
      version: "v1",
      kind: "Namespace",
      plural: "namespaces",
      scope: "Cluster",
    };
    await client.create(Namespace, { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    for (const { kind, name, spec, status } of objects) {
      const body = {
        apiVersion: `${kind.group}/${kind.version}`,
        kind: kind.kind,
        metadata: { name, namespace },
        spec,
      };
      await client.create(kind, body as never);
      await client.patch(
        kind,
        { namespace, name },
        { type: "merge", patch: { status } },
        { subresource: "status" },
      );
    }
  });
  afterAll(async () => {
    await cluster[Symbol.asyncDispose]();
  });

  function get(words: readonly string[], options: Partial<GetOptions> = {}): Promise<string> {
    return runGet(
      {
        words,
        namespace,
        allNamespaces: false,
        output: "table",
        showSource: false,
        isWithoutHeader: false,
        labelSelector: undefined,
        statusSelector: undefined,
        ...options,
      },
      client,
    );
  }

  test("are listed in flux's tables", async () => {
    expect(await get(["sources", "helm"])).toBe(
      [
        "NAME   \tREVISION       \tSUSPENDED\tREADY\tMESSAGE                                     ",
        "main   \tsha256:ca2febc2\tFalse    \tTrue \tstored artifact: revision 'sha256:ca2febc2'\t",
        "ocirepo\t               \tFalse    \tTrue \tHelm repository is Ready                   \t",
        "",
      ].join("\n"),
    );
    expect(await get(["hr"], { showSource: true, isWithoutHeader: true })).toBe(
      "rel\tHelmRepository/flux-system/main\t1.0.0\tFalse\tTrue\tHelm install succeeded for release cli/rel.v1 with chart demo@1.0.0\t\n",
    );
  });

  test("are listed by kind where all are asked for, with the kind in the name", async () => {
    const names = (await get(["all"], { allNamespaces: true, isWithoutHeader: true })).split("\n");
    expect(names.map((line) => line.split("\t")[1]?.trim() ?? "")).toEqual([
      "gitrepository/app",
      "",
      "helmrepository/main",
      "helmrepository/ocirepo",
      "",
      "helmrelease/rel",
      "",
      "kustomization/bad",
      "",
      "",
    ]);
  });

  test("are chosen by name, condition and label; none is an error", async () => {
    expect(await get(["ks"], { statusSelector: "ready=false", output: "name" })).toBe("kustomization/bad\n");
    await expect(get(["ks", "none"])).rejects.toThrow(
      `Kustomization object 'none' not found in "flux-system" namespace`,
    );
    await expect(get(["ks"], { labelSelector: "a=b" })).rejects.toThrow("no Kustomization objects found");
    await expect(get(["source", "nonsense"])).rejects.toThrow('there is no source "nonsense"');
  });

  function deps(said: string[], timeoutMs = 5_000) {
    return {
      client,
      clock: systemClock,
      signal: AbortSignal.timeout(20_000),
      timeoutMs,
      say: (line: string) => void said.push(line),
    };
  }

  /** Does what a controller would do next to the object. */
  async function handle(kind: Kind<never>, name: string): Promise<KubeObject> {
    const key = { namespace, name };
    return eventually(async () => {
      const object = (await client.get(kind, key)) as unknown as KubeObject;
      const requestedAt = object.metadata.annotations?.["reconcile.fluxcd.io/requestedAt"];
      expect(requestedAt).toBeDefined();
      const patch = { status: { lastHandledReconcileAt: requestedAt ?? "" } };
      await client.patch(kind, key, { type: "merge", patch }, { subresource: "status" });
      return object;
    });
  }

  test("are reconciled with their sources first; a release is forced and reset", async () => {
    const said: string[] = [];
    const options = { words: ["hr", "rel"], namespace, withSource: true, force: true, reset: true };
    const [, , release] = await Promise.all([
      reconcileNow(options, deps(said)),
      handle(HelmRepository as never, "main"),
      handle(HelmRelease as never, "rel"),
    ]);
    const { annotations = {} } = release.metadata;
    expect(annotations["reconcile.fluxcd.io/forceAt"]).toBe(annotations["reconcile.fluxcd.io/requestedAt"]);
    expect(annotations["reconcile.fluxcd.io/resetAt"]).toBe(annotations["reconcile.fluxcd.io/requestedAt"]);
    expect(said).toEqual([
      "► annotating HelmRepository main in flux-system namespace",
      "✔ HelmRepository annotated",
      "◎ waiting for HelmRepository reconciliation",
      `✔ fetched revision sha256:${digest}`,
      "► annotating HelmRelease rel in flux-system namespace",
      "✔ HelmRelease annotated",
      "◎ waiting for HelmRelease reconciliation",
      "✔ applied revision 1.0.0",
    ]);
  });

  test("that nothing reconciles are left alone", async () => {
    const said: string[] = [];
    const options = {
      words: ["source", "helm", "ocirepo"],
      namespace,
      withSource: false,
      force: false,
      reset: false,
    };
    await reconcileNow(options, deps(said));
    expect(said).toEqual(["✔ reconciliation not supported by the object"]);
  });

  test("are suspended and resumed, several at once; one that is missing is told", async () => {
    const said: string[] = [];
    await suspend({ words: ["source", "helm", "main", "none"], namespace, all: false }, deps(said));
    const options = {
      words: ["source", "helm", "main"],
      namespace,
      withSource: false,
      force: false,
      reset: false,
    };
    await expect(reconcileNow(options, deps(said))).rejects.toThrow("resource is suspended");
    await resume({ words: ["source", "helm"], namespace, all: true }, deps(said));
    expect(said).toEqual([
      "✗ HelmRepository none not found in flux-system namespace",
      "► suspending source helm main in flux-system namespace",
      "✔ source helm suspended",
      "► resuming source helm main in flux-system namespace",
      "✔ source helm resumed",
      "► resuming source helm ocirepo in flux-system namespace",
      "✔ source helm resumed",
    ]);
    await expect(suspend({ words: ["ks"], namespace, all: false }, deps(said))).rejects.toThrow(
      "kustomization name is required",
    );
  });
});
