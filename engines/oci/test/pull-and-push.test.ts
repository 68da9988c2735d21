import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  ConnectionError,
  createNodeSender,
  createRegistryHandler,
  extractLayer,
  findArtifact,
  type HttpSender,
  type NodeSender,
  type OciReference,
  ociAnnotations,
  parseArtifactReference,
  pullArtifact,
  pushArtifact,
  RegistryClient,
  type RegistryServer,
  RegistryUnreachableError,
  resolveRevision,
  serveRegistry,
} from "../src/index.ts";
import { aTarball } from "./tarball.ts";

let server: RegistryServer;
let sender: NodeSender;
let client: RegistryClient;

beforeEach(async () => {
  server = await serveRegistry();
  sender = createNodeSender();
  client = new RegistryClient({ sender });
});

afterEach(async () => {
  sender[Symbol.dispose]();
  await server[Symbol.asyncDispose]();
});

function at(path: string): OciReference {
  return parseArtifactReference(`${server.registry}/${path}`);
}

describe("an artifact", () => {
  test("comes back as it was pushed, with where it came from", async () => {
    const content = await aTarball({ "deploy.yaml": "kind: ConfigMap\n", "base/a.yaml": "a: 1\n" });
    const pushed = await pushArtifact(client, {
      reference: at("org/app:v1.0.0"),
      content,
      source: "https://example.com/app",
      revision: "main@sha1:abc",
      created: "2026-01-02T03:04:05Z",
    });
    const reference = await findArtifact(client, at("org/app"), { ref: { semver: ">=1.0" } });
    const { revision, digest } = await resolveRevision(client, reference);
    expect(revision).toBe(`v1.0.0@${pushed.digest}`);
    const pulled = await pullArtifact(client, { reference: { ...reference, digest } });
    expect({ ...pulled.annotations }).toEqual({
      [ociAnnotations.created]: "2026-01-02T03:04:05Z",
      [ociAnnotations.source]: "https://example.com/app",
      [ociAnnotations.revision]: "main@sha1:abc",
    });
    const tree = await extractLayer(pulled.layer);
    expect(Buffer.from(tree.read("base/a.yaml") ?? []).toString()).toBe("a: 1\n");
  });

  test.each([
    { ref: { tag: "../../other/manifests/latest" }, want: /tag can only contain the characters/ },
    { ref: { tag: "x".repeat(129) }, want: /tag must be between 1 and 128 characters/ },
    { ref: { digest: "v1" }, want: /^cannot parse hash: "v1"$/ },
    { ref: { digest: "sha256:XY" }, want: /^found non-hex character in hash: X$/ },
    { ref: { digest: `md5:${"a".repeat(32)}` }, want: /^unsupported hash: "md5"$/ },
    { ref: { digest: "sha256:abc" }, want: /^wrong number of hex digits for sha256: abc$/ },
  ])("is not looked for by $ref", async ({ ref, want }) => {
    await expect(findArtifact(client, at("org/app"), { ref })).rejects.toThrow(want);
  });

  test("is unpacked without its symbolic links", async () => {
    const bytes = await aTarball({ "a.yaml": "a: 1\n", "b.symlink": "" });
    const tree = await extractLayer({ descriptor: { mediaType: "x", digest: "x", size: 1 }, bytes });
    expect(tree.list("")?.map(({ name }) => name)).toEqual(["a.yaml"]);
  });

  test("is uploaded once: what is there is not sent again", async () => {
    const bytes = Buffer.from("some layer");
    expect((await client.uploadBlob({ repository: at("org/a"), bytes })).kind).toBe("uploaded");
    expect((await client.uploadBlob({ repository: at("org/a"), bytes })).kind).toBe("existing");
    const mounted = await client.uploadBlob({ repository: at("org/b"), bytes, mountFrom: at("org/a") });
    expect(mounted.kind).toBe("mounted");
  });

  test("is uploaded in pieces where that is asked for", async () => {
    const bytes = Buffer.alloc(100_000, "weir ");
    const repository = at("org/pieces");
    const { kind, digest, size } = await client.uploadBlob({ repository, bytes, chunkBytes: 30_000 });
    expect(kind).toBe("uploaded");
    expect(await client.fetchBlob({ repository, descriptor: { digest, size } })).toEqual(bytes);
  });

  test("goes on where a piece was taken whose answer was lost", async () => {
    const handle = createRegistryHandler();
    const lines: string[] = [];
    const losing: HttpSender = {
      send: async ({ method, url, headers, body }) => {
        lines.push(`${method} ${headers["content-range"] ?? ""}`.trim());
        const init = {
          method,
          headers,
          ...(body === undefined ? {} : { body: body as Uint8Array<ArrayBuffer> }),
        };
        const answer = await handle(new Request(url, init));
        if (lines.filter((line) => line === "PATCH 3-5").length === 1 && lines.at(-1) === "PATCH 3-5") {
          const cause = new ConnectionError("ECONNRESET", "connection reset by peer");
          throw new RegistryUnreachableError({ method, url: url.href }, { cause });
        }
        const content = answer.body ?? (async function* () {})();
        return { status: answer.status, headers: new Map(answer.headers), body: content, discard: () => {} };
      },
    };
    const repository = { registry: "registry.example.com", repository: "org/app" };
    const bytes = Buffer.from("01234567");
    await new RegistryClient({ sender: losing }).uploadBlob({ repository, bytes, chunkBytes: 3 });
    const patches = lines.filter((line) => line.startsWith("PATCH"));
    expect(patches).toEqual(["PATCH 0-2", "PATCH 3-5", "PATCH 3-5", "PATCH 6-7"]);
  });
});
