import type { GitRepository } from "@weir/api";
import { kind } from "@weir/sdk";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SyncedApps } from "./synced-apps.ts";

const Secret = kind("v1", "Secret", { plural: "secrets", scope: "Namespaced" });

interface Case {
  readonly name: string;
  readonly spec: (url: string) => Partial<GitRepository["spec"]>;
  readonly reason: string;
  readonly message: (url: string) => string | RegExp;
}

const clone = "failed to checkout and determine revision: unable to clone";

const cases: readonly Case[] = [
  {
    name: "an unknown host",
    spec: () => ({ url: "http://nope.invalid/app.git" }),
    reason: "GitOperationFailed",
    message: () => /unable to clone 'http:\/\/nope\.invalid\/app\.git': .*no such host/,
  },
  {
    name: "a port where nobody listens",
    spec: () => ({ url: "http://127.0.0.1:1/app.git" }),
    reason: "GitOperationFailed",
    message: () => /unable to clone 'http:\/\/127\.0\.0\.1:1\/app\.git': .*connection refused/,
  },
  {
    name: "a repository that asks for credentials",
    spec: (url) => ({ url: `${url}/auth/app.git` }),
    reason: "GitOperationFailed",
    message: (url) => `${clone} '${url}/auth/app.git': authentication required: unauthorized`,
  },
  {
    name: "wrong credentials",
    spec: (url) => ({ url: `${url}/auth/app.git`, secretRef: { name: "wrong" } }),
    reason: "GitOperationFailed",
    message: (url) => `${clone} '${url}/auth/app.git': authentication required: unauthorized`,
  },
  {
    name: "a Secret that is not there",
    spec: () => ({ secretRef: { name: "absent" } }),
    reason: "AuthenticationFailed",
    message: () => `failed to get secret 'default/absent': secrets "absent" not found`,
  },
  {
    name: "a missing repository",
    spec: (url) => ({ url: `${url}/absent.git` }),
    reason: "GitOperationFailed",
    message: (url) => `${clone} '${url}/absent.git': repository not found: not found`,
  },
  {
    name: "an empty repository",
    spec: (url) => ({ url: `${url}/empty.git` }),
    reason: "EmptyGitRepository",
    message: () => "git repository is empty",
  },
  {
    name: "a missing branch",
    spec: () => ({ ref: { branch: "nope" } }),
    reason: "GitOperationFailed",
    message: (url) => `${clone} '${url}/app.git': couldn't find remote ref "refs/heads/nope"`,
  },
  {
    name: "a range that no tag is in",
    spec: () => ({ ref: { semver: ">=9" } }),
    reason: "GitOperationFailed",
    message: () => "failed to checkout and determine revision: no match found for semver: >=9",
  },
  {
    name: "a server that fails",
    spec: (url) => ({ url: `${url}/err500/app.git` }),
    reason: "GitOperationFailed",
    message: () => /unable to clone '.*\/err500\/app\.git': /,
  },
];

describe("a GitRepository with bad input", () => {
  let apps: SyncedApps;

  beforeAll(async () => {
    apps = await SyncedApps.start();
    await apps.toolkit.git.repository("empty");
    await apps.toolkit.client.create(Secret, {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "wrong", namespace: "default" },
      stringData: { username: "user", password: "hunter2" },
    });
    await apps.createGoodApp("app");
  });
  afterAll(() => apps?.[Symbol.asyncDispose]());

  test.each(cases)("names $name, keeps its artifact, and stops nobody else", async (row) => {
    const artifact = (await apps.source("app"))?.status?.artifact;
    await apps.createSource("app", row.spec(apps.url));
    const failure = await apps.sourceFailure("app");
    const message = row.message(apps.url);
    expect(failure).toEqual({
      status: "False",
      reason: row.reason,
      message: typeof message === "string" ? message : expect.stringMatching(message),
    });
    const spoilt = await apps.source("app");
    expect(spoilt?.status?.artifact).toEqual(artifact);
    expect(JSON.stringify(spoilt)).not.toContain("hunter2");
    expect(await apps.value("app")).toBe("good");
    await apps.untilReady("app");
    await apps.untilOtherGoesOn();
    await apps.createSource("app");
    await apps.untilSourceReady("app");
  });
});
