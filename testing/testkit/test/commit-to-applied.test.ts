import { GitRepository, Kustomization } from "@weir/api";
import { kind } from "@weir/sdk";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { aGitRepository, aKustomization, eventually, startToolkit, type Toolkit } from "../src/index.ts";

const ConfigMap = kind("v1", "ConfigMap", { plural: "configmaps", scope: "Namespaced" });
const options = { fieldManager: "test", force: true };
const key = { namespace: "default", name: "app" };

function manifest(name: string, value: string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  namespace: default\ndata:\n  key: ${value}\n`;
}

describe("the way of a commit", () => {
  let toolkit: Toolkit;
  beforeEach(async () => {
    toolkit = await startToolkit({ searchPath: process.env["PATH"] ?? "/usr/bin:/bin" });
    const repository = await toolkit.git.repository("app");
    await repository.commit({ files: { "a.yaml": manifest("a", "one"), "b.yaml": manifest("b", "one") } });
    const { client, git } = toolkit;
    await client.apply(GitRepository, aGitRepository(`${git.url}/app.git`), options);
    await client.apply(Kustomization, aKustomization(), options);
    await untilApplied("one");
  });
  afterEach(() => toolkit[Symbol.asyncDispose]());

  /** Waits until the ConfigMap has that value and the Kustomization says that it is applied. */
  async function untilApplied(value: string): Promise<void> {
    await eventually(async () => {
      const applied = await toolkit.client.get(ConfigMap, { namespace: "default", name: "a" });
      expect(applied?.["data"]).toEqual({ key: value });
      const kustomization = await toolkit.client.get(Kustomization, key);
      const { artifact } = (await toolkit.client.get(GitRepository, key))?.status ?? {};
      expect(kustomization?.status?.lastAppliedRevision).toBe(artifact?.revision);
    });
  }

  async function push(value: string, remove: readonly string[] = []): Promise<void> {
    const repository = await toolkit.git.repository("app");
    await repository.commit({ files: { "a.yaml": manifest("a", value) }, remove });
  }

  async function request(value: string): Promise<void> {
    const patch = { metadata: { annotations: { "reconcile.fluxcd.io/requestedAt": value } } };
    await toolkit.client.patch(GitRepository, key, { type: "merge", patch });
  }

  test("leads to applied objects, and what a commit removes is pruned", async () => {
    await push("two", ["b.yaml"]);
    await request("r1");
    await untilApplied("two");
    const b = { namespace: "default", name: "b" };
    await eventually(async () => expect(await toolkit.client.get(ConfigMap, b)).toBeUndefined());
    const { inventory } = (await toolkit.client.get(Kustomization, key))?.status ?? {};
    expect(inventory?.entries?.map(({ id }) => id)).toEqual(["default_a__ConfigMap"]);
  });

  test("undoes what somebody else changed", async () => {
    const patch = { data: { key: "edited" } };
    await toolkit.client.patch(
      ConfigMap,
      { namespace: "default", name: "a" },
      { type: "merge", patch },
      { fieldManager: "kubectl-edit" },
    );
    const annotations = { "reconcile.fluxcd.io/requestedAt": "r1" };
    await toolkit.client.patch(Kustomization, key, { type: "merge", patch: { metadata: { annotations } } });
    await untilApplied("one");
  });

  test("goes on where the API was killed in the middle", async () => {
    await push("two");
    await request("r1");
    await toolkit.cluster.kill();
    await push("three");
    await toolkit.cluster.start();
    await request("r2");
    await untilApplied("three");
  });
});
