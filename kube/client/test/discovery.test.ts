import { describe, expect, test } from "vitest";
import { createClient, type Kind, KindNotServedError } from "../src/index.ts";
import { failure, json, type ScriptedTransport, scriptedTransport } from "./scripted-transport.ts";

const resource = (kind: string, plural: string, more: object = {}): object => ({
  resource: plural,
  responseKind: { group: "", version: "", kind },
  scope: "Namespaced",
  verbs: ["get", "list"],
  ...more,
});

const groups = (...items: object[]): never =>
  ({ kind: "APIGroupDiscoveryList", apiVersion: "apidiscovery.k8s.io/v2", items }) as never;

function aggregated(hasThings: () => boolean = () => true): ScriptedTransport {
  return scriptedTransport(({ path }) => {
    if (path === "/api") {
      const pods = resource("Pod", "pods", {
        subresources: [{ subresource: "status" }, { subresource: "log" }],
      });
      const nodes = resource("Node", "nodes", { scope: "Cluster" });
      return json(groups({ metadata: {}, versions: [{ version: "v1", resources: [pods, nodes] }] }));
    }
    if (path !== "/apis") return json({ kind: "Thing", apiVersion: "example.com/v2", metadata: {} });
    const versions = ["v2", "v1"].map((version) => ({ version, resources: [resource("Thing", "things")] }));
    return json(hasThings() ? groups({ metadata: { name: "example.com" }, versions }) : groups());
  });
}

const Thing: Kind = { group: "example.com", version: "v2", kind: "Thing" };

describe("discovery", () => {
  test("reads both roots in the aggregated form, once", async () => {
    const { transport, sent } = aggregated();
    const client = createClient({ transport });
    const [pod, thing] = await Promise.all([
      client.resolve({ group: "", version: "v1", kind: "Pod" }),
      client.resolve(Thing),
    ]);
    expect(pod).toEqual({
      group: "",
      version: "v1",
      kind: "Pod",
      plural: "pods",
      scope: "Namespaced",
      verbs: ["get", "list"],
      subresources: ["status", "log"],
    });
    expect(thing?.plural).toBe("things");
    expect((await client.discover()).map(({ kind, version }) => `${version} ${kind}`)).toEqual([
      "v1 Pod",
      "v1 Node",
      "v2 Thing",
      "v1 Thing",
    ]);
    expect(sent.map(({ path }) => path)).toEqual(["/api", "/apis"]);
    expect(sent[0]?.headers.get("accept")).toContain("as=APIGroupDiscoveryList");
  });

  test("takes an empty version for the one that the server prefers", async () => {
    const client = createClient({ transport: aggregated().transport });
    expect((await client.resolve({ ...Thing, version: "" }))?.version).toBe("v2");
  });

  test("reads again on a miss, and answers with nothing when it stays one", async () => {
    let hasThings = false;
    const { transport, sent } = aggregated(() => hasThings);
    const client = createClient({ transport });
    expect(await client.resolve(Thing)).toBeUndefined();
    hasThings = true;
    expect((await client.resolve(Thing))?.plural).toBe("things");
    await client.resolve(Thing);
    expect(sent).toHaveLength(4);
  });

  test("gives a kind without a plural its path, and names the kind that nobody serves", async () => {
    const { transport, sent } = aggregated();
    const client = createClient({ transport });
    await client.get(Thing, { namespace: "ns", name: "a" });
    expect(sent.at(-1)?.path).toBe("/apis/example.com/v2/namespaces/ns/things/a");
    await expect(client.get({ ...Thing, kind: "Other" }, { namespace: "ns", name: "a" })).rejects.toThrow(
      new KindNotServedError("example.com/v2", "Other").message,
    );
  });

  test("is read anew after the server no longer serves what it said", async () => {
    let plural = "things";
    const { transport, sent } = scriptedTransport(({ path }) => {
      if (path === "/api") return json(groups());
      const versions = [{ version: "v2", resources: [resource("Thing", plural)] }];
      if (path === "/apis") return json(groups({ metadata: { name: "example.com" }, versions }));
      return path.includes(plural)
        ? json({ kind: "Thing", apiVersion: "example.com/v2", metadata: {} })
        : new Response("404 page not found", { status: 404 });
    });
    const client = createClient({ transport });
    await client.resolve(Thing);
    plural = "renamed";
    await expect(client.get(Thing, { namespace: "ns", name: "a" })).rejects.toThrow(KindNotServedError);
    await client.get(Thing, { namespace: "ns", name: "a" });
    expect(sent.at(-1)?.path).toBe("/apis/example.com/v2/namespaces/ns/renamed/a");
  });

  test("falls back to the older form, where one broken group does not hide the rest", async () => {
    const { transport } = scriptedTransport(({ path }) => {
      switch (path) {
        case "/api":
          return json({ kind: "APIVersions", versions: ["v1"] });
        case "/api/v1":
          return json({
            kind: "APIResourceList",
            groupVersion: "v1",
            resources: [
              { name: "pods", kind: "Pod", namespaced: true, verbs: ["get"] },
              { name: "pods/status", kind: "Pod", namespaced: true, verbs: ["get"] },
              { name: "nodes", kind: "Node", namespaced: false, verbs: ["get"] },
            ],
          });
        case "/apis":
          return json({
            kind: "APIGroupList",
            groups: [
              { name: "down.io", versions: [{ groupVersion: "down.io/v1", version: "v1" }] },
              {
                name: "example.com",
                versions: [{ groupVersion: "example.com/v1" }, { groupVersion: "example.com/v2" }],
                preferredVersion: { groupVersion: "example.com/v2" },
              },
            ],
          });
        case "/apis/down.io/v1":
          return failure(503, "ServiceUnavailable");
        default:
          return json({
            kind: "APIResourceList",
            resources: [{ name: "things", kind: "Thing", namespaced: true, verbs: ["list"] }],
          });
      }
    });
    const client = createClient({ transport });
    expect(await client.resolve({ group: "", version: "v1", kind: "Pod" })).toMatchObject({
      plural: "pods",
      scope: "Namespaced",
      subresources: ["status"],
    });
    expect((await client.resolve({ group: "", version: "v1", kind: "Node" }))?.scope).toBe("Cluster");
    expect((await client.resolve({ ...Thing, version: "" }))?.version).toBe("v2");
  });

  test("fails where the server does, and tries anew at the next call", async () => {
    let isDown = true;
    const up = aggregated();
    const down = scriptedTransport(() => failure(500, "InternalError"));
    const client = createClient({
      transport: (request) => (isDown ? down : up).transport(request),
    });
    await expect(client.resolve(Thing)).rejects.toMatchObject({ code: 500 });
    isDown = false;
    expect((await client.resolve(Thing))?.plural).toBe("things");
  });

  test("is shared by a client that impersonates", async () => {
    const { transport, sent } = aggregated();
    const client = createClient({ transport });
    await client.resolve(Thing);
    await client.impersonate({ name: "jane" }).get(Thing, { namespace: "ns", name: "a" });
    expect(sent).toHaveLength(3);
  });
});
