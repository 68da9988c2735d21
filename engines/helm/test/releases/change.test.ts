import { describeError } from "@weir/core";
import type { KubeObject } from "@weir/objects";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  installRelease,
  NoDeployedReleasesError,
  type Release,
  ReleaseActionError,
  ReleasePendingError,
  rollbackRelease,
  uninstallRelease,
  unlockRelease,
  upgradeRelease,
  withStatus,
} from "../../src/index.ts";
import {
  configMap,
  hookJob,
  NAMESPACE,
  type ReleaseWorld,
  renderOf,
  startWorld,
  statesOf,
  worldOf,
} from "./release-world.ts";

const CONFIG_MAPS = { group: "", version: "v1", kind: "ConfigMap" };
const NAME = "{{ .Release.Name }}";
const KEPT = configMap(`${NAME}-kept`, "1").replace(
  "\ndata:",
  "\n  annotations: {helm.sh/resource-policy: keep}\ndata:",
);
const BAD_SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: bad}\nspec: {ports: [{port: 99999}]}\n";

let shared: ReleaseWorld;
let world: ReleaseWorld;
let name = "";
let names = 0;
beforeAll(async () => {
  shared = await startWorld();
});
beforeEach(() => {
  world = worldOf(shared.cluster, shared.client);
  names += 1;
  name = `c${names}`;
});
afterAll(() => shared[Symbol.asyncDispose]());

const A = { "a.yaml": configMap(`${NAME}-a`) };

function install(templates: Readonly<Record<string, string>> = A): Promise<Release> {
  const render = renderOf(templates, { value: "1" });
  return installRelease(world.context, { name, namespace: NAMESPACE, render, timeoutMs: 5_000 });
}

function upgrade(
  templates: Readonly<Record<string, string>> = A,
  more: Partial<Parameters<typeof upgradeRelease>[1]> = {},
): Promise<Release> {
  const render = renderOf(templates, { value: "2" });
  return upgradeRelease(world.context, { name, render, timeoutMs: 5_000, ...more });
}

async function dataOf(suffix: string): Promise<unknown> {
  const key = { namespace: NAMESPACE, name: `${name}-${suffix}` };
  return (await world.client.get<KubeObject>(CONFIG_MAPS, key))?.["data"];
}

describe("upgradeRelease", () => {
  test("supersedes the old revision before the new one is deployed", async () => {
    await install();
    world.writes.length = 0;
    await upgrade();
    expect(world.writes.map(({ release }) => `${release.version} ${release.info.status}`)).toEqual([
      "2 pending-upgrade",
      "1 superseded",
      "2 deployed",
    ]);
    expect((await world.store.last(name))?.info.description).toBe("Upgrade complete");
  });

  test("deletes what left the manifest, unless it is to be kept", async () => {
    await install({ ...A, "b.yaml": configMap(`${NAME}-b`), "kept.yaml": KEPT });
    await upgrade();
    expect(await dataOf("a")).toEqual({ value: "2" });
    expect(await dataOf("b")).toBeUndefined();
    expect(await dataOf("kept")).toBeDefined();
    expect(world.lines.map(({ message }) => message)).toContain("skipping delete due to annotation");
  });

  test("needs a release", async () => {
    await expect(upgrade()).rejects.toThrow(NoDeployedReleasesError);
  });

  test("leaves a pending release to whoever holds it", async () => {
    const installed = await install();
    await world.store.update(withStatus(installed, "pending-upgrade", ""));
    await expect(upgrade()).rejects.toThrow(ReleasePendingError);
    expect((await unlockRelease(world.store, name))?.info).toMatchObject({
      status: "failed",
      description: "Release unlocked from stale 'pending-upgrade' state",
    });
    expect((await upgrade()).version).toBe(2);
  });

  test("lets one of two at once have the revision", async () => {
    await install();
    const tries = await Promise.allSettled([upgrade(), upgrade(), upgrade()]);
    expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await statesOf(world.store, name)).toEqual(["1 superseded", "2 deployed"]);
  });

  test("builds on what is deployed after a failure", async () => {
    await install({ ...A, "b.yaml": configMap(`${NAME}-b`) });
    await expect(upgrade({ ...A, "bad.yaml": BAD_SERVICE })).rejects.toThrow(ReleaseActionError);
    expect(await statesOf(world.store, name)).toEqual(["1 deployed", "2 failed"]);
    await upgrade();
    expect(await statesOf(world.store, name)).toEqual(["1 superseded", "2 failed", "3 deployed"]);
    expect(await dataOf("b")).toBeUndefined();
  });

  test("removes what a failure created where it is asked to", async () => {
    await install();
    const templates = { ...A, "b.yaml": configMap(`${NAME}-b`), "bad.yaml": BAD_SERVICE };
    await expect(upgrade(templates, { cleanupOnFail: true })).rejects.toThrow(ReleaseActionError);
    expect(await dataOf("b")).toBeUndefined();
    expect(await dataOf("a")).toEqual({ value: "2" });
  });

  test("goes back to the last good revision where it is asked to", async () => {
    await install();
    const failure: unknown = await upgrade(
      { ...A, "bad.yaml": BAD_SERVICE },
      { rollbackOnFailure: true },
    ).catch((error: unknown) => error);
    expect(describeError(failure)).toMatch(
      /^release c\d+ failed, and has been rolled back due to rollback-on-failure being set: failed to create resource: /,
    );
    expect(await statesOf(world.store, name)).toEqual(["1 superseded", "2 failed", "3 deployed"]);
    expect(await dataOf("a")).toEqual({ value: "1" });
  });

  test("keeps so many revisions", async () => {
    await install();
    for (let revision = 2; revision <= 4; revision += 1) await upgrade(A, { maxHistory: 2 });
    expect(await statesOf(world.store, name)).toEqual(["3 superseded", "4 deployed"]);
  });

  test("tells a render what it is for", async () => {
    await install();
    const facts: unknown[] = [];
    const render = renderOf(A, { value: "2" });
    await upgrade(A, {
      render: (told) => {
        facts.push(told);
        return render(told);
      },
    });
    expect(facts).toMatchObject([
      {
        name,
        namespace: NAMESPACE,
        revision: 2,
        isUpgrade: true,
        current: { version: 1, config: { value: "1" } },
      },
    ]);
  });

  test("replaces objects where they are not applied and it is forced to", async () => {
    const render = renderOf(A, { value: "1" });
    await installRelease(world.context, { name, namespace: NAMESPACE, render, serverSideApply: false });
    const key = { namespace: NAMESPACE, name: `${name}-a` };
    await world.client.patch(CONFIG_MAPS, key, { type: "merge", patch: { data: { other: "x" } } });
    await upgrade(A, { forceReplace: true });
    expect(await dataOf("a")).toEqual({ value: "2" });
  });
});

