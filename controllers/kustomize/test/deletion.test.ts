import { describe, expect, test } from "vitest";
import { configMap, startToolkit } from "./start-toolkit.ts";

describe("deleting a Kustomization", () => {
  test.each([
    { name: "deletes its objects as it prunes", spec: {}, stays: false },
    { name: "keeps its objects where it does not prune", spec: { prune: false }, stays: true },
    {
      name: "keeps its objects where the policy is Orphan",
      spec: { deletionPolicy: "Orphan" as const },
      stays: true,
    },
    {
      name: "deletes its objects where the policy is Delete",
      spec: { prune: false, deletionPolicy: "Delete" as const },
      stays: false,
    },
    {
      name: "waits for their end where the policy is WaitForTermination",
      spec: { prune: false, deletionPolicy: "WaitForTermination" as const },
      stays: false,
    },
  ])("$name", async ({ spec, stays }) => {
    await using toolkit = await startToolkit();
    await toolkit.publish("main@sha1:1", { "a.yaml": configMap("a") });
    await toolkit.createKustomization("app", spec);
    await toolkit.ready("app", "True");
    await toolkit.remove("app");
    expect((await toolkit.data("a")) !== undefined).toBe(stays);
  });

  test("keeps the objects of one that is suspended", async () => {
    await using toolkit = await startToolkit();
    await toolkit.publish("main@sha1:1", { "a.yaml": configMap("a") });
    await toolkit.createKustomization("app");
    await toolkit.ready("app", "True");
    await toolkit.patch("app", { spec: { suspend: true } });
    await toolkit.remove("app");
    expect(await toolkit.data("a")).toEqual({ key: "value" });
  });

  test("passes over objects that another Kustomization has taken", async () => {
    await using toolkit = await startToolkit();
    await toolkit.publish("main@sha1:1", { "a.yaml": configMap("a") });
    await toolkit.createKustomization("first");
    await toolkit.ready("first", "True");
    await toolkit.createKustomization("second");
    await toolkit.ready("second", "True");
    await toolkit.remove("first");
    expect(await toolkit.data("a")).toEqual({ key: "value" });
    expect(await toolkit.events()).toContain("Normal ReconciliationSucceeded ConfigMap/apps/a skipped");
  });
});
