import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createRegistryHandler, type RegistryHandlerOptions } from "../src/index.ts";

const bytes = Buffer.from("0123456789");
const digest = digestOf(bytes);

function digestOf(content: Uint8Array): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

/** Sends requests to one registry. */
function aRegistry(options?: RegistryHandlerOptions) {
  const handle = createRegistryHandler(options);
  const send = (
    method: string,
    path: string,
    init: { body?: Uint8Array | string; headers?: Record<string, string> } = {},
  ) => handle(new Request(`http://registry.test${path}`, { method, ...init } as RequestInit));
  return {
    send,
    put: (content: Uint8Array) =>
      send("POST", `/v2/app/blobs/uploads/?digest=${digestOf(content)}`, { body: content }),
    codeOf: async (answer: Response | Promise<Response>): Promise<[number, string]> => {
      const { status } = await answer;
      const { errors } = (await (await answer).json()) as { errors: [{ code: string }] };
      return [status, errors[0].code];
    },
  };
}

describe("uploads", () => {
  test("take a blob by POST alone", async () => {
    const { send, put } = aRegistry();
    expect((await put(bytes)).status).toBe(201);
    expect(await (await send("GET", `/v2/app/blobs/${digest}`)).text()).toBe("0123456789");
  });

  test("take pieces, tell how far they are, and refuse one out of order", async () => {
    const { send, codeOf } = aRegistry();
    const location = (await send("POST", "/v2/app/blobs/uploads/")).headers.get("location") ?? "";
    const patch = (range: string, body: string) =>
      send("PATCH", location, { body, headers: { "content-range": range } });
    expect((await patch("0-3", "0123")).headers.get("range")).toBe("0-3");
    expect(await codeOf(patch("6-9", "6789"))).toEqual([416, "BLOB_UPLOAD_INVALID"]);
    expect((await send("GET", location)).headers.get("range")).toBe("0-3");
    await patch("4-7", "4567");
    const done = await send("PUT", `${location}?digest=${digest}`, { body: "89" });
    expect([done.status, done.headers.get("docker-content-digest")]).toEqual([201, digest]);
  });

  test("refuse what has another digest, is too large, or was never begun", async () => {
    const { send, codeOf } = aRegistry({ maxBlobBytes: 20 });
    const wrong = send("POST", `/v2/app/blobs/uploads/?digest=${digest}`, { body: "other" });
    expect(await codeOf(wrong)).toEqual([400, "DIGEST_INVALID"]);
    const large = send("POST", `/v2/app/blobs/uploads/?digest=${digest}`, { body: "x".repeat(21) });
    expect(await codeOf(large)).toEqual([413, "SIZE_INVALID"]);
    expect(await codeOf(send("PATCH", "/v2/app/blobs/uploads/1", { body: "a" }))).toEqual([
      404,
      "BLOB_UPLOAD_UNKNOWN",
    ]);
  });
});

describe("blobs", () => {
  test.each([
    { range: "bytes=2-4", status: 206, text: "234", contentRange: "bytes 2-4/10" },
    { range: "bytes=7-", status: 206, text: "789", contentRange: "bytes 7-9/10" },
    { range: "bytes=-2", status: 206, text: "89", contentRange: "bytes 8-9/10" },
    { range: "bytes=10-", status: 416, text: "", contentRange: "bytes */10" },
    { range: "lines=1-2", status: 200, text: "0123456789", contentRange: null },
  ])("answer the range $range with $status", async ({ range, status, text, contentRange }) => {
    const { send, put } = aRegistry();
    await put(bytes);
    const answer = await send("GET", `/v2/app/blobs/${digest}`, { headers: { range } });
    expect([answer.status, answer.headers.get("content-range"), await answer.text()]).toEqual([
      status,
      contentRange,
      text,
    ]);
  });
});