describe("rollbackRelease", () => {
  test("copies the revision before the newest", async () => {
    await install();
    await upgrade();
    const rolledBack = await rollbackRelease(world.context, { name });
    expect(rolledBack).toMatchObject({
      version: 3,
      config: { value: "1" },
      info: { status: "deployed", description: "Rollback to 1" },
    });
    expect(await statesOf(world.store, name)).toEqual(["1 superseded", "2 superseded", "3 deployed"]);
    expect(await dataOf("a")).toEqual({ value: "1" });
  });

  test("that fails marks itself failed and what it left superseded", async () => {
    await install({ "bad.yaml": BAD_SERVICE }).catch(() => undefined);
    await upgrade();
    const failure: unknown = await rollbackRelease(world.context, { name }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ReleaseActionError);
    expect(await statesOf(world.store, name)).toEqual(["1 superseded", "2 superseded", "3 failed"]);
    expect((await world.store.last(name))?.info.description).toBe(
      `Rollback "${name}" failed: ${describeError(failure)}`,
    );
  });
});

describe("uninstallRelease", () => {
  test("keeps what is to be kept, and says so", async () => {
    await install({ ...A, "kept.yaml": KEPT });
    const { info } = await uninstallRelease(world.context, { name });
    expect(info).toBe(`These resources were kept due to the resource policy:\n[ConfigMap] ${name}-kept\n`);
    expect(await dataOf("a")).toBeUndefined();
    expect(await dataOf("kept")).toBeDefined();
    expect(await statesOf(world.store, name)).toEqual([]);
  });

  test("keeps the records where it is asked to, and removes them the next time", async () => {
    await install();
    await upgrade();
    await uninstallRelease(world.context, { name, keepHistory: true });
    expect(await statesOf(world.store, name)).toEqual(["1 superseded", "2 uninstalled"]);
    expect((await world.store.last(name))?.info.description).toBe("Uninstallation complete");
    await expect(uninstallRelease(world.context, { name, keepHistory: true })).rejects.toThrow(
      "is already deleted",
    );
    await uninstallRelease(world.context, { name });
    expect(await statesOf(world.store, name)).toEqual([]);
  });

  test("runs its hooks again once one of them failed", async () => {
    await install({ "hook.yaml": hookJob(`${NAME}-hook`, "pre-delete", { "weir.dev/status": "failed" }) });
    const failure: unknown = await uninstallRelease(world.context, { name }).catch((error: unknown) => error);
    expect(describeError(failure)).toContain("status: 'Failed'");
    expect(await statesOf(world.store, name)).toEqual(["1 uninstalling"]);
    const before = await hookOf();
    await uninstallRelease(world.context, { name }).catch(() => undefined);
    expect((await hookOf())?.metadata.uid).not.toBe(before?.metadata.uid);
  });

  test("waits for what finalizers hold, and tells of it", async () => {
    const held = configMap(`${NAME}-a`).replace("\ndata:", "\n  finalizers: [example.com/hold]\ndata:");
    await install({ "a.yaml": held });
    const failure: unknown = await uninstallRelease(world.context, { name, timeoutMs: 50 }).catch(
      (error: unknown) => error,
    );
    expect(describeError(failure)).toBe(
      `uninstallation completed with 1 error(s): ConfigMap/apps/${name}-a termination timeout: context deadline exceeded`,
    );
    expect(await statesOf(world.store, name)).toEqual([]);
  });
});

function hookOf(): Promise<KubeObject | undefined> {
  const kind = { group: "batch", version: "v1", kind: "Job" };
  return world.client.get<KubeObject>(kind, { namespace: NAMESPACE, name: `${name}-hook` });
}
