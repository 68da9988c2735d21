import { GitRepository, HelmRelease, Kustomization } from "@weir/api";
import { ConfigMap, Pod } from "@weir/builtin/core-v1";
import { FakeClock } from "@weir/core";
import { createManager, findCondition } from "@weir/sdk";
import { startTestEnv, type TestEnv, type TestEnvOptions } from "@weir/testenv";
import { describe, expect, test, vi } from "vitest";
import { BOARD } from "../src/board.ts";
import { myapps } from "../src/controller.ts";
import { jsonLogger } from "../src/json-logger.ts";
import { logAll } from "../src/log-all.ts";
import { MyApp } from "../src/my-app.ts";

function startMyApps(options: TestEnvOptions = {}): Promise<TestEnv> {
  const crds = [GitRepository, HelmRelease, Kustomization].map((resource) => resource.crd());
  return startTestEnv({ resources: [MyApp], crds, controllers: [myapps], ...options });
}

const ready = (app: MyApp | undefined) => findCondition(app?.status?.conditions, "Ready");
/** Ready for the spec that it has now. */
const isSettled = (app: MyApp | undefined): boolean =>
  ready(app)?.status === "True" && app?.status?.observedGeneration === app?.metadata.generation;
const patch = (spec: Partial<Pick<MyApp["spec"], "image" | "replicas">>) =>
  ({ type: "merge", patch: { spec } }) as const;

async function podsOf({ client, namespace }: TestEnv): Promise<readonly string[]> {
  const { items } = await client.list(Pod, { namespace, labelSelector: "app.example.com/name=web" });
  return items.map(({ metadata, spec }) => `${metadata?.name}: ${spec?.containers[0]?.image}`).sort();
}

async function createWeb({ client, namespace }: TestEnv, spec: Partial<MyApp["spec"]> = {}): Promise<void> {
  await client.create(MyApp, { metadata: { namespace, name: "web" }, spec: { image: "nginx:1", ...spec } });
}

const WRITES = new Set(["create", "update", "patch", "delete"]);

/** Crashes the controllers when their write of that number has happened, before they are told so. */
async function crashAfterWrite(env: TestEnv, number: number): Promise<"crashed"> {
  const reached = Promise.withResolvers<void>();
  let writes = 0;
  env.setFaults(({ verb, resource }) => {
    // Events tell what happened, which a crash changes.
    if (!WRITES.has(verb) || resource === "events") return undefined;
    writes += 1;
    if (writes === number) reached.resolve();
    return writes === number ? { kind: "lose-reply" } : undefined;
  });
  await reached.promise;
  await env.crashControllers();
  return "crashed";
}

/** What a Flux controller would write. */
async function setSourceReady(
  { client, namespace }: TestEnv,
  name: string,
  status: "True" | "False",
): Promise<void> {
  const condition = { type: "Ready", status, reason: "Seen", message: "", observedGeneration: 1 };
  const conditions = [{ ...condition, lastTransitionTime: "2026-01-01T00:00:00Z" }];
  const change = { status: { observedGeneration: 1, conditions } };
  await client.patch(
    GitRepository,
    { namespace, name },
    { type: "merge", patch: change },
    { subresource: "status" },
  );
}