describe("manifests", () => {
  const manifest = (subject?: string): string =>
    JSON.stringify({
      schemaVersion: 2,
      artifactType: "application/x-signature",
      config: { mediaType: "application/x", digest, size: 10 },
      layers: [],
      ...(subject === undefined ? {} : { subject: { mediaType: "application/x", digest: subject, size: 1 } }),
    });

  test("are refused without their blobs, and when they are none", async () => {
    const { send, codeOf } = aRegistry();
    expect(await codeOf(send("PUT", "/v2/app/manifests/v1", { body: manifest() }))).toEqual([
      404,
      "MANIFEST_BLOB_UNKNOWN",
    ]);
    expect(await codeOf(send("PUT", "/v2/app/manifests/v1", { body: "{" }))).toEqual([
      400,
      "MANIFEST_INVALID",
    ]);
  });

  test("are found by tag and digest until they are deleted", async () => {
    const { send, put, codeOf } = aRegistry();
    await put(bytes);
    const made = await send("PUT", "/v2/app/manifests/v1", { body: manifest() });
    const own = made.headers.get("docker-content-digest") ?? "";
    expect((await send("HEAD", `/v2/app/manifests/${own}`)).headers.get("docker-content-digest")).toBe(own);
    expect((await send("DELETE", "/v2/app/manifests/v1")).status).toBe(202);
    expect(await codeOf(send("GET", "/v2/app/manifests/v1"))).toEqual([404, "MANIFEST_UNKNOWN"]);
    expect((await send("DELETE", `/v2/app/manifests/${own}`)).status).toBe(202);
    expect(await codeOf(send("GET", `/v2/app/manifests/${own}`))).toEqual([404, "MANIFEST_UNKNOWN"]);
    expect(await codeOf(send("GET", "/v2/none/manifests/v1"))).toEqual([404, "NAME_UNKNOWN"]);
  });

  test("are listed with what they refer to, and by kind", async () => {
    const { send, put } = aRegistry();
    await put(bytes);
    const subject = `sha256:${"0".repeat(64)}`;
    const made = await send("PUT", "/v2/app/manifests/v1", { body: manifest(subject) });
    expect(made.headers.get("oci-subject")).toBe(subject);
    const list = async (query = "") => {
      const answer = await send("GET", `/v2/app/referrers/${subject}${query}`);
      const { manifests } = (await answer.json()) as { manifests: { artifactType: string }[] };
      return manifests.map(({ artifactType }) => artifactType);
    };
    expect(await list()).toEqual(["application/x-signature"]);
    expect(await list("?artifactType=application/x-other")).toEqual([]);
  });
});

describe("tags", () => {
  test("come in pages, in order, from one on", async () => {
    const { send, put } = aRegistry();
    await put(bytes);
    const body = JSON.stringify({
      schemaVersion: 2,
      config: { mediaType: "a", digest, size: 10 },
      layers: [],
    });
    for (const tag of ["b", "a", "d", "c"]) await send("PUT", `/v2/app/manifests/${tag}`, { body });
    const page = await send("GET", "/v2/app/tags/list?n=2&last=a");
    expect(await page.json()).toEqual({ name: "app", tags: ["b", "c"] });
    expect(page.headers.get("link")).toBe('</v2/app/tags/list?last=c&n=2>; rel="next"');
    expect((await send("GET", "/v2/app/tags/list?n=2&last=b")).headers.get("link")).toBeNull();
  });
});

describe("a registry", () => {
  test.each(["/v2/App/tags/list", "/v2/a..b/tags/list", "/v2/../x/manifests/v1"])(
    "refuses the name in %s",
    async (path) => {
      const { send } = aRegistry();
      expect([400, 404]).toContain((await send("GET", path)).status);
    },
  );

  test("that is read-only takes nothing", async () => {
    const { put, codeOf } = aRegistry({ isReadOnly: true });
    expect(await codeOf(put(bytes))).toEqual([405, "UNSUPPORTED"]);
  });

  test("lets a user do what it may, and no more", async () => {
    const users = [{ username: "u", password: "p", may: (repository: string) => repository === "app" }];
    const { send, codeOf } = aRegistry({ auth: { kind: "basic", users } });
    const headers = { authorization: `Basic ${Buffer.from("u:p").toString("base64")}` };
    expect((await send("GET", "/v2/", { headers })).status).toBe(200);
    expect(await codeOf(send("GET", "/v2/"))).toEqual([401, "UNAUTHORIZED"]);
    expect(await codeOf(send("GET", "/v2/other/tags/list", { headers }))).toEqual([403, "DENIED"]);
  });
});
