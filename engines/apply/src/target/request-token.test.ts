import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, type KubeClient } from "@weir/client";
import { describeError } from "@weir/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { requestAccountToken, requestOwnToken } from "./request-token.ts";

interface Asked {
  readonly path: string;
  readonly body: unknown;
}

/** An API server that answers everything alike, and what it was asked. */
function serverWith(
  status: number,
  answer: unknown,
): { readonly client: KubeClient; readonly asked: Asked[] } {
  const asked: Asked[] = [];
  const client = createClient({
    transport: ({ url, body }) => {
      asked.push({ path: new URL(url).pathname, body: JSON.parse(String(body)) });
      return Promise.resolve({ status, headers: [], body: JSON.stringify(answer) });
    },
  });
  return { client, asked };
}

const ANSWER = {
  kind: "TokenRequest",
  apiVersion: "authentication.k8s.io/v1",
  status: { token: "secret", expirationTimestamp: "2026-01-01T00:00:00Z" },
};
const FORBIDDEN = { kind: "Status", apiVersion: "v1", code: 403, reason: "Forbidden", message: "no" };
const DEPLOYER = { namespace: "apps", name: "deployer" };

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "weir-token-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function tokenFile(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

function tokenOf(claims: unknown): string {
  return `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.c2ln\n`;
}

describe("requestAccountToken", () => {
  test("asks for a token for the audiences", async () => {
    const { client, asked } = serverWith(201, ANSWER);
    expect(await requestAccountToken(client, DEPLOYER, ["a", "b"])).toEqual({
      token: "secret",
      expiresAtMs: Date.UTC(2026, 0, 1),
    });
    expect(asked).toEqual([
      {
        path: "/api/v1/namespaces/apps/serviceaccounts/deployer/token",
        body: expect.objectContaining({ kind: "TokenRequest", spec: { audiences: ["a", "b"] } }) as unknown,
      },
    ]);
  });

  test.each([
    [403, FORBIDDEN, "no"],
    [201, { ...ANSWER, status: {} }, "the API server answered without a token"],
  ])("says whose token could not be made: %i", async (status, answer, want) => {
    const { client } = serverWith(status, answer);
    const error = await requestAccountToken(client, DEPLOYER, []).catch((caught: unknown) => caught);
    expect(describeError(error)).toBe(
      `failed to create kubernetes token for service account 'apps/deployer': ${want}`,
    );
  });
});

describe("requestOwnToken", () => {
  const FAILED = "failed to create provider access token for the controller";

  test("asks for a token of the account that the token file is of", async () => {
    const path = await tokenFile("own", tokenOf({ sub: "system:serviceaccount:flux-system:controller" }));
    const { client, asked } = serverWith(201, ANSWER);
    expect((await requestOwnToken(client, ["a"], path)).token).toBe("secret");
    expect(asked[0]?.path).toBe("/api/v1/namespaces/flux-system/serviceaccounts/controller/token");
  });

  test.each([
    ["user", tokenOf({ sub: "someone" }), "invalid subject format in service account token: someone"],
    ["text", "no token", "failed to parse service account token: token is malformed"],
    ["json", "a.b.c", "failed to parse service account token: token is malformed"],
  ])("refuses a file of something else: %s", async (name, text, want) => {
    const path = await tokenFile(name, text);
    const { client } = serverWith(201, ANSWER);
    const error = await requestOwnToken(client, [], path).catch((caught: unknown) => caught);
    expect(describeError(error)).toBe(`${FAILED}: ${want}`);
  });

  test("says where the file should be", async () => {
    const path = join(folder, "missing");
    const { client } = serverWith(201, ANSWER);
    const error = await requestOwnToken(client, [], path).catch((caught: unknown) => caught);
    expect(describeError(error)).toBe(
      `${FAILED}: failed to read service account token file ${path}: open ${path}: no such file or directory`,
    );
  });

  test("says which account may not have one", async () => {
    const path = await tokenFile("denied", tokenOf({ sub: "system:serviceaccount:flux-system:controller" }));
    const { client } = serverWith(403, FORBIDDEN);
    const error = await requestOwnToken(client, [], path).catch((caught: unknown) => caught);
    expect(describeError(error)).toBe(
      `${FAILED}: failed to create kubernetes token for controller service account 'flux-system/controller': no`,
    );
  });
});
