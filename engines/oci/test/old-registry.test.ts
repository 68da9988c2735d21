import { describe, expect, test } from "vitest";
import {
  createMemoryRegistryStore,
  createNodeSender,
  createRegistryHandler,
  imageMediaTypes,
  pushArtifact,
  pushParts,
  RegistryClient,
} from "../src/index.ts";
import type { HttpSender } from "../src/index.ts";
import { startRawServer } from "./raw-server.ts";

/** Carries requests to a handler, which answers some of them as older registries do. */
function aSender(handle: (request: Request) => Promise<Response>): HttpSender {
  return {
    send: async ({ method, url, headers, body }) => {
      const init = {
        method,
        headers,
        ...(body === undefined ? {} : { body: body as Uint8Array<ArrayBuffer> }),
      };
      const answer = await handle(new Request(url, init));
      return {
        status: answer.status,
        headers: new Map(answer.headers),
        body: answer.body ?? (async function* () {})(),
        discard: () => {},
      };
    },
  };
}

const at = { registry: "registry.example.com", repository: "org/app" };

describe("a registry without a referrers API", () => {
  test("has the list of referrers under a tag, one entry for each", async () => {
    const handle = createRegistryHandler();
    const client = new RegistryClient({
      sender: aSender(async (request) => {
        if (request.url.includes("/referrers/")) return new Response("404 page not found", { status: 404 });
        const answer = await handle(request);
        answer.headers.delete("oci-subject");
        return answer;
      }),
    });
    const subject = await pushArtifact(client, {
      reference: { ...at, tag: "v1" },
      content: Buffer.from("a"),
    });
    const push = (text: string) =>
      pushParts(client, {
        reference: at,
        artifactType: "application/x-signature",
        config: { mediaType: imageMediaTypes.emptyConfig, bytes: Buffer.from("{}") },
        layers: [{ mediaType: "text/plain", bytes: Buffer.from(text) }],
        subject,
      });
    const first = await push("one");
    const second = await push("two");
    await push("one");
    const list = (artifactType?: string) =>
      client.listReferrers({
        repository: at,
        digest: subject.digest,
        ...(artifactType === undefined ? {} : { artifactType }),
      });
    const digests = (await list("application/x-signature")).map(({ digest }) => digest);
    expect(digests.toSorted()).toEqual([first.digest, second.digest].toSorted());
    expect(await list("application/x-other")).toEqual([]);
    expect(await client.listReferrers({ repository: at, digest: first.digest })).toEqual([]);
  });
});

describe("a registry that does not answer HEAD as it should", () => {
  test("is asked by GET what a tag stands for", async () => {
    const handle = createRegistryHandler();
    const client = new RegistryClient({
      sender: aSender(async (request) =>
        request.method === "HEAD" && request.url.includes("/manifests/")
          ? new Response(null, { status: 405 })
          : handle(request),
      ),
    });
    const pushed = await pushArtifact(client, { reference: { ...at, tag: "v1" }, content: Buffer.from("a") });
    expect(await client.resolve({ ...at, tag: "v1" })).toEqual(pushed);
  });
});

describe("an index", () => {
  test("stands for its child of the platform", async () => {
    const client = new RegistryClient({
      sender: aSender(createRegistryHandler({ store: createMemoryRegistryStore() })),
    });
    const push = (text: string) =>
      pushArtifact(client, { reference: { ...at, tag: text }, content: Buffer.from(text) });
    const [arm, amd, bare] = [await push("arm"), await push("amd"), await push("bare")];
    const index = (manifests: readonly object[]) =>
      client.pushManifest({
        reference: { ...at, tag: "all" },
        mediaType: imageMediaTypes.index,
        bytes: Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: imageMediaTypes.index, manifests })),
      });
    const platform = (architecture: string) => ({ platform: { os: "linux", architecture } });
    const found = async () => (await client.fetchImage({ ...at, tag: "all" })).descriptor.digest;
    await index([
      { ...arm, ...platform("arm64") },
      { ...amd, ...platform("amd64") },
    ]);
    expect(await found()).toBe(amd.digest);
    await index([{ ...arm, ...platform("arm64") }, bare]);
    expect(await found()).toBe(bare.digest);
    await index([{ ...arm, ...platform("arm64") }]);
    await expect(found()).rejects.toThrow("no child with platform linux/amd64 in index");
  });
});

describe("a registry in trouble", () => {
  test.each([429, 500, 502, 503])("is asked again after %i", async (status) => {
    let attempts = 0;
    await using server = await startRawServer((request, response) => {
      if (request.url === "/v2/") return response.end("{}");
      attempts += 1;
      return attempts < 3 ? response.writeHead(status).end() : response.end('{"tags":["a"]}');
    });
    using sender = createNodeSender();
    const client = new RegistryClient({ sender, access: "plain" });
    expect(await client.listTags({ registry: server.host, repository: "org/app" })).toEqual(["a"]);
    expect(attempts).toBe(3);
  });

  test("that is not there is named by both ways to it, as Flux names it", async () => {
    using sender = createNodeSender();
    const client = new RegistryClient({ sender });
    const error = await client.ping("127.0.0.1:1").catch((caught: unknown) => caught);
    const refused = "dial tcp 127.0.0.1:1: connect: connection refused";
    expect(error).toMatchObject({
      message: 'Get "https://127.0.0.1:1/v2/"',
      cause: { message: `${refused}; Get "http://127.0.0.1:1/v2/": ${refused}` },
    });
  });

  test("is let go of when the caller gives up", async () => {
    await using server = await startRawServer(() => {});
    using sender = createNodeSender();
    const client = new RegistryClient({ sender, access: "plain" });
    const given = new AbortController();
    const asking = client.listTags(
      { registry: server.host, repository: "org/app" },
      { signal: given.signal },
    );
    given.abort(new Error("given up"));
    await expect(asking).rejects.toThrow("given up");
  });
});
