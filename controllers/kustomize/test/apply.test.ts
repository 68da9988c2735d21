import { describe, expect, test, vi } from "vitest";
import { configMap, startToolkit } from "./start-toolkit.ts";

describe("a Kustomization", () => {
  test("becomes applied objects, follows its source, and prunes what left it", async () => {
    await using toolkit = await startToolkit();
    await toolkit.createKustomization("app");
    expect((await toolkit.ready("app", "False")).message).toBe(
      'GitRepository.source.toolkit.fluxcd.io "app" not found',
    );
    await toolkit.publish("main@sha1:1", { "a.yaml": configMap("a"), "b.yaml": configMap("b") });
    expect((await toolkit.ready("app", "True")).message).toBe("Applied revision: main@sha1:1");
    expect(await toolkit.data("a")).toEqual({ key: "value" });

    await toolkit.publish("main@sha1:2", { "a.yaml": configMap("a", { key: "new" }) });
    await vi.waitFor(async () => expect(await toolkit.data("b")).toBeUndefined(), { timeout: 5_000 });
    expect((await toolkit.ready("app", "True")).message).toBe("Applied revision: main@sha1:2");
    expect(await toolkit.data("a")).toEqual({ key: "new" });
    expect((await toolkit.get("app")).status).toMatchObject({
      inventory: { entries: [{ id: "apps_a__ConfigMap", v: "v1" }] },
      lastAppliedRevision: "main@sha1:2",
      lastAttemptedRevision: "main@sha1:2",
      observedGeneration: 1,
    });
    expect(await toolkit.events()).toEqual([
      "Normal Progressing ConfigMap/apps/a created\nConfigMap/apps/b created",
      expect.stringMatching(
        /^Normal ReconciliationSucceeded Reconciliation finished in .*, next run in 10m0s$/,
      ),
      "Normal Progressing ConfigMap/apps/a configured",
      "Normal Progressing ConfigMap/apps/b deleted",
      expect.stringMatching(
        /^Normal ReconciliationSucceeded Reconciliation finished in .*, next run in 10m0s$/,
      ),
    ]);
  });

  test("makes no dry run and no apply where nothing changed, and undoes what others changed", async () => {
    await using toolkit = await startToolkit();
    await toolkit.publish("main@sha1:1", { "a.yaml": configMap("a") });
    await toolkit.createKustomization("app");
    await toolkit.ready("app", "True");

    const handled = async (at: string): Promise<void> => {
      await toolkit.patch("app", { metadata: { annotations: { "reconcile.fluxcd.io/requestedAt": at } } });
      await vi.waitFor(
        async () => expect((await toolkit.get("app")).status?.lastHandledReconcileAt).toBe(at),
        { timeout: 5_000 },
      );
    };
    toolkit.requests.length = 0;
    await handled("r1");
    expect(toolkit.requests.filter((request) => request.includes("configmaps"))).toEqual([
      "GET /api/v1/namespaces/apps/configmaps/a",
    ]);

    const { client } = toolkit.cluster;
    const key = { namespace: "apps", name: "a" };
    const patch = { data: { key: "edited", more: "x" } };
    const options = { fieldManager: "kubectl-edit" };
    await client.patch(
      { group: "", version: "v1", kind: "ConfigMap" },
      key,
      { type: "merge", patch },
      options,
    );
    await handled("r2");
    expect(await toolkit.data("a")).toEqual({ key: "value" });
    expect((await toolkit.get("app")).status?.history).toMatchObject([{ totalReconciliations: 3 }]);
  });

  test("is left alone while it is suspended", async () => {
    await using toolkit = await startToolkit();
    await toolkit.publish("main@sha1:1", { "a.yaml": configMap("a") });
    await toolkit.createKustomization("app", { suspend: true });
    await vi.waitFor(async () => expect((await toolkit.get("app")).metadata.finalizers).toHaveLength(1));
    await toolkit.patch("app", { spec: { suspend: false } });
    await toolkit.ready("app", "True");
    expect((await toolkit.get("app")).status?.history).toHaveLength(1);
  });
});
