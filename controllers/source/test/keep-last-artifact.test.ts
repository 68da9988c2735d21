import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Toolkit } from "@weir/testkit";
import { applyRepository, conditionOf, startSourceWorld, untilReady } from "./source-world.ts";

const Secret = { group: "", version: "v1", kind: "Secret" };

describe("a GitRepository whose remote fails", () => {
  let world: Toolkit;
  beforeAll(async () => {
    world = await startSourceWorld();
    const repository = await world.git.repository("app");
    await repository.commit({ files: { "a.yaml": "a: 1\n" } });
    await world.git.repository("empty");
    await world.client.create(Secret, {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "wrong", namespace: "default" },
      data: { username: "dXNlcg==", password: "Y2FuYXJ5" },
    } as never);
  });
  afterAll(() => world[Symbol.asyncDispose]());

  const cases = [
    {
      name: "unknown-host",
      path: "http://no-such-host.invalid/app.git",
      reason: "GitOperationFailed",
      message: /no such host/,
    },
    {
      name: "refused",
      path: "http://127.0.0.1:1/app.git",
      reason: "GitOperationFailed",
      message: /connection refused/,
    },
    {
      name: "no-credentials",
      path: "auth/app.git",
      reason: "GitOperationFailed",
      message: /authentication required/,
    },
    {
      name: "wrong-credentials",
      path: "auth/app.git",
      spec: { secretRef: { name: "wrong" } },
      reason: "GitOperationFailed",
      message: /authentication required/,
    },
    {
      name: "secret-missing",
      path: "app.git",
      spec: { secretRef: { name: "none" } },
      reason: "AuthenticationFailed",
      message: /failed to get secret 'default\/none': secrets "none" not found/,
    },
    {
      name: "branch-missing",
      path: "app.git",
      spec: { ref: { branch: "none" } },
      reason: "GitOperationFailed",
      message: /couldn't find remote ref "refs\/heads\/none"/,
    },
    { name: "empty", path: "empty.git", reason: "EmptyGitRepository", message: /git repository is empty/ },
    {
      name: "server-error",
      path: "err500/app.git",
      reason: "GitOperationFailed",
      message: /status code: 500/,
    },
  ] as const;

  test.each(cases)(
    "keeps its last artifact and says why: $name",
    async ({ name, path, reason, message, ...rest }) => {
      await applyRepository(world, "app.git", {}, name);
      const before = await untilReady(world, "True", { name });
      await applyRepository(world, path, "spec" in rest ? rest.spec : {}, name);
      const after = await untilReady(world, "False", { name, reason });
      const failure = conditionOf(after, "FetchFailed");
      expect(failure).toMatchObject({ status: "True", reason });
      expect(failure?.message).toMatch(message);
      expect(JSON.stringify(after.status)).not.toContain("canary");
      expect(after.status?.artifact).toEqual(before.status?.artifact);
      expect(await world.artifacts.verify(after.status?.artifact as never)).toBe("intact");
      expect(after.status?.observedGeneration).toBe(1);
    },
  );

  test("does not hold back the others", async () => {
    await applyRepository(world, "slow/app.git", { timeout: "1s" }, "hangs");
    await applyRepository(world, "app.git", {}, "goes-on");
    await untilReady(world, "True", { name: "goes-on" });
    const hung = await untilReady(world, "False", { name: "hangs" });
    expect(conditionOf(hung, "Ready")?.message).toContain("context deadline exceeded");
  });

  test("stalls with a URL that is none, and keeps its last artifact", async () => {
    await applyRepository(world, "app.git", {}, "scp-like");
    const before = await untilReady(world, "True", { name: "scp-like" });
    await applyRepository(world, "ssh://git@example.com:org/app.git", {}, "scp-like");
    const after = await untilReady(world, "False", { name: "scp-like", reason: "URLInvalid" });
    const url = "ssh://example.com:org/app.git";
    const message = `failed to parse url '${url}': parse "${url}": invalid port ":org" after host`;
    expect(conditionOf(after, "FetchFailed")).toMatchObject({ status: "True", message });
    expect(conditionOf(after, "Stalled")).toMatchObject({ status: "True", reason: "URLInvalid", message });
    expect(after.status?.artifact).toEqual(before.status?.artifact);
  });

  test("stalls without a spec, and nothing else does", async () => {
    const GitRepository = { group: "source.toolkit.fluxcd.io", version: "v1", kind: "GitRepository" };
    await world.client.create(GitRepository, {
      apiVersion: "source.toolkit.fluxcd.io/v1",
      kind: "GitRepository",
      metadata: { name: "specless", namespace: "default" },
    });
    const specless = await untilReady(world, "False", { name: "specless", reason: "URLInvalid" });
    expect(conditionOf(specless, "Stalled")?.message).toBe("spec.url: required value");
    await world.client.delete(GitRepository, { namespace: "default", name: "specless" });
  });
});
