import { randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import type { OCIRepository } from "@weir/api";
import type { RegistryServer } from "@weir/oci";
import { startRegistry, type Toolkit, usualRegistryFaults } from "@weir/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { applyOci, conditionOf, push, requestReconcile, startOciWorld, untilReady } from "./oci-world.ts";
import { applySecret } from "./source-world.ts";

type Spec = Partial<OCIRepository["spec"]>;

describe("an OCIRepository whose registry fails", () => {
  let world: Toolkit;
  let registry: RegistryServer;
  let guarded: RegistryServer;
  beforeAll(async () => {
    world = await startOciWorld();
    const faults = {
      ...usualRegistryFaults,
      wrong: { kind: "wrong-blobs" },
      cut: { kind: "cut-blobs", afterBytes: 40 },
    } as const;
    registry = await startRegistry({ faults });
    const users = [{ username: "user", password: "pass" }];
    guarded = await startRegistry({ auth: { kind: "basic", users } });
    const { registry: host } = registry;
    await push(`${host}/app:1`, { "a.yaml": "a: 1\n" });
    for (const name of ["wrong", "cut"]) await push(`${host}/${name}/app:1`, { "a.yaml": "a: 2\n" });
    await push(`${host}/text:1`, Buffer.from("no archive"));
    await push(`${host}/bomb:1`, gzipSync(Buffer.alloc(16 * 1024 * 1024)));
    await applySecret(world, "opaque", { a: "b" });
  });
  afterAll(async () => {
    await world[Symbol.asyncDispose]();
    await registry[Symbol.asyncDispose]();
    await guarded[Symbol.asyncDispose]();
  });

  const cases: readonly {
    readonly name: string;
    readonly path: string;
    readonly spec?: Spec;
    readonly reason: string;
    readonly message: RegExp;
  }[] = [
    {
      name: "tag-missing",
      path: "app",
      spec: { ref: { tag: "none" } },
      reason: "OCIArtifactPullFailed",
      message:
        /^failed to determine artifact digest: GET http:.*\/v2\/app\/manifests\/none: MANIFEST_UNKNOWN: /,
    },
    {
      name: "tag-of-another-path",
      path: "app",
      spec: { ref: { tag: "../../other/manifests/1" } },
      reason: "ReadOperationFailed",
      message: /^failed to determine the artifact tag for 'oci:.*\/app': tag can only contain the characters/,
    },
    {
      name: "digest-malformed",
      path: "app",
      spec: { ref: { digest: "sha256:abc" } },
      reason: "OCIArtifactPullFailed",
      message: /^failed to determine artifact digest: wrong number of hex digits for sha256: abc$/,
    },
    {
      name: "range-malformed",
      path: "app",
      spec: { ref: { semver: "no range" } },
      reason: "ReadOperationFailed",
      message: /^failed to determine the artifact tag for '.*': semver 'no range' parse error: /,
    },
    {
      name: "filter-malformed",
      path: "app",
      spec: { ref: { semver: "*", semverFilter: "[" } },
      reason: "ReadOperationFailed",
      message: /^failed to determine the artifact tag for '.*': error parsing regexp: /,
    },
    {
      name: "forbidden",
      path: "forbidden/app",
      reason: "OCIArtifactPullFailed",
      message: /^failed to determine artifact digest: GET http:.*: DENIED: denied$/,
    },
    {
      name: "wrong-bytes",
      path: "wrong/app",
      spec: { ref: { tag: "1" } },
      reason: "OCIArtifactLayerOperationFailed",
      message: /^failed to extract layer contents from artifact: .*: digest is sha256:\w+, not sha256:\w+$/,
    },
    {
      name: "truncated",
      path: "cut/app",
      spec: { ref: { tag: "1" } },
      reason: "OCIArtifactLayerOperationFailed",
      message: /^failed to extract layer contents from artifact: .*: size is 40, not \d+/,
    },
    {
      name: "truncated-copy",
      path: "cut/app",
      spec: { ref: { tag: "1" }, layerSelector: { operation: "copy" } },
      reason: "OCIArtifactLayerOperationFailed",
      message: /^failed to copy layer from artifact: .*: size is 40, not \d+/,
    },
    {
      name: "no-archive",
      path: "text",
      spec: { ref: { tag: "1" } },
      reason: "OCIArtifactLayerOperationFailed",
      message: /^failed to extract layer contents from artifact: archive refused: /,
    },
    {
      name: "bomb",
      path: "bomb",
      spec: { ref: { tag: "1" } },
      reason: "OCIArtifactLayerOperationFailed",
      message: /^failed to extract layer contents from artifact: archive refused: it unpacks to more than/,
    },
    {
      name: "layer-missing",
      path: "app",
      spec: { ref: { tag: "1" }, layerSelector: { mediaType: "a/b" } },
      reason: "OCIArtifactLayerOperationFailed",
      message: /^failed to find layer with media type 'a\/b' in artifact$/,
    },
    {
      name: "secret-missing",
      path: "app",
      spec: { secretRef: { name: "none" } },
      reason: "AuthenticationFailed",
      message: /^failed to get credential: failed to get secret 'default\/none': secrets "none" not found$/,
    },
    {
      name: "account-missing",
      path: "app",
      spec: { serviceAccountName: "none" },
      reason: "AuthenticationFailed",
      message: /^failed to get credential: serviceaccount 'default\/none' not found$/,
    },
    {
      name: "proxy-secret-missing",
      path: "app",
      spec: { proxySecretRef: { name: "none" } },
      reason: "AuthenticationFailed",
      message: /^failed to get proxy address: secret 'default\/none' not found$/,
    },
    {
      name: "cert-secret-missing",
      path: "app",
      spec: { certSecretRef: { name: "none" } },
      reason: "AuthenticationFailed",
      message: /^failed to generate transport for 'oci:.*\/app': secret 'default\/none' not found$/,
    },
    {
      name: "cert-secret-empty",
      path: "app",
      spec: { certSecretRef: { name: "opaque" } },
      reason: "AuthenticationFailed",
      message:
        /^failed to generate transport for '.*': secret 'default\/opaque' must contain either 'ca.crt' or both/,
    },
  ];

  test.each(cases)("keeps its last artifact and says why: $name", async (row) => {
    const { name, path, spec = {}, reason, message } = row;
    const url = `oci://${registry.registry}`;
    await applyOci(world, name, { url: `${url}/app`, ref: { tag: "1" } });
    const before = await untilReady(world, name, "True");
    await applyOci(world, name, { url: `${url}/${path}`, ...spec });
    const after = await untilReady(world, name, "False", { reason });
    expect(conditionOf(after, "FetchFailed")).toMatchObject({ status: "True", reason });
    expect(conditionOf(after, "Ready")?.message).toMatch(message);
    expect(conditionOf(after, "Reconciling")?.reason).toBe("ProgressingWithRetry");
    expect(after.status?.artifact).toEqual(before.status?.artifact);
    expect(await world.artifacts.verify(after.status?.artifact as never)).toBe("intact");
  });

  test("says what is new although it could not be pulled", async () => {
    const url = `oci://${registry.registry}`;
    await applyOci(world, "outdated", { url: `${url}/app`, ref: { tag: "1" } });
    await untilReady(world, "outdated", "True");
    await applyOci(world, "outdated", { url: `${url}/wrong/app`, ref: { tag: "1" } });
    const after = await untilReady(world, "outdated", "False");
    expect(conditionOf(after, "ArtifactOutdated")).toMatchObject({ status: "True", reason: "NewRevision" });
  });

  test("waits no longer than its timeout, and does not hold back the others", async () => {
    const url = `oci://${registry.registry}`;
    await applyOci(world, "hangs", { url: `${url}/slow/app`, timeout: "500ms" });
    await applyOci(world, "goes-on", { url: `${url}/app`, ref: { tag: "1" } });
    await untilReady(world, "goes-on", "True");
    const hung = await untilReady(world, "hangs", "False", { reason: "OCIArtifactPullFailed" });
    expect(conditionOf(hung, "Ready")?.message).toMatch(/context deadline exceeded$/);
  });

  test("is refused without its password, and shows it to nobody", async () => {
    const url = `oci://${guarded.registry}/app`;
    const auths = (password: string) =>
      JSON.stringify({ auths: { [guarded.registry]: { username: "user", password } } });
    await applySecret(world, "wrong-password", { ".dockerconfigjson": auths("canary") }, DOCKER_CONFIG);
    await applyOci(world, "wrong-password", { url, secretRef: { name: "wrong-password" } });
    const refused = await untilReady(world, "wrong-password", "False", { reason: "OCIArtifactPullFailed" });
    expect(conditionOf(refused, "Ready")?.message).toMatch(/UNAUTHORIZED/);
    expect(JSON.stringify(refused.status)).not.toContain("canary");
  });

  test("that points to another host takes no credentials there", async () => {
    const seen: (string | undefined)[] = [];
    const elsewhere = await listen((request, response) => {
      seen.push(request.headers.authorization);
      response.end();
    });
    const pointer = await listen((request, response) => {
      if (request.headers.authorization === undefined) {
        response.writeHead(401, { "www-authenticate": 'Basic realm="r"' }).end();
      } else if (request.url === "/v2/") response.end("{}");
      else response.writeHead(307, { location: `http://${elsewhere.host}/x` }).end();
    });
    const auths = { [pointer.host]: { username: "user", password: "canary" } };
    await applySecret(world, "pointed", { ".dockerconfigjson": JSON.stringify({ auths }) }, DOCKER_CONFIG);
    await applyOci(world, "pointed", {
      url: `oci://${pointer.host}/app`,
      secretRef: { name: "pointed" },
    });
    await untilReady(world, "pointed", "False", { reason: "OCIArtifactPullFailed" });
    expect(seen.length).toBeGreaterThan(0);
    expect(seen.every((authorization) => authorization === undefined)).toBe(true);
    for (const { server } of [elsewhere, pointer]) server.closeAllConnections();
    for (const { server } of [elsewhere, pointer]) server.close();
  });

  test.each([
    {
      name: "tagged",
      spec: { url: "oci://127.0.0.1:5000/app:v1" },
      reason: "URLInvalid",
      message: /^URL validation failed for 'oci:\/\/127.0.0.1:5000\/app:v1': repository can only contain/,
    },
    {
      name: "with-password",
      spec: { url: "oci://user:canary@127.0.0.1:5000/app" },
      reason: "URLInvalid",
      message:
        /^URL validation failed for 'oci:\/\/127.0.0.1:5000\/app': registries must be valid RFC 3986 URI authorities: REDACTED@127.0.0.1:5000$/,
    },
    {
      name: "cloud",
      spec: { url: "oci://127.0.0.1:5000/app", provider: "aws" },
      reason: "InvalidProviderConfiguration",
      message: /^spec.provider: logging in with 'aws' is not supported yet$/,
    },
  ] as const)("stalls where only a change of the object helps: $name", async (row) => {
    const { name, spec, reason, message } = row;
    await applyOci(world, name, spec);
    const stalled = await untilReady(world, name, "False", { reason });
    expect(conditionOf(stalled, "Stalled")).toMatchObject({ status: "True", reason });
    expect(conditionOf(stalled, "Stalled")?.message).toMatch(message);
    expect(conditionOf(stalled, "FetchFailed")?.message).toMatch(message);
    expect(conditionOf(stalled, "Reconciling")).toBeUndefined();
  });

  test("goes on where it was when the registry is well again", async () => {
    const url = `oci://${registry.registry}/late`;
    await applyOci(world, "late", { url, ref: { tag: "1" } });
    await untilReady(world, "late", "False", { reason: "OCIArtifactPullFailed" });
    await push(`${registry.registry}/late:1`, { "a.yaml": randomBytes(8).toString("hex") });
    await requestReconcile(world, "late", "1");
    const well = await untilReady(world, "late", "True");
    expect(conditionOf(well, "FetchFailed")).toBeUndefined();
  });
});

const DOCKER_CONFIG = "kubernetes.io/dockerconfigjson";

interface Listening {
  readonly server: Server;
  readonly host: string;
}

function listen(answer: Parameters<typeof createServer>[1]): Promise<Listening> {
  const server = createServer(answer as never);
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      resolve({ server, host: `127.0.0.1:${(server.address() as AddressInfo).port}` });
    });
  });
}
