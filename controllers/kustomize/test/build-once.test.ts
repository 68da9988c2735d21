import { describe, expect, test, vi } from "vitest";
import { configMap, type Files, kustomizationOf, startToolkit } from "./start-toolkit.ts";

const files: Files = {
  "app/kustomization.yaml": kustomizationOf("../base"),
  "base/kustomization.yaml": kustomizationOf("a.yaml"),
  "base/a.yaml": configMap("a", { key: "${VALUE:=default}" }),
  "docs/readme.md": "one",
};

describe("a build", () => {
  test("is not made again for a revision that changed elsewhere, and drift is corrected all the same", async () => {
    await using toolkit = await startToolkit();
    await toolkit.publish("main@sha1:1", files);
    await toolkit.createKustomization("app", {
      path: "./app",
      postBuild: { substitute: { VALUE: "first" } },
    });
    await toolkit.applied("app", "main@sha1:1");
    expect(toolkit.builds).toHaveLength(1);

    const key = { namespace: "apps", name: "a" };
    const ConfigMap = { group: "", version: "v1", kind: "ConfigMap" };
    const patch = { data: { key: "edited" } };
    await toolkit.cluster.client.patch(
      ConfigMap,
      key,
      { type: "merge", patch },
      { fieldManager: "kubectl-edit" },
    );
    await toolkit.publish("main@sha1:2", { ...files, "docs/readme.md": "two", "base/unread.yaml": "x" });
    await toolkit.applied("app", "main@sha1:2");
    expect(await toolkit.data("a")).toEqual({ key: "first" });
    expect(toolkit.builds).toHaveLength(1);

    await toolkit.patch("app", { spec: { postBuild: { substitute: { VALUE: "second" } } } });
    await vi.waitFor(async () => expect(await toolkit.data("a")).toEqual({ key: "second" }), {
      timeout: 5_000,
    });
    expect(toolkit.builds).toHaveLength(2);

    await toolkit.publish("main@sha1:3", { ...files, "base/a.yaml": configMap("a", { key: "third" }) });
    await toolkit.applied("app", "main@sha1:3");
    expect(await toolkit.data("a")).toEqual({ key: "third" });
    expect(toolkit.builds).toHaveLength(3);
  });
});
