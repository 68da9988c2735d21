import type { GitRepository } from "@weir/api";
import { describeError, type JsonObject } from "@weir/core";
import type { BaseContext } from "@weir/sdk";
import { describe, expect, test } from "vitest";
import { SourceStepError } from "../source-error.ts";
import { observeAccess } from "./observe-access.ts";
import { observeIncludes } from "./observe-includes.ts";

type Reads = Pick<BaseContext, "live" | "get">;

/** Reads of the objects given by name, whatever their kind. */
function readsOf(objects: Readonly<Record<string, object>>): Reads {
  const get = async (_kind: unknown, { name }: { readonly name: string }): Promise<never> =>
    objects[name] as never;
  return { get, live: { get, list: async () => ({ items: [] }) as never } } as Reads;
}

function aSecret(data: Readonly<Record<string, string>>): JsonObject {
  const encoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString("base64")]);
  return { data: Object.fromEntries(encoded) as JsonObject };
}

function aRepository(spec: Partial<GitRepository["spec"]>): GitRepository {
  return {
    metadata: { name: "app", namespace: "default" },
    spec: { url: "https://git/app.git", interval: "1m", ...spec },
  } as GitRepository;
}

async function failureOf(promise: Promise<unknown>): Promise<object> {
  return promise.then(
    () => ({}),
    (error: unknown) => {
      if (!(error instanceof SourceStepError)) throw error;
      return { condition: error.condition, reason: error.reason, message: describeError(error) };
    },
  );
}

describe("observeAccess", () => {
  const secretRef = { name: "auth" };
  test.each([
    { name: "nothing where no Secret is named", spec: {}, data: {}, want: { kind: "none" } },
    {
      name: "a user and a password",
      spec: { secretRef },
      data: { username: "u", password: "p" },
      want: { kind: "basic", username: "u", password: "p" },
    },
    {
      name: "a token before a password",
      spec: { secretRef },
      data: { bearerToken: "t", username: "u", password: "p" },
      want: { kind: "bearer", bearerToken: "t" },
    },
    {
      name: "an authority alone",
      spec: { secretRef },
      data: { "ca.crt": "PEM" },
      want: { kind: "none", caFile: "PEM" },
    },
  ])("reads $name", async ({ spec, data, want }) => {
    const access = await observeAccess(aRepository(spec), readsOf({ auth: aSecret(data) }));
    expect(access.credentials).toEqual(want);
  });

  test("reads a proxy with its own credentials", async () => {
    const proxy = aSecret({ address: "http://proxy:3128", username: "u", password: "p" });
    const access = await observeAccess(
      aRepository({ proxySecretRef: { name: "proxy" } }),
      readsOf({ proxy }),
    );
    expect(access.proxy).toEqual({ address: "http://proxy:3128", username: "u", password: "p" });
  });

  const rejected = { condition: "FetchFailed", reason: "AuthenticationFailed" };
  test.each([
    {
      name: "a Secret that is not there",
      spec: { secretRef },
      objects: {},
      message: `failed to get secret 'default/auth': secrets "auth" not found`,
    },
    {
      name: "a password without a user",
      spec: { secretRef },
      objects: { auth: aSecret({ password: "canary" }) },
      message:
        "failed to configure authentication options: invalid 'https' auth option: 'password' requires 'username' to be set",
    },
    {
      name: "a proxy that is not there",
      spec: { proxySecretRef: { name: "proxy" } },
      objects: {},
      message: "failed to configure proxy options: secret 'default/proxy' not found",
    },
    {
      name: "a proxy without an address",
      spec: { proxySecretRef: { name: "proxy" } },
      objects: { proxy: aSecret({}) },
      message: "failed to configure proxy options: secret 'default/proxy': key 'address' not found",
    },
  ])("refuses $name", async ({ spec, objects, message }) => {
    expect(await failureOf(observeAccess(aRepository(spec), readsOf(objects)))).toEqual({
      ...rejected,
      message,
    });
  });
});

describe("observeIncludes", () => {
  const include = [{ repository: { name: "inc" } }];
  const artifact = { revision: "main@sha1:1", digest: "sha256:aa" };
  const unavailable = { condition: "IncludeUnavailable" };

  test("reads the artifacts in their order", async () => {
    const reads = readsOf({ a: { status: { artifact } }, b: { status: { artifact: { revision: "2" } } } });
    const both = [{ repository: { name: "b" } }, { repository: { name: "a" } }];
    expect(await observeIncludes(aRepository({ include: both }), reads)).toEqual([
      { revision: "2" },
      artifact,
    ]);
  });

  test.each([
    {
      name: "a repository that is not there",
      objects: {},
      reason: "NotFound",
      message:
        "could not get resource for include 'inc': GitRepository.source.toolkit.fluxcd.io \"inc\" not found",
    },
    {
      name: "a repository without an artifact",
      objects: { inc: { status: {} } },
      reason: "NoArtifact",
      message: "no artifact available for include 'inc'",
    },
  ])("refuses $name", async ({ objects, reason, message }) => {
    const failure = await failureOf(observeIncludes(aRepository({ include }), readsOf(objects)));
    expect(failure).toEqual({ ...unavailable, reason, message });
  });
});
