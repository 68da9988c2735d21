import { createAuthority } from "@weir/sdk";
import { systemClock } from "@weir/core";
import type { RegistryServer } from "@weir/oci";
import { startForwardProxy, startRegistry, startSocksServer, type Toolkit } from "@weir/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createMemoryRegistryStore } from "@weir/oci";
import { applyOci, conditionOf, push, startOciWorld, untilReady } from "./oci-world.ts";
import { applySecret } from "./source-world.ts";

const DOCKER_CONFIG = "kubernetes.io/dockerconfigjson";
const ServiceAccount = { group: "", version: "v1", kind: "ServiceAccount" };

const issued = { commonName: "registry", nowMs: systemClock.now(), validMs: 3_600_000 };
const authority = createAuthority({ ...issued, commonName: "test authority" });
const { certificate, key } = authority.issue({ dns: [], ips: ["127.0.0.1"] }, issued);

describe("a registry", () => {
  let world: Toolkit;
  const servers: RegistryServer[] = [];
  let plain: RegistryServer;
  let guarded: RegistryServer;
  let secure: RegistryServer;
  beforeAll(async () => {
    world = await startOciWorld();
    const store = createMemoryRegistryStore();
    const users = [{ username: "user", password: "pass" }];
    plain = await startRegistry({ store });
    guarded = await startRegistry({ store, auth: { kind: "basic", users } });
    secure = await startRegistry({ store, tls: { cert: certificate, key } });
    servers.push(plain, guarded, secure);
    await push(`${plain.registry}/app:latest`, { "a.yaml": "a: 1\n" });
    await push(`${plain.registry}/team/app:latest`, { "a.yaml": "a: 2\n" });
  });
  afterAll(async () => {
    await world[Symbol.asyncDispose]();
    for (const server of servers) await server[Symbol.asyncDispose]();
  });

  const configOf = (host: string, password = "pass") =>
    JSON.stringify({ auths: { [host]: { username: "user", password } } });

  test("is asked with the password of a docker configuration", async () => {
    await applySecret(world, "login", { ".dockerconfigjson": configOf(guarded.registry) }, DOCKER_CONFIG);
    await applyOci(world, "by-secret", {
      url: `oci://${guarded.registry}/app`,
      secretRef: { name: "login" },
    });
    await untilReady(world, "by-secret", "True");
  });

  test("is asked with the password that an account pulls with, and again once it is changed", async () => {
    await applySecret(
      world,
      "pull",
      { ".dockerconfigjson": configOf(`${guarded.registry}/team`, "old") },
      DOCKER_CONFIG,
    );
    const account = {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: "puller", namespace: "default" },
      imagePullSecrets: [{ name: "pull" }],
    };
    const options = { fieldManager: "test", force: true };
    await world.client.apply(ServiceAccount, account as never, options);
    const spec = { url: `oci://${guarded.registry}/team/app`, serviceAccountName: "puller" };
    await applyOci(world, "by-account", spec);
    await untilReady(world, "by-account", "False", { reason: "OCIArtifactPullFailed" });
    await applySecret(
      world,
      "pull",
      { ".dockerconfigjson": configOf(`${guarded.registry}/team`) },
      DOCKER_CONFIG,
    );
    await untilReady(world, "by-account", "True");
  });

  test("is not asked for a cloud's login where there is a Secret", async () => {
    await applyOci(world, "aws-with-secret", {
      url: `oci://${guarded.registry}/app`,
      provider: "aws",
      secretRef: { name: "login" },
    });
    await untilReady(world, "aws-with-secret", "True");
  });

  test("is trusted by the authority of a Secret, and not without", async () => {
    const url = `oci://${secure.registry}/app`;
    await applyOci(world, "untrusted", { url });
    const refused = await untilReady(world, "untrusted", "False", { reason: "OCIArtifactPullFailed" });
    expect(conditionOf(refused, "Ready")?.message).toMatch(/certificate signed by unknown authority$/);
    await applySecret(world, "authority", { "ca.crt": authority.certificate });
    await applyOci(world, "trusted", { url, certSecretRef: { name: "authority" } });
    await untilReady(world, "trusted", "True");
    await applyOci(world, "anyhow", { url, insecure: true });
    await untilReady(world, "anyhow", "True");
  });

  test("is not taken without an authority where one is named and is no certificate", async () => {
    await applySecret(world, "nonsense", { "ca.crt": "nonsense" });
    const url = `oci://${secure.registry}/app`;
    await applyOci(world, "nonsense", { url, insecure: true, certSecretRef: { name: "nonsense" } });
    const refused = await untilReady(world, "nonsense", "False", { reason: "AuthenticationFailed" });
    expect(conditionOf(refused, "Ready")?.message).toBe(
      `failed to generate transport for '${url}': failed to parse CA certificate`,
    );
  });

  test("is reached through a SOCKS proxy, which sees nothing but where it is", async () => {
    await using proxy = await startSocksServer({ login: { username: "p", password: "q" } });
    await applySecret(world, "socks", { address: proxy.url, username: "p", password: "q" });
    const url = `oci://${secure.registry}/app`;
    const certSecretRef = { name: "authority" };
    await applySecret(world, "authority", { "ca.crt": authority.certificate });
    await applyOci(world, "by-socks", { url, certSecretRef, proxySecretRef: { name: "socks" } });
    await untilReady(world, "by-socks", "True");
    expect(new Set(proxy.targets)).toEqual(new Set([secure.registry]));
  });

  test("is reached through a proxy", async () => {
    await using proxy = await startForwardProxy({ credentials: { username: "p", password: "q" } });
    await applySecret(world, "proxy", { address: proxy.url, username: "p", password: "q" });
    const url = `oci://${plain.registry}/app`;
    await applyOci(world, "proxied", { url, proxySecretRef: { name: "proxy" }, insecure: true });
    await untilReady(world, "proxied", "True");
    expect(proxy.requests.some(({ target }) => target.startsWith(`${plain.url}/v2/app/`))).toBe(true);
  });
});
