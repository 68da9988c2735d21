import { createHash } from "node:crypto";
import type { ServerResponse } from "node:http";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { describe, expect, test } from "vitest";
import {
  createNodeSender,
  extractLayer,
  type OciReference,
  RegistryClient,
  type RegistryClientOptions,
} from "../src/index.ts";
import { startRawServer } from "./raw-server.ts";

const bytes = Buffer.alloc(200_000, "layer ");
const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
const descriptor = { digest, size: bytes.byteLength };

type Answer = (response: ServerResponse, url: string, attempt: number) => void;

/** Runs a client against a server that answers `/v2/` as it should, and the rest as the test says. */
async function against<Value>(
  answer: Answer,
  use: (client: RegistryClient, reference: OciReference) => Promise<Value>,
  options: Partial<RegistryClientOptions> = {},
): Promise<{
  readonly result: Value;
  readonly lines: readonly string[];
  readonly ranges: readonly string[];
}> {
  let attempt = 0;
  await using server = await startRawServer((request, response) => {
    if (request.url === "/v2/") return response.end("{}");
    attempt += 1;
    return answer(response, request.url ?? "", attempt);
  });
  using sender = createNodeSender();
  const client = new RegistryClient({ sender, access: "plain", ...options });
  const reference = { registry: server.host, repository: "org/app", tag: "v1" };
  const result = await use(client, reference);
  return {
    result,
    lines: server.requests.map(({ line }) => line),
    ranges: server.requests.flatMap(({ range }) => range ?? []),
  };
}

async function failure(
  answer: Answer,
  use: (client: RegistryClient, reference: OciReference) => Promise<unknown>,
  options?: Partial<RegistryClientOptions>,
): Promise<unknown> {
  const caught = (error: unknown): unknown => error;
  const { result } = await against(
    answer,
    (client, reference) => use(client, reference).catch(caught),
    options,
  );
  return result;
}

const readManifest = (client: RegistryClient, reference: OciReference) => client.fetchManifest(reference);
const readBlob = (client: RegistryClient, repository: OciReference) =>
  client.fetchBlob({ repository, descriptor });
const readTags = (client: RegistryClient, reference: OciReference) => client.listTags(reference);

describe("a manifest", () => {
  const cases: readonly { readonly name: string; readonly answer: Answer; readonly want: object }[] = [
    {
      name: "is refused by its announced length alone",
      answer: (response) => response.writeHead(200, { "content-length": String(5 * 1024 * 1024) }).write("{"),
      want: { name: "OciBudgetError", budget: "manifest-bytes" },
    },
    {
      name: "is refused when it never ends",
      answer: (response) => {
        const more = (): void => void (response.destroyed || response.write(Buffer.alloc(256 * 1024), more));
        more();
      },
      want: { name: "OciBudgetError", budget: "manifest-bytes" },
    },
    {
      name: "is refused when it is not JSON",
      answer: (response) => void response.end("<html>"),
      want: { name: "RegistryProtocolError", problem: "malformed-json" },
    },
    {
      name: "is refused when it nests without end",
      answer: (response) => void response.end("[".repeat(100_000)),
      want: { name: "RegistryProtocolError", problem: "malformed-json" },
    },
    {
      name: "is refused when a layer has no digest",
      answer: (response) =>
        void response.end('{"schemaVersion":2,"layers":[{"digest":"sha256:1","size":1}]}'),
      want: { name: "RegistryProtocolError", problem: "malformed-manifest" },
    },
    {
      name: "is refused when a layer has a size below zero",
      answer: (response) =>
        void response.end(`{"schemaVersion":2,"layers":[{"digest":"${digest}","size":-1}]}`),
      want: { name: "RegistryProtocolError", problem: "malformed-manifest" },
    },
    {
      name: "is refused when it is not what the registry says it is",
      answer: (response) =>
        void response.writeHead(200, { "docker-content-digest": digest }).end('{"schemaVersion":2}'),
      want: { name: "OciIntegrityError", problem: "digest" },
    },
    {
      name: "says what the registry said no with",
      answer: (response) =>
        void response
          .writeHead(404)
          .end('{"errors":[{"code":"MANIFEST_UNKNOWN","message":"Unknown manifest"}]}'),
      want: { name: "RegistryResponseError", status: 404, isNotFound: true },
    },
  ];
  test.each(cases)("$name", async ({ answer, want }) => {
    expect(await failure(answer, readManifest)).toMatchObject(want);
  });

  test("is not followed through indexes without end", async () => {
    const body = (child: string): string =>
      JSON.stringify({
        schemaVersion: 2,
        mediaType: "application/vnd.oci.image.index.v1+json",
        manifests: [{ mediaType: "application/vnd.oci.image.index.v1+json", digest: child, size: 1 }],
      });
    const bodies = [body(digest)];
    for (let depth = 0; depth < 20; depth += 1) {
      bodies.push(
        body(
          `sha256:${createHash("sha256")
            .update(bodies.at(-1) ?? "")
            .digest("hex")}`,
        ),
      );
    }
    const answer: Answer = (response, _url, attempt) => void response.end(bodies.at(-attempt));
    const error = await failure(answer, (client, reference) => client.fetchImage(reference));
    expect(error).toMatchObject({ name: "OciBudgetError", budget: "index-depth" });
  });

  test("waits no longer than it may", async () => {
    const error = await failure(() => {}, readManifest, { answerTimeoutMs: 100 });
    expect(error).toMatchObject({
      name: "RegistryUnreachableError",
      cause: { message: "context deadline exceeded" },
    });
  });
});

