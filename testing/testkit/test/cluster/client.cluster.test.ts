import {
  isApiError,
  type Kind,
  KindNotServedError,
  KubeApiError,
  type KubeClient,
  metadataOnly,
  type WatchEvent,
  readText,
} from "@weir/client";
import type { JsonObject } from "@weir/core";
import type { KubeObject } from "@weir/objects";
import { describe, expect, test } from "vitest";
import { clusterCases, NAMESPACE, useCluster } from "./clusters.ts";

const core = (kind: string, plural: string): Kind => ({
  group: "",
  version: "v1",
  kind,
  plural,
  scope: "Namespaced",
});
const CONFIG_MAP = core("ConfigMap", "configmaps");
const SERVICE_ACCOUNT = core("ServiceAccount", "serviceaccounts");
const DEPLOYMENT: Kind = { ...core("Deployment", "deployments"), group: "apps" };
const CRD: Kind = {
  group: "apiextensions.k8s.io",
  version: "v1",
  kind: "CustomResourceDefinition",
  plural: "customresourcedefinitions",
  scope: "Cluster",
};

function aMap(namespace: string, name: string, data: JsonObject = { a: "1" }, labels?: JsonObject) {
  const metadata = { name, namespace, ...(labels === undefined ? {} : { labels }) };
  return { apiVersion: "v1", kind: "ConfigMap", metadata, data } as unknown as KubeObject;
}

function aDeployment(namespace: string, name: string): KubeObject {
  const labels = { app: name };
  const containers = [{ name: "main", image: "nginx:1" }];
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
  } as unknown as KubeObject;
}

async function refusalOf(work: Promise<unknown>): Promise<{ code: number; reason: string; message: string }> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof KubeApiError)) throw error;
    return { code: error.code, reason: error.reason, message: error.message };
  }
  return expect.unreachable("the server refused nothing");
}

/** Takes events until one is the last. */
async function eventsUntil(
  stream: AsyncIterable<WatchEvent>,
  isLast: (event: WatchEvent) => boolean,
): Promise<readonly WatchEvent[]> {
  const events: WatchEvent[] = [];
  for await (const event of stream) {
    events.push(event);
    if (isLast(event)) break;
  }
  return events;
}

const named = (event: WatchEvent): string =>
  event.type === "BOOKMARK" || event.type === "ERROR"
    ? event.type
    : `${event.type} ${event.object.metadata.name ?? ""}`;

async function createMaps(client: KubeClient, namespace: string, names: readonly string[]): Promise<void> {
  for (const name of names)
    await client.create(CONFIG_MAP, aMap(namespace, name, { a: "1" }, { part: name }));
}

