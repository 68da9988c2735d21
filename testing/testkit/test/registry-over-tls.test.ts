import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { createAuthority } from "@weir/cluster";
import { describeError } from "@weir/core";
import {
  createNodeSender,
  type NodeSenderOptions,
  RegistryClient,
  type RegistryClientOptions,
  type RegistryServer,
} from "@weir/oci";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startForwardProxy, startRegistry } from "../src/index.ts";

describe("a registry over TLS", () => {
  const authority = createAuthority("test", Date.parse("2020-01-01"));
  const { certificate: cert, key } = authority.issue({ dns: [], ips: ["127.0.0.1"] });
  const ca = authority.certificate;
  const bytes = Buffer.from("layer");
  let server: RegistryServer;

  beforeAll(async () => {
    server = await startRegistry({ tls: { cert, key } });
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  async function upload(
    sending: NodeSenderOptions,
    options: Partial<RegistryClientOptions> = {},
    to = server,
  ): Promise<string> {
    using sender = createNodeSender(sending);
    const client = new RegistryClient({ sender, ...options });
    const repository = { registry: to.registry, repository: "org/app" };
    const { digest } = await client.uploadBlob({ repository, bytes });
    return Buffer.from(
      await client.fetchBlob({ repository, descriptor: { digest, size: bytes.byteLength } }),
    ).toString();
  }

  test("is trusted by the authority that is named", async () => {
    expect(await upload({ tls: { ca } })).toBe("layer");
  });

  test("is refused when nothing is known of its certificate, and is not asked in the clear then", async () => {
    const error = await upload({}).catch((caught: unknown) => caught);
    expect(describeError(error)).toContain("certificate signed by unknown authority");
  });

  test("is taken unverified where that was asked for", async () => {
    expect(await upload({ tls: { isUnverified: true } }, { access: "insecure" })).toBe("layer");
  });

  test("is reached through the tunnel of a proxy", async () => {
    await using proxy = await startForwardProxy();
    expect(await upload({ tls: { ca }, proxy: { address: proxy.url } })).toBe("layer");
    expect(new Set(proxy.requests.map(({ method, target }) => `${method} ${target}`))).toEqual(
      new Set([`CONNECT ${server.registry}`]),
    );
  });

  test("sees the client's certificate, and the target of its redirect does not", async () => {
    const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
    const seen: string[] = [];
    const note = (name: string, { socket }: IncomingMessage): void =>
      void seen.push(
        `${name}: ${(socket as TLSSocket).getPeerCertificate().subject === undefined ? "none" : "shown"}`,
      );
    const tls = { cert, key, ca, requestCert: true, rejectUnauthorized: false };
    const storage = createServer(tls, (request, response) => {
      note("storage", request);
      response.end(bytes);
    });
    const registry = createServer(tls, (request, response) => {
      note("registry", request);
      if (request.url === "/v2/") return response.end("{}");
      return response.writeHead(307, { location: `https://127.0.0.1:${portOf(storage)}/blob` }).end();
    });
    for (const each of [storage, registry]) {
      await new Promise<void>((resolve) => each.listen(0, "127.0.0.1", resolve));
    }
    using sender = createNodeSender({ tls: { ca, cert, key } });
    const client = new RegistryClient({ sender });
    const repository = { registry: `127.0.0.1:${portOf(registry)}`, repository: "org/app" };
    await client.fetchBlob({ repository, descriptor: { digest, size: bytes.byteLength } });
    for (const each of [storage, registry]) {
      each.close();
      each.closeAllConnections();
    }
    expect(seen).toEqual(["registry: shown", "registry: shown", "storage: none"]);
  });
});

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

describe("a registry with faults", () => {
  const cases = [
    { name: "rate", message: "TOOMANYREQUESTS: slow down" },
    { name: "forbidden", message: "DENIED: denied" },
    { name: "err", message: "unexpected status code 500 Internal Server Error: oops" },
  ];
  test.each(cases)("says of $name what Flux says", async ({ name, message }) => {
    await using server = await startRegistry();
    using sender = createNodeSender();
    const client = new RegistryClient({ sender });
    const asking = client.listTags({ registry: server.registry, repository: name });
    await expect(asking).rejects.toMatchObject({
      message: `GET ${server.url}/v2/${name}/tags/list?n=1000: ${message}`,
    });
  });

  test("gives no tags, or many in pages", async () => {
    await using server = await startRegistry();
    using sender = createNodeSender();
    const client = new RegistryClient({ sender });
    const count = async (repository: string) =>
      (await client.listTags({ registry: server.registry, repository })).length;
    expect([await count("empty"), await count("nulltags"), await count("paged")]).toEqual([0, 0, 3000]);
  });

  test("sends blobs that are wrong, or cut", async () => {
    const faults = { wrong: { kind: "wrong-blobs" }, cut: { kind: "cut-blobs", afterBytes: 2 } } as const;
    await using server = await startRegistry({ faults });
    using sender = createNodeSender();
    const client = new RegistryClient({ sender });
    const bytes = Buffer.from("layer");
    const pull = async (name: string) => {
      const repository = { registry: server.registry, repository: `${name}/app` };
      const { digest } = await client.uploadBlob({ repository, bytes });
      return client.fetchBlob({ repository, descriptor: { digest, size: bytes.byteLength } });
    };
    await expect(pull("wrong")).rejects.toMatchObject({ name: "OciIntegrityError", problem: "digest" });
    await expect(pull("cut")).rejects.toMatchObject({
      name: "OciIntegrityError",
      problem: "size",
      actual: "2",
    });
  });
});