describe("a blob", () => {
  test("goes on where it broke off", async () => {
    const answer: Answer = (response, _url, attempt) => {
      if (attempt === 1) {
        response.writeHead(200, { "content-length": String(bytes.byteLength) });
        response.write(bytes.subarray(0, 90_000), () => response.destroy());
        return;
      }
      const head = { "content-range": `bytes 90000-${bytes.byteLength - 1}/${bytes.byteLength}` };
      response.writeHead(206, head).end(bytes.subarray(90_000));
    };
    const { result, ranges } = await against(answer, readBlob);
    expect(Buffer.from(result)).toEqual(bytes);
    expect(ranges).toEqual([`bytes=90000-${bytes.byteLength - 1}`]);
  });

  test("is read again from its start by a registry without ranges", async () => {
    const answer: Answer = (response, _url, attempt) => {
      response.writeHead(200, { "content-length": String(bytes.byteLength) });
      if (attempt === 1) response.write(bytes.subarray(0, 90_000), () => response.destroy());
      else response.end(bytes);
    };
    const { result } = await against(answer, readBlob);
    expect(Buffer.from(result)).toEqual(bytes);
  });

  const cases: readonly { readonly name: string; readonly answer: Answer; readonly want: object }[] = [
    {
      name: "of another digest",
      answer: (response) => void response.end(Buffer.alloc(bytes.byteLength, "other ")),
      want: { name: "OciIntegrityError", problem: "digest", expected: digest },
    },
    {
      name: "that announces another length",
      answer: (response) => void response.writeHead(200, { "content-length": "17" }).end("x".repeat(17)),
      want: { name: "OciIntegrityError", problem: "size", actual: "17" },
    },
    {
      name: "that is longer than it says",
      answer: (response) => void response.writeHead(200).end(Buffer.alloc(bytes.byteLength + 1)),
      want: { name: "OciIntegrityError", problem: "size" },
    },
    {
      name: "that always breaks off",
      answer: (response) => {
        response.writeHead(200, { "content-length": String(bytes.byteLength) });
        response.write(bytes.subarray(0, 1000), () => response.destroy());
      },
      want: { name: "OciIntegrityError", problem: "truncated", actual: "1000" },
    },
    {
      name: "of which another range comes",
      answer: (response, _url, attempt) => {
        if (attempt > 1)
          return void response.writeHead(206, { "content-range": "bytes 0-9/10" }).end("0123456789");
        response.writeHead(200, { "content-length": String(bytes.byteLength) });
        return void response.write(bytes.subarray(0, 1000), () => response.destroy());
      },
      want: { name: "RegistryProtocolError" },
    },
    {
      name: "that redirects in a circle",
      answer: (response, url) => void response.writeHead(307, { location: url }).end(),
      want: { name: "RegistryProtocolError", problem: "redirect-loop" },
    },
    {
      name: "that redirects to a file",
      answer: (response) => void response.writeHead(307, { location: "file:///etc/passwd" }).end(),
      want: { name: "RegistryProtocolError", problem: "insecure-redirect" },
    },
  ];
  test.each(cases)("is refused $name", async ({ answer, want }) => {
    const subject = { subject: expect.stringMatching(/org\/app/) };
    expect(await failure(answer, readBlob)).toMatchObject({ ...want, ...subject });
  });

  test("is refused by its descriptor when it is too long", async () => {
    const error = await failure(() => {}, readBlob, { limits: { blobBytes: 1000 } });
    expect(error).toMatchObject({ name: "OciBudgetError", budget: "blob-bytes", limit: 1000 });
  });

  test("that is a bomb of gzip is not unpacked", async () => {
    const bomb = await promisify(gzip)(Buffer.alloc(64 * 1024 * 1024));
    const layer = { descriptor: { mediaType: "x", digest, size: bomb.byteLength }, bytes: bomb };
    await expect(extractLayer(layer)).rejects.toMatchObject({
      name: "OciLayerError",
      message: "failed to extract layer contents from artifact",
      cause: { problem: "too-large" },
    });
  });
});

