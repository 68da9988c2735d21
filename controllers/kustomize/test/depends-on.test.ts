import { describe, expect, test } from "vitest";
import { configMap, startToolkit } from "./start-toolkit.ts";

describe("dependsOn", () => {
  test("holds a Kustomization back, and lets it go the moment that its dependency is ready", async () => {
    // Were it not woken, it would look again after an hour.
    await using toolkit = await startToolkit({ requeueDependencyMs: 3_600_000 });
    await toolkit.publish("main@sha1:1", { "a/a.yaml": configMap("a"), "b/b.yaml": configMap("b") });
    await toolkit.createKustomization("b", { path: "b", dependsOn: [{ name: "a" }] });
    expect((await toolkit.ready("b", "False")).message).toBe(
      `dependency 'apps/a' not found: kustomizations.kustomize.toolkit.fluxcd.io "a" not found`,
    );
    expect(await toolkit.data("b")).toBeUndefined();
    await toolkit.createKustomization("a", { path: "a" });
    await toolkit.ready("b", "True");
    expect(await toolkit.data("b")).toEqual({ key: "value" });
    expect(await toolkit.events()).toContain(
      "Normal DependencyNotReady Dependencies do not meet ready condition, retrying in 1h0m0s",
    );
  });

  test("carries a chain of ten through every revision", async () => {
    await using toolkit = await startToolkit({ requeueDependencyMs: 3_600_000 });
    await toolkit.publish("main@sha1:1", { "a.yaml": configMap("a") });
    for (let index = 9; index >= 0; index -= 1) {
      await toolkit.createKustomization(`k${index}`, {
        namePrefix: `k${index}-`,
        dependsOn: index === 0 ? [] : [{ name: `k${index - 1}` }],
      });
    }
    await toolkit.ready("k9", "True");
    await toolkit.publish("main@sha1:2", { "a.yaml": configMap("a", { key: "new" }) });
    await toolkit.applied("k9", "main@sha1:2");
    expect(await toolkit.data("k9-a")).toEqual({ key: "new" });
  });

  test("names a cycle", async () => {
    await using toolkit = await startToolkit();
    await toolkit.publish("main@sha1:1", { "a.yaml": configMap("a") });
    await toolkit.createKustomization("b", { dependsOn: [{ name: "a" }] });
    await toolkit.createKustomization("a", { dependsOn: [{ name: "b" }] });
    expect((await toolkit.ready("a", "False")).message).toBe(
      "dependency 'apps/b' is not ready: dependency cycle apps/a -> apps/b -> apps/a",
    );
  });
});
