import { createMemoryStorage } from "@weir/apiserver";
import { createClient, isApiError, type Kind, type KubeClient, type Transport } from "@weir/client";
import type { ObjectMeta } from "@weir/objects";
import { createManager } from "@weir/sdk";
import { RestartableCluster } from "@weir/testenv";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually, findControlPlane, startControlPlane } from "../../src/index.ts";
import { NAMESPACE } from "./clusters.ts";

interface ConfigMap {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: ObjectMeta;
}

const CONFIG_MAP: Kind<ConfigMap> = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  scope: "Namespaced",
};
const WITHIN = { withinMs: 30_000 } as const;

/** A cluster of the suite's own, which streams no lists and whose past can be dropped. */
interface ForgetfulCluster extends AsyncDisposable {
  readonly server?: string;
  readonly transport: Transport;
  readonly forgetHistory: () => Promise<void>;
}

async function openEmbedded(): Promise<ForgetfulCluster> {
  const storage = createMemoryStorage();
  // As a kube-apiserver without kube-controller-manager.
  const loops = { namespaces: "off", garbage: false, accounts: false, rootCertificate: false } as const;
  const cluster = await RestartableCluster.start({ storage, loops: { ...loops, workloads: "off" } });
  return {
    transport: async (request) => {
      if (!new URL(request.url).searchParams.has("sendInitialEvents")) return cluster.transport(request);
      const status = { kind: "Status", apiVersion: "v1", status: "Failure", reason: "Invalid", code: 422 };
      const body = JSON.stringify({ ...status, message: "sendInitialEvents is forbidden" });
      return { status: 422, headers: [["content-type", "application/json"]], body };
    },
    forgetHistory: async () => {
      await storage.compact(await storage.revision());
      await cluster.kill();
      await cluster.start();
    },
    [Symbol.asyncDispose]: async () => {
      await cluster[Symbol.asyncDispose]();
      await storage[Symbol.asyncDispose]();
    },
  };
}

const found = await findControlPlane();
const isAsked = (process.env["WEIR_TEST_KUBECONFIG"] ?? "") !== "";
const cases = [
  { name: "embedded", open: openEmbedded },
  ...(found.kind === "found" && isAsked
    ? [
        {
          name: "kube-apiserver",
          open: async (): Promise<ForgetfulCluster> => {
            const apiserverFlags = ["--feature-gates=WatchList=false"];
            const plane = await startControlPlane({ programs: found, apiserverFlags });
            const { url: server, transport, forgetHistory } = plane;
            return {
              server,
              transport,
              forgetHistory,
              [Symbol.asyncDispose]: () => plane[Symbol.asyncDispose](),
            };
          },
        },
      ]
    : []),
];

describe.each(cases)("a past that is gone on $name", ({ open }) => {
  let cluster: ForgetfulCluster;
  let client: KubeClient;
  let count = 0;

  beforeAll(async () => {
    cluster = await open();
    client = createClient(cluster);
  }, 120_000);
  afterAll(() => cluster[Symbol.asyncDispose]());

  async function namespace(): Promise<string> {
    count += 1;
    const name = `past-${count}`;
    await client.create(NAMESPACE, { apiVersion: "v1", kind: "Namespace", metadata: { name } });
    return name;
  }

  const create = (namespace: string, name: string) =>
    client.create(CONFIG_MAP, { metadata: { namespace, name } });

  const codeOf = async (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => "no refusal",
      (error: unknown) => (isApiError(error, "Expired") ? "410 Expired" : error),
    );

  /** A watch says so by its status, or by its first event. */
  async function endOfWatch(namespace: string, resourceVersion: string): Promise<unknown> {
    for await (const event of client.watch(CONFIG_MAP, { namespace, resourceVersion })) {
      return event.type === "ERROR"
        ? `${String(event.status["code"])} ${String(event.status["reason"])}`
        : event;
    }
    return "no event";
  }

  test("is refused with 410 by watches, exact reads and pages", async () => {
    const here = await namespace();
    for (const name of ["a", "b", "c"]) await create(here, name);
    const page = await client.list(CONFIG_MAP, { namespace: here, limit: 1 });
    const { resourceVersion = "", continue: token = "" } = page.metadata;
    await create(here, "d");
    await client.delete(CONFIG_MAP, { namespace: here, name: "a" });
    await cluster.forgetHistory();
    const exact = { resourceVersion, resourceVersionMatch: "Exact" } as const;
    expect(await codeOf(client.list(CONFIG_MAP, { namespace: here, ...exact, limit: 5 }))).toBe(
      "410 Expired",
    );
    expect(await codeOf(client.list(CONFIG_MAP, { namespace: here, limit: 1, continue: token }))).toBe(
      "410 Expired",
    );
    expect(
      await endOfWatch(here, resourceVersion).catch((error: unknown) => codeOf(Promise.reject(error))),
    ).toBe("410 Expired");
  });

  test("is read anew by a manager whose watch was broken off meanwhile, deletions included", async () => {
    const here = await namespace();
    for (const name of ["a", "b"]) await create(here, name);
    let cut: PromiseWithResolvers<void> | undefined;
    let life = new AbortController();
    const transport: Transport = async (request) => {
      if (cut !== undefined) {
        // It fails once, when it is over: each failure before would double the time until the next attempt.
        await cut.promise;
        throw new TypeError("the connection is cut");
      }
      const signals = request.signal === undefined ? [] : [request.signal];
      return await cluster.transport({ ...request, signal: AbortSignal.any([...signals, life.signal]) });
    };
    await using manager = createManager({ client: createClient({ ...cluster, transport }), controllers: [] });
    const changes: string[] = [];
    await using _watched = manager.watch(CONFIG_MAP, { namespace: here }, ({ kind, object }) => {
      changes.push(`${kind} ${object.metadata.name ?? ""}`);
    });
    await manager.start();
    await eventually(() => expect(changes.toSorted()).toEqual(["create a", "create b"]), WITHIN);
    const over = Promise.withResolvers<void>();
    cut = over;
    life.abort(new TypeError("the connection is cut"));
    life = new AbortController();
    await client.delete(CONFIG_MAP, { namespace: here, name: "a" });
    await create(here, "c");
    await cluster.forgetHistory();
    cut = undefined;
    over.resolve();
    await eventually(() => expect(changes.slice(2).toSorted()).toEqual(["create c", "delete a"]), WITHIN);
    await create(here, "d");
    await eventually(() => expect(changes).toContain("create d"), WITHIN);
  });
});