describe("a MyApp", () => {
  test("has as many Pods as it asks for, of its image, and says when they are ready", async () => {
    await using env = await startMyApps();
    const key = { namespace: env.namespace, name: "web" };
    await createWeb(env, { replicas: 3 });
    const app = await env.until(MyApp, "web", isSettled);
    expect(app?.status?.readyReplicas).toBe(3);
    expect(await podsOf(env)).toEqual(["web-0: nginx:1", "web-1: nginx:1", "web-2: nginx:1"]);

    await env.client.patch(MyApp, key, patch({ replicas: 1, image: "nginx:2" }));
    await env.until(MyApp, "web", isSettled);
    expect(await podsOf(env)).toEqual(["web-0: nginx:2"]);
  });

  test("replaces a Pod that somebody deletes", async () => {
    await using env = await startMyApps();
    const key = { namespace: env.namespace, name: "web-0" };
    await createWeb(env);
    await env.until(MyApp, "web", isSettled);
    const before = await env.client.get(Pod, key);
    await env.client.delete(Pod, key);
    await env.until(Pod, "web-0", (pod) => pod !== undefined && pod.metadata?.uid !== before?.metadata?.uid);
    await env.until(MyApp, "web", isSettled);
  });

  test("deletes a Pod that somebody labels as its own", async () => {
    await using env = await startMyApps();
    await createWeb(env);
    await env.until(MyApp, "web", isSettled);
    await env.client.create(Pod, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { namespace: env.namespace, name: "stray" },
      spec: { containers: [{ name: "main", image: "nginx:1" }] },
    });
    const labels = { "app.example.com/name": "web" };
    const change = { type: "merge", patch: { metadata: { labels } } } as const;
    await env.client.patch(Pod, { namespace: env.namespace, name: "stray" }, change);
    await env.until(Pod, "stray", (pod) => pod === undefined);
  });

  test("takes its Pods with it", async () => {
    await using env = await startMyApps();
    await createWeb(env, { replicas: 2 });
    await env.until(MyApp, "web", isSettled);
    await env.client.delete(MyApp, { namespace: env.namespace, name: "web" });
    await env.until(MyApp, "web", (app) => app === undefined);
    expect(await podsOf(env)).toEqual([]);
  });

  test("waits until what it depends on is Ready, and keeps its Pods when it no longer is", async () => {
    await using env = await startMyApps();
    const { client, namespace } = env;
    await createWeb(env, { dependsOn: { kind: "GitRepository", name: "settings" } });
    const waits = (message: string) => env.until(MyApp, "web", (app) => ready(app)?.message === message);
    await waits("GitRepository settings does not exist");
    const source = { interval: "1m", url: "https://example.com/settings" };
    await client.create(GitRepository, { metadata: { namespace, name: "settings" }, spec: source });
    await waits("GitRepository settings is not Ready");
    expect(await podsOf(env)).toEqual([]);

    await setSourceReady(env, "settings", "True");
    await env.until(MyApp, "web", isSettled);
    await setSourceReady(env, "settings", "False");
    await waits("GitRepository settings is not Ready");
    expect(await podsOf(env)).toEqual(["web-0: nginx:1"]);
  });

  test("keeps a line on the board, where there is one, while it exists", async () => {
    await using env = await startMyApps();
    const { client, namespace } = env;
    await client.create(ConfigMap, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { namespace, name: BOARD },
      data: { other: "of somebody else" },
    });
    await createWeb(env);
    await env.until(ConfigMap, BOARD, (board) => board?.data?.["web"] === "nginx:1: 1 of 1 Pods are ready");
    await client.delete(MyApp, { namespace, name: "web" });
    const board = await env.until(ConfigMap, BOARD, (found) => found?.data?.["web"] === undefined);
    expect(board?.data).toEqual({ other: "of somebody else" });
  });

  test("is refused with a name that is too long for a label", async () => {
    await using env = await startMyApps({ controllers: [] });
    const { client, namespace } = env;
    const app = { metadata: { namespace, name: "a".repeat(64) }, spec: { image: "nginx:1" } };
    await expect(client.create(MyApp, app)).rejects.toThrow("the name is at most 63 characters long");
  });
});

describe("the controller", () => {
  test("comes to the same end when it crashes after any of its writes", async () => {
    for (let crashAt = 1; ; crashAt += 1) {
      await using env = await startMyApps();
      const crashes = crashAfterWrite(env, crashAt);
      await createWeb(env, { replicas: 2 });
      const end = await Promise.race([crashes, env.until(MyApp, "web", isSettled)]);
      if (end !== "crashed") {
        expect(crashAt).toBeGreaterThan(4);
        return;
      }
      await env.restartControllers();
      await env.until(MyApp, "web", isSettled);
      expect(await podsOf(env)).toEqual(["web-0: nginx:1", "web-1: nginx:1"]);
    }
  });

  test("logs every MyApp at the start and every ten minutes", async () => {
    await using env = await startMyApps({ controllers: [] });
    await createWeb(env);
    const clock = new FakeClock();
    const lines: string[] = [];
    const logger = jsonLogger((line) => lines.push(line));
    const { client } = env;
    await using manager = createManager({ client, clock, logger, controllers: [], tasks: [logAll] });
    const hasLogged = (times: number) =>
      vi.waitFor(() => expect(lines.filter((line) => line.includes('"name":"web"'))).toHaveLength(times));
    await manager.start();
    await manager.elected();
    await clock.advance(0);
    await hasLogged(1);
    await clock.advance(10 * 60_000 - 1);
    await hasLogged(1);
    await clock.advance(1);
    await hasLogged(2);
    expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ message: "myapp", image: "nginx:1", replicas: 1 });
  });
});
