import { createApiServer, createMemoryStorage } from "@weir/apiserver";
import { createClient, fetchTransport, type Kind } from "@weir/client";
import { conditions, createController, createManager, defineResource, kind, type Manager } from "@weir/sdk";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";

const Widget = defineResource({
  group: "example.com",
  version: "v1",
  kind: "Widget",
  spec: z.object({ size: z.int().min(0).default(1), suspend: z.boolean().optional() }),
  status: z
    .object({
      size: z.int(),
      observedGeneration: z.int(),
      lastHandledReconcileAt: z.string(),
      conditions: conditions(),
    })
    .partial()
    .optional(),
});

const ConfigMap = kind("v1", "ConfigMap", { plural: "configmaps", scope: "Namespaced" });
const Event = kind("v1", "Event");
const CustomResourceDefinition: Kind = {
  group: "apiextensions.k8s.io",
  version: "v1",
  kind: "CustomResourceDefinition",
};

/** Everything that one test runs on. */
async function startApi() {
  const storage = createMemoryStorage({});
  const server = await createApiServer({ storage });
  const requests: string[] = [];
  const transport = fetchTransport((request) => {
    const { pathname, searchParams } = new URL(request.url);
    requests.push(`${request.method} ${pathname}${searchParams.has("watch") ? " watch" : ""}`);
    return server.fetch(request);
  });
  const client = createClient({ transport });
  await client.create(CustomResourceDefinition, Widget.crd() as never);
  await vi.waitFor(() => client.list(Widget));
  requests.length = 0;
  return {
    client,
    requests,
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await storage[Symbol.asyncDispose]();
    },
  };
}

describe("the SDK on the embedded API", () => {
  let api: Awaited<ReturnType<typeof startApi>>;
  let manager: Manager | undefined;

  beforeEach(async () => {
    api = await startApi();
  });
  afterEach(async () => {
    await manager?.stop();
    await api[Symbol.asyncDispose]();
  });

  test("reconciles, owns, reports, records and cleans up", async () => {
    const removed: string[] = [];
    const controller = createController("widgets", { component: "widget-controller" })
      .for(Widget, { handledAt: true })
      .owns(ConfigMap)
      .finalizer("example.com/widget", (widget) => void removed.push(widget.metadata.name))
      .reconcile(async (widget, ctx) => {
        const { namespace = "", name } = widget.metadata;
        const applied = await ctx.apply(ConfigMap, {
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { namespace, name },
          data: { size: String(widget.spec.size) },
        });
        if (applied.changed)
          ctx.event({ reason: "Applied", message: `configmap of size ${widget.spec.size}` });
        ctx.status.patch({ size: widget.spec.size });
        ctx.status.ready("Applied", `size is ${widget.spec.size}`);
      });
    manager = createManager({ client: api.client, controllers: [controller] });
    await manager.start();
    await api.client.create(Widget, { metadata: { namespace: "default", name: "a" }, spec: {} });
    const key = { namespace: "default", name: "a" };
    await vi.waitFor(async () => {
      const widget = await api.client.get(Widget, key);
      expect(widget?.status).toMatchObject({
        size: 1,
        observedGeneration: 1,
        conditions: [{ type: "Ready", status: "True", reason: "Applied", observedGeneration: 1 }],
      });
    });
    const widget = await api.client.get(Widget, key);
    expect(
      widget?.metadata.managedFields?.map(({ manager, operation, subresource }) => [
        manager,
        operation,
        subresource,
      ]),
    ).toEqual([
      ["weir", "Update", undefined],
      ["widget-controller", "Update", undefined],
      ["widget-controller", "Update", "status"],
    ]);
    const owned = await api.client.get(ConfigMap, key);
    expect(owned?.metadata.ownerReferences).toMatchObject([{ kind: "Widget", name: "a", controller: true }]);

    await api.client.patch(Widget, key, { type: "merge", patch: { spec: { size: 3 } } });
    await vi.waitFor(async () => expect((await api.client.get(Widget, key))?.status?.size).toBe(3));
    const events = (await api.client.list(Event, { namespace: "default" })).items;
    expect(
      events.map((event) => [event["reason"], event["message"], event["count"], event["source"]]),
    ).toEqual([
      ["Applied", "configmap of size 1", 1, { component: "widget-controller" }],
      ["Applied", "configmap of size 3", 1, { component: "widget-controller" }],
    ]);

    await api.client.delete(Widget, key);
    await vi.waitFor(async () => expect(await api.client.get(Widget, key)).toBeUndefined());
    expect(removed).toEqual(["a"]);
    expect(api.requests.filter((request) => !request.startsWith("GET"))).toEqual([
      "POST /apis/example.com/v1/namespaces/default/widgets",
      "PATCH /apis/example.com/v1/namespaces/default/widgets/a",
      "PATCH /api/v1/namespaces/default/configmaps/a",
      "POST /api/v1/namespaces/default/events",
      "PATCH /apis/example.com/v1/namespaces/default/widgets/a/status",
      "PATCH /apis/example.com/v1/namespaces/default/widgets/a",
      "PATCH /api/v1/namespaces/default/configmaps/a",
      "POST /api/v1/namespaces/default/events",
      "PATCH /apis/example.com/v1/namespaces/default/widgets/a/status",
      "DELETE /apis/example.com/v1/namespaces/default/widgets/a",
      "PATCH /apis/example.com/v1/namespaces/default/widgets/a",
    ]);
  });
});