describe("tags", () => {
  test("are read page by page", async () => {
    const answer: Answer = (response, url) => {
      const page = Number(new URL(url, "http://x").searchParams.get("last") ?? 0);
      const link = page < 3 ? { link: `</v2/org/app/tags/list?n=2&last=${page + 1}>; rel="next"` } : {};
      response.writeHead(200, link).end(JSON.stringify({ tags: [`a${page}`, `b${page}`] }));
    };
    const { result, lines } = await against(answer, readTags);
    expect(result).toEqual(["a0", "b0", "a1", "b1", "a2", "b2", "a3", "b3"]);
    expect(lines[1]).toBe("GET /v2/org/app/tags/list?n=1000");
  });

  test("that are null are none", async () => {
    const { result } = await against((response) => void response.end('{"tags":null}'), readTags);
    expect(result).toEqual([]);
  });

  const endless: Answer = (response, _url, attempt) =>
    void response
      .writeHead(200, { link: `</v2/org/app/tags/list?last=${attempt}>; rel="next"` })
      .end('{"tags":["a"]}');
  const circle: Answer = (response) =>
    void response
      .writeHead(200, { link: '</v2/org/app/tags/list?last=1>; rel="next"' })
      .end('{"tags":["a"]}');
  const elsewhere: Answer = (response) =>
    void response.writeHead(200, { link: '<http://example.com/v2/>; rel="next"' }).end('{"tags":["a"]}');
  test.each([
    { name: "in endless pages", answer: endless, want: { name: "OciBudgetError", budget: "tag-pages" } },
    { name: "in a circle of pages", answer: circle, want: { problem: "malformed-link" } },
    { name: "on another host", answer: elsewhere, want: { problem: "malformed-link" } },
    {
      name: "that are no texts",
      answer: (response: ServerResponse) => void response.end('{"tags":[1]}'),
      want: { problem: "malformed-json" },
    },
  ])("are refused $name", async ({ answer, want }) => {
    expect(await failure(answer, readTags, { limits: { pages: 20 } })).toMatchObject(want);
  });
});

describe("an error", () => {
  test("repeats no password that the registry repeats", async () => {
    const answer: Answer = (response) => void response.writeHead(403).end("user canary-secret is not let in");
    const error = await failure(answer, readManifest, {
      credentials: () => ({ kind: "registry-token", token: "canary-secret" }),
    });
    expect(error).toHaveProperty("message", expect.stringContaining("user REDACTED is not let in"));
  });
});
