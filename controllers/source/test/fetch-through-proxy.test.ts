import { type ForwardProxy, startForwardProxy, type Toolkit } from "@weir/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { applyRepository, applySecret, conditionOf, startSourceWorld, untilReady } from "./source-world.ts";

const own = { username: "proxy-user", password: "canary" };

describe("a GitRepository with proxySecretRef", () => {
  let world: Toolkit;
  let proxy: ForwardProxy;
  beforeAll(async () => {
    world = await startSourceWorld();
    proxy = await startForwardProxy({ credentials: own });
    await (await world.git.repository("app")).commit({ files: { "a.yaml": "a: 1\n" } });
  });
  afterAll(async () => {
    await proxy[Symbol.asyncDispose]();
    await world[Symbol.asyncDispose]();
  });

  test("is fetched through the proxy", async () => {
    await applySecret(world, "proxy", { address: proxy.url, ...own });
    await applyRepository(world, "app.git", { proxySecretRef: { name: "proxy" } }, "good");
    await untilReady(world, "True", { name: "good" });
    expect(proxy.requests.length).toBeGreaterThan(1);
  });

  test.each([
    [
      "refused",
      () => ({ address: proxy.url, username: "proxy-user", password: "canary-wrong" }),
      /code: 407$/,
    ],
    [
      "down",
      () => ({ address: "http://127.0.0.1:1", ...own }),
      /proxyconnect tcp: dial tcp 127\.0\.0\.1:1: connect: connection refused$/,
    ],
  ] as const)("says that the proxy is at fault: %s", async (name, secret, message) => {
    await applySecret(world, name, secret());
    await applyRepository(world, "app.git", { proxySecretRef: { name } }, name);
    const failed = await untilReady(world, "False", { name, reason: "GitOperationFailed" });
    expect(conditionOf(failed, "FetchFailed")?.message).toMatch(message);
    expect(JSON.stringify(failed.status)).not.toContain("canary");
  });
});
