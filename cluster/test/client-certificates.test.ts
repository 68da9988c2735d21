import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { type CertifiedKey, createAuthority } from "@weir/sdk";
import { describe, expect, test } from "vitest";
import { type Cluster, startCluster } from "../src/index.ts";
import { loudLogger } from "./loud-logger.ts";

const review = JSON.stringify({ apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" });

interface Answer {
  readonly status: number;
  readonly body: { readonly status: { readonly userInfo: Readonly<Record<string, unknown>> } };
}

/** Asks who one is, by a certificate or a token or both. */
async function whoAmI(cluster: Cluster, identity?: CertifiedKey, token?: string): Promise<Answer> {
  const sent = request(`${cluster.endpoint?.url}/apis/authentication.k8s.io/v1/selfsubjectreviews`, {
    method: "POST",
    ca: cluster.certificateAuthority,
    agent: false,
    headers: {
      "content-type": "application/json",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(identity === undefined ? {} : { cert: identity.certificate, key: identity.key }),
  });
  sent.end(review);
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode ?? 0, body: JSON.parse(Buffer.concat(chunks).toString()) };
}

const validMs = 3_600_000;

describe("a client certificate", () => {
  test("shows its common name as the user and its organizations as groups", async () => {
    await using cluster = await startCluster({ logger: loudLogger, listen: {}, authorization: "RBAC" });
    const answer = await whoAmI(cluster, cluster.issueClientCertificate("alice", ["devs", "ops"]));
    expect(answer.status).toBe(201);
    expect(answer.body.status.userInfo).toEqual({
      username: "alice",
      groups: ["devs", "ops", "system:authenticated"],
      extra: {
        "authentication.kubernetes.io/credential-id": [expect.stringMatching(/^X509SHA256=[0-9a-f]{64}$/)],
      },
    });
  });

  test("of masters may do everything where RBAC is enforced", async () => {
    await using cluster = await startCluster({ logger: loudLogger, listen: {}, authorization: "RBAC" });
    const { certificate, key } = cluster.issueClientCertificate("root", ["system:masters"]);
    const sent = request(`${cluster.endpoint?.url}/api/v1/secrets`, {
      ca: cluster.certificateAuthority,
      cert: certificate,
      key,
      agent: false,
    });
    sent.end();
    const [response] = (await once(sent, "response")) as [IncomingMessage];
    response.resume();
    expect(response.statusCode).toBe(200);
  });

  test("of an authority that nobody knows is a 401, unless a token says who it is", async () => {
    await using cluster = await startCluster({ logger: loudLogger, listen: { token: "secret" } });
    const nowMs = Date.now();
    const foreign = createAuthority({ commonName: "other", nowMs, validMs });
    const identity = foreign.issueClient({ name: "mallory", groups: ["system:masters"] }, { nowMs, validMs });
    expect((await whoAmI(cluster, identity)).status).toBe(401);
    const known = await whoAmI(cluster, identity, "secret");
    expect(known.body.status.userInfo["username"]).toBe("admin");
  });

  test("that has expired, or is a server's, is a 401", async () => {
    await using cluster = await startCluster({ logger: loudLogger, listen: {} });
    const nowMs = Date.now();
    const authority = createAuthority({ commonName: "extra", nowMs, validMs });
    await using other = await startCluster({
      logger: loudLogger,
      listen: { clientAuthorities: [authority.certificate] },
    });
    const expired = authority.issueClient(
      { name: "late", groups: [] },
      { nowMs: nowMs - 2 * validMs, validMs },
    );
    const server = authority.issue({ dns: ["a"], ips: [] }, { commonName: "a", nowMs, validMs });
    const good = authority.issueClient({ name: "bob", groups: [] }, { nowMs, validMs });
    expect((await whoAmI(other, expired)).status).toBe(401);
    expect((await whoAmI(other, server)).status).toBe(401);
    expect((await whoAmI(other, good)).body.status.userInfo["username"]).toBe("bob");
    expect((await whoAmI(cluster, good)).status).toBe(401);
  });

  test("goes before a token", async () => {
    await using cluster = await startCluster({ logger: loudLogger, listen: { token: "secret" } });
    const identity = cluster.issueClientCertificate("alice");
    expect((await whoAmI(cluster, identity, "wrong")).body.status.userInfo["username"]).toBe("alice");
    expect((await whoAmI(cluster, undefined, "secret")).body.status.userInfo["username"]).toBe("admin");
  });
});