describe.each(clusterCases())("the client on $name", (clusterCase) => {
  const cluster = useCluster(clusterCase);

  describe("reads", () => {
    test("gives undefined for what is not there, and items of a list with their kind", async () => {
      const { client } = cluster();
      const namespace = await cluster().namespace();
      expect(await client.get(CONFIG_MAP, { namespace, name: "none" })).toBeUndefined();
      await createMaps(client, namespace, ["a"]);
      const { items, metadata } = await client.list(CONFIG_MAP, { namespace });
      expect(items.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`)).toEqual(["v1 ConfigMap"]);
      expect(metadata.resourceVersion).toMatch(/^\d+$/);
    });

    test("reads a list page by page as one state", async () => {
      const { client } = cluster();
      const namespace = await cluster().namespace();
      await createMaps(client, namespace, ["a", "b", "c", "d", "e"]);
      const first = await client.list(CONFIG_MAP, { namespace, limit: 2 });
      expect(first.metadata.remainingItemCount).toBe(3);
      await createMaps(client, namespace, ["bb"]);
      const next = await client.list(CONFIG_MAP, {
        namespace,
        limit: 9,
        continue: first.metadata.continue ?? "",
      });
      expect(next.items.map(({ metadata }) => metadata.name)).toEqual(["c", "d", "e"]);
      expect(next.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
      const all = await client.list(CONFIG_MAP, { namespace, pageSize: 2 });
      expect(all.items).toHaveLength(6);
    });

    test("selects by labels and fields", async () => {
      const { client } = cluster();
      const namespace = await cluster().namespace();
      await createMaps(client, namespace, ["a", "b", "c"]);
      const names = async (options: { labelSelector?: string; fieldSelector?: string }) =>
        (await client.list(CONFIG_MAP, { namespace, ...options })).items.map(({ metadata }) => metadata.name);
      expect(await names({ labelSelector: "part in (a,c)" })).toEqual(["a", "c"]);
      expect(await names({ labelSelector: "!part" })).toEqual([]);
      expect(await names({ fieldSelector: "metadata.name=b" })).toEqual(["b"]);
      expect(await refusalOf(names({ fieldSelector: "data.a=1" }))).toMatchObject({
        code: 400,
        message: '"data.a" is not a known field selector: only "metadata.name", "metadata.namespace"',
      });
    });

    test("reads metadata only", async () => {
      const { client } = cluster();
      const namespace = await cluster().namespace();
      await createMaps(client, namespace, ["a"]);
      const [item] = (await client.list(metadataOnly(CONFIG_MAP), { namespace })).items;
      expect(item).not.toHaveProperty("data");
      expect(item?.metadata.labels).toEqual({ part: "a" });
    });

    test("says of a future version that it is too large", async () => {
      const { transport, server } = cluster().connection;
      const path = "/api/v1/namespaces/default/configmaps?resourceVersion=9007199254740000";
      // Without the client's retries: it would wait for the version to come.
      const answer = await transport({ method: "GET", url: `${server}${path}`, headers: [] });
      expect(JSON.parse(await readText(answer))).toMatchObject({
        code: 504,
        reason: "Timeout",
        message: expect.stringContaining("Too large resource version: 9007199254740000, current: "),
        details: { causes: [{ reason: "ResourceVersionTooLarge" }], retryAfterSeconds: 1 },
      });
    });

    test("says of a kind that is not served which one it is", async () => {
      const { client } = cluster();
      const kind: Kind = { group: "nowhere.example.com", version: "v1", kind: "Nothing" };
      expect(await client.resolve(kind)).toBeUndefined();
      await expect(client.get(kind, { namespace: "default", name: "x" })).rejects.toThrow(KindNotServedError);
    });
  });

  describe("watches", () => {
    test("brings changes in order, and what leaves a selector as deleted", async () => {
      const { client } = cluster();
      const namespace = await cluster().namespace();
      const start = (await client.list(CONFIG_MAP, { namespace })).metadata.resourceVersion ?? "";
      const labelSelector = "part=a";
      const seen = eventsUntil(
        client.watch(CONFIG_MAP, { namespace, labelSelector, resourceVersion: start }),
        ({ type }) => type === "DELETED",
      );
      await createMaps(client, namespace, ["a", "b"]);
      const key = { namespace, name: "a" };
      await client.patch(CONFIG_MAP, key, { type: "merge", patch: { data: { a: "2" } } });
      await client.patch(CONFIG_MAP, key, { type: "merge", patch: { metadata: { labels: null } } });
      expect((await seen).map(named)).toEqual(["ADDED a", "MODIFIED a", "DELETED a"]);
    });

    test("begins with what is there and marks its end", async () => {
      const { client } = cluster();
      const namespace = await cluster().namespace();
      await createMaps(client, namespace, ["a", "b"]);
      const events = await eventsUntil(
        client.watch(CONFIG_MAP, { namespace, sendInitialEvents: true }),
        (event) => event.type === "BOOKMARK" && event.initialEventsEnd,
      );
      expect(events.map(named).toSorted()).toEqual(["ADDED a", "ADDED b", "BOOKMARK"]);
    });

    test("goes on from a bookmark without a gap", async () => {
      const { client } = cluster();
      const namespace = await cluster().namespace();
      const [bookmark] = await eventsUntil(
        client.watch(CONFIG_MAP, { namespace, sendInitialEvents: true }),
        ({ type }) => type === "BOOKMARK",
      );
      const resourceVersion = bookmark?.type === "BOOKMARK" ? bookmark.resourceVersion : "";
      await createMaps(client, namespace, ["a", "b"]);
      const events = await eventsUntil(
        client.watch(CONFIG_MAP, { namespace, resourceVersion }),
        (event) => named(event) === "ADDED b",
      );
      expect(events.map(named)).toEqual(["ADDED a", "ADDED b"]);
    });

    test("says of a version that is too old that it is gone", async () => {
      const { client } = cluster();
      const namespace = await cluster().namespace();
      const events: WatchEvent[] = [];
      try {
        for await (const event of client.watch(NAMESPACE, { resourceVersion: "1", timeoutSeconds: 2 })) {
          events.push(event);
          if (event.type === "ERROR") break;
        }
      } catch (error) {
        if (!isApiError(error, "Expired")) throw error;
        return;
      }
      // A server that still has its whole history may serve it from the start.
      const [first] = events;
      expect(first?.type === "ERROR" ? first.status["code"] : named(first as WatchEvent)).toSatisfy(
        (found) => found === 410 || String(found).startsWith("ADDED"),
      );
      expect(namespace).toBeDefined();
    });

    test("ends by the server's clock, and by the signal", async () => {
      const { client } = cluster();
      const namespace = await cluster().namespace();
      const start = (await client.list(CONFIG_MAP, { namespace })).metadata.resourceVersion ?? "";
      const ended = client.watch(CONFIG_MAP, { namespace, resourceVersion: start, timeoutSeconds: 1 });
      expect(await eventsUntil(ended, ({ type }) => type === "ADDED")).toSatisfy((events) =>
        (events as WatchEvent[]).every(({ type }) => type === "BOOKMARK"),
      );
      const stop = new AbortController();
      const stopped = eventsUntil(
        client.watch(CONFIG_MAP, { namespace, resourceVersion: start, signal: stop.signal }),
        () => false,
      );
      stop.abort();
      await stopped.catch(() => {});
    });
  });

  describe("writes", () => {
    test("refuses a second create, a stale replace and a wrong precondition by reason", async () => {
      const { client } = cluster();
      const namespace = await cluster().namespace();
      const created = await client.create(CONFIG_MAP, aMap(namespace, "a"));
      expect(await refusalOf(client.create(CONFIG_MAP, aMap(namespace, "a")))).toMatchObject({
        code: 409,
        reason: "AlreadyExists",
        message: 'configmaps "a" already exists',
      });
      await client.replace(CONFIG_MAP, { ...created, data: { a: "2" } } as KubeObject);
      expect(
        await refusalOf(client.replace(CONFIG_MAP, { ...created, data: { a: "3" } } as KubeObject)),
      ).toEqual({
        code: 409,
        reason: "Conflict",
        message:
          'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
      });
      const preconditions = { uid: "00000000-0000-0000-0000-000000000000" };
      const refusal = await refusalOf(client.delete(CONFIG_MAP, { namespace, name: "a" }, { preconditions }));
      expect(refusal).toMatchObject({ code: 409, reason: "Conflict" });
      expect(refusal.message).toContain(
        'Operation cannot be fulfilled on ConfigMap "a": the UID in the precondition (00000000-0000-0000-0000-000000000000) does not match the UID in record (',
      );
    });

    test("patches by JSON, merge and strategic merge", async () => {
      const { client } = cluster();
      const namespace = await cluster().namespace();
      await client.create(DEPLOYMENT, aDeployment(namespace, "web"));
      const key = { namespace, name: "web" };
      const containersOf = (object: KubeObject): readonly JsonObject[] =>
        (object as unknown as { spec: { template: { spec: { containers: JsonObject[] } } } }).spec.template
          .spec.containers;
      const side = { name: "side", image: "busybox:1" };
      const template = { spec: { containers: [side] } };
      const merged = await client.patch(DEPLOYMENT, key, {
        type: "strategic",
        patch: { spec: { template } },
      });
      expect(containersOf(merged).map(({ name }) => name)).toEqual(["side", "main"]);
      const replaced = await client.patch(DEPLOYMENT, key, { type: "merge", patch: { spec: { template } } });
      expect(containersOf(replaced).map(({ name }) => name)).toEqual(["side"]);
      const path = "/spec/template/spec/containers/0/image";
      const operations = [
        { op: "test", path, value: "busybox:1" },
        { op: "replace", path, value: "busybox:2" },
      ];
      const changed = await client.patch(DEPLOYMENT, key, { type: "json", operations });
      expect(containersOf(changed)[0]?.["image"]).toBe("busybox:2");
      const refusal = await refusalOf(client.patch(DEPLOYMENT, key, { type: "json", operations }));
      expect(refusal).toMatchObject({ code: 422, reason: "Invalid" });
    });

    test("changes nothing in a dry run, and answers as if it had", async () => {
      const { client } = cluster();
      const namespace = await cluster().namespace();
      const dry = client.dryRun();
      expect((await dry.create(CONFIG_MAP, aMap(namespace, "a"))).metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
      expect(await client.get(CONFIG_MAP, { namespace, name: "a" })).toBeUndefined();
      await client.create(CONFIG_MAP, aMap(namespace, "a"));
      await dry.delete(CONFIG_MAP, { namespace, name: "a" });
      expect(await client.get(CONFIG_MAP, { namespace, name: "a" })).toBeDefined();
    });

    test("keeps what finalizers hold until they are gone", async () => {
      const { client } = cluster();
      const namespace = await cluster().namespace();
      const map = aMap(namespace, "a");
      await client.create(CONFIG_MAP, {
        ...map,
        metadata: { ...map.metadata, finalizers: ["example.com/f"] },
      });
      const key = { namespace, name: "a" };
      const held = await client.delete(CONFIG_MAP, key);
      expect(held?.metadata.deletionTimestamp).toBeDefined();
      await client.patch(CONFIG_MAP, key, { type: "merge", patch: { metadata: { finalizers: null } } });
      expect(await client.get(CONFIG_MAP, key)).toBeUndefined();
      expect(await client.delete(CONFIG_MAP, key)).toBeUndefined();
    });

    test("names an object that asks for a name", async () => {
      const { client } = cluster();
      const namespace = await cluster().namespace();
      const { metadata, ...rest } = aMap(namespace, "x");
      const { name: _name, ...nameless } = metadata;
      const made = await client.create(CONFIG_MAP, {
        ...rest,
        metadata: { ...nameless, generateName: "g-" },
      });
      expect(made.metadata.name).toMatch(/^g-[a-z0-9]{5}$/);
    });

    test("reads and writes status and scale apart from the rest", async () => {
      const { client } = cluster();
      const namespace = await cluster().namespace();
      await client.create(DEPLOYMENT, aDeployment(namespace, "web"));
      const key = { namespace, name: "web" };
      const both = { spec: { replicas: 7 }, status: { replicas: 3 } };
      const status = await client.patch(
        DEPLOYMENT,
        key,
        { type: "merge", patch: both },
        { subresource: "status" },
      );
      expect(status).toMatchObject({ spec: { replicas: 1 }, status: { replicas: 3 } });
      const scaled = await client.patch(
        DEPLOYMENT,
        key,
        { type: "merge", patch: { spec: { replicas: 4 } } },
        { subresource: "scale" },
      );
      expect(scaled).toMatchObject({
        kind: "Scale",
        spec: { replicas: 4 },
        status: { replicas: 3, selector: "app=web" },
      });
      expect(await client.get(DEPLOYMENT, key, { subresource: "scale" })).toMatchObject({
        spec: { replicas: 4 },
      });
    });

    test("makes tokens that the server takes for their account", async () => {
      const { client } = cluster();
      const namespace = await cluster().namespace();
      await client.create(SERVICE_ACCOUNT, {
        apiVersion: "v1",
        kind: "ServiceAccount",
        metadata: { name: "robot", namespace },
      });
      const answer = await client.raw(`/api/v1/namespaces/${namespace}/serviceaccounts/robot/token`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} }),
      });
      expect(answer.status).toBe(201);
      const { status } = (await answer.json()) as { status: { token: string } };
      const review = await client.raw("/apis/authentication.k8s.io/v1/selfsubjectreviews", {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${status.token}` },
        body: JSON.stringify({ apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" }),
      });
      expect(await review.json()).toMatchObject({
        status: { userInfo: { username: `system:serviceaccount:${namespace}:robot` } },
      });
    });

    test("acts as others, within their rights", async () => {
      const { client } = cluster();
      const namespace = await cluster().namespace();
      const other = client.impersonate({ name: "jane", groups: ["devs"] });
      expect(await refusalOf(other.list(CONFIG_MAP, { namespace }))).toEqual({
        code: 403,
        reason: "Forbidden",
        message: `configmaps is forbidden: User "jane" cannot list resource "configmaps" in API group "" in the namespace "${namespace}"`,
      });
    });

    test("tells warnings, and refuses strictly what else would be one", async () => {
      const { client } = cluster();
      const namespace = await cluster().namespace();
      const odd = { ...aMap(namespace, "a"), odd: 1 } as KubeObject;
      await client.create(CONFIG_MAP, odd, { fieldValidation: "Warn" });
      expect(cluster().warnings).toContain('unknown field "odd"');
      const strict = client.create(
        CONFIG_MAP,
        { ...odd, metadata: { name: "b", namespace } },
        { fieldValidation: "Strict" },
      );
      expect(await refusalOf(strict)).toMatchObject({
        code: 400,
        message: expect.stringContaining('strict decoding error: unknown field "odd"'),
      });
    });
  });

  describe("server-side apply", () => {
    const owners = (object: KubeObject): readonly string[] =>
      (object.metadata.managedFields ?? []).map(
        ({ manager, operation }) => `${manager ?? ""} ${operation ?? ""}`,
      );

    test("owns what it says, and drops what it no longer says", async () => {
      const { client } = cluster();
      const namespace = await cluster().namespace();
      const apply = (fieldManager: string, data: JsonObject, force = false) =>
        client.apply(CONFIG_MAP, aMap(namespace, "a", data), { fieldManager, force });
      await apply("one", { a: "1", b: "1" });
      const shared = await apply("two", { a: "1", c: "2" });
      expect(owners(shared)).toEqual(["one Apply", "two Apply"]);
      const without = await apply("one", { b: "1" });
      expect(without["data"]).toEqual({ a: "1", b: "1", c: "2" });
      const gone = await apply("two", { c: "2" });
      expect(gone["data"]).toEqual({ b: "1", c: "2" });
    });

    test("refuses to take what another owns, unless forced", async () => {
      const { client } = cluster();
      const namespace = await cluster().namespace();
      await client.apply(CONFIG_MAP, aMap(namespace, "a", { a: "1" }), { fieldManager: "one" });
      const taking = aMap(namespace, "a", { a: "2" });
      expect(await refusalOf(client.apply(CONFIG_MAP, taking, { fieldManager: "two" }))).toEqual({
        code: 409,
        reason: "Conflict",
        message: 'Apply failed with 1 conflict: conflict with "one": .data.a',
      });
      const taken = await client.apply(CONFIG_MAP, taking, { fieldManager: "two", force: true });
      expect(taken["data"]).toEqual({ a: "2" });
    });

    test("leaves what an update wrote to the one who wrote it", async () => {
      const { client } = cluster();
      const namespace = await cluster().namespace();
      await client.create(CONFIG_MAP, aMap(namespace, "a", { a: "1" }), { fieldManager: "creator" });
      const applied = await client.apply(CONFIG_MAP, aMap(namespace, "a", { b: "1" }), {
        fieldManager: "applier",
      });
      expect(owners(applied).toSorted()).toEqual(["applier Apply", "creator Update"]);
      expect(applied["data"]).toEqual({ a: "1", b: "1" });
    });

    test("writes nothing where nothing changes", async () => {
      const { client } = cluster();
      const namespace = await cluster().namespace();
      const first = await client.apply(CONFIG_MAP, aMap(namespace, "a"), { fieldManager: "one" });
      const second = await client.apply(CONFIG_MAP, aMap(namespace, "a"), { fieldManager: "one" });
      expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    });
  });

  test("finds a kind once its definition is there, and misses it once that is gone", async () => {
    const { client } = cluster();
    const namespace = await cluster().namespace();
    const group = `${namespace}.example.com`;
    const kind: Kind<KubeObject> = { group, version: "v1", kind: "Toy" };
    expect(await client.resolve(kind)).toBeUndefined();
    await client.create(CRD, {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: `toys.${group}` },
      spec: {
        group,
        scope: "Namespaced",
        names: { plural: "toys", singular: "toy", kind: "Toy", listKind: "ToyList" },
        versions: [
          {
            name: "v1",
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
          },
        ],
      },
    } as unknown as KubeObject);
    await expect.poll(() => client.resolve(kind), { timeout: 15_000 }).toMatchObject({ plural: "toys" });
    const toy = { apiVersion: `${group}/v1`, kind: "Toy", metadata: { name: "bear", namespace }, size: 3 };
    // Discovery may know a kind a moment before it can be written.
    await expect
      .poll(() => client.apply(kind, toy as KubeObject, { fieldManager: "one" }).catch(() => undefined), {
        timeout: 15_000,
      })
      .toMatchObject({ size: 3 });
    await client.delete(CRD, { name: `toys.${group}` });
    await expect
      .poll(async () => (await client.discover({ refresh: true })).some((served) => served.group === group), {
        timeout: 15_000,
      })
      .toBe(false);
  }, 60_000);
});
