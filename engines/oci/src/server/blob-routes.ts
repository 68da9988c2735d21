import { hasDigest, parseOciDigest } from "../digest.ts";
import { emptyAnswer, refusal } from "./registry-response.ts";
import type { RegistryStore } from "./registry-store.ts";

/** Answers a request for one blob. */
export async function answerBlob(
  store: RegistryStore,
  request: Request,
  { repository, digest }: { readonly repository: string; readonly digest: string },
): Promise<Response> {
  if (parseOciDigest(digest) === undefined) return refusal("DIGEST_INVALID", {}, "Invalid digest");
  const bytes = await store.getBlob(repository, digest);
  if (bytes === undefined) return refusal("BLOB_UNKNOWN");
  if (request.method === "DELETE") {
    await store.deleteBlob(repository, digest);
    return emptyAnswer(202, {});
  }
  if (request.method !== "GET" && request.method !== "HEAD") return refusal("UNSUPPORTED");
  const headers = {
    "content-type": "application/octet-stream",
    "docker-content-digest": digest,
    "accept-ranges": "bytes",
    etag: `"${digest}"`,
  };
  if (request.method === "HEAD") {
    return emptyAnswer(200, { ...headers, "content-length": String(bytes.byteLength) });
  }
  return ranged(bytes, request.headers.get("range"), headers);
}

/** One range is honoured; what is no range of bytes is not asked for, as HTTP has it. */
function ranged(
  bytes: Uint8Array,
  range: string | null,
  headers: Readonly<Record<string, string>>,
): Response {
  const size = bytes.byteLength;
  const asked = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(range ?? "");
  if (asked === null || (asked[1] === "" && asked[2] === "")) {
    return new Response(bytes as Uint8Array<ArrayBuffer>, {
      headers: { ...headers, "content-length": String(size) },
    });
  }
  const [, first = "", last = ""] = asked;
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size - 1 : Math.min(Number(last), size - 1);
  if (start > end) return emptyAnswer(416, { ...headers, "content-range": `bytes */${size}` });
  const part = bytes.subarray(start, end + 1);
  return new Response(part as Uint8Array<ArrayBuffer>, {
    status: 206,
    headers: {
      ...headers,
      "content-length": String(part.byteLength),
      "content-range": `bytes ${start}-${end}/${size}`,
    },
  });
}

/** Keeps a blob whose digest the client named. `undefined` where it is not of that digest. */
export async function storeBlob(
  store: RegistryStore,
  repository: string,
  digest: string,
  bytes: Uint8Array,
): Promise<Response> {
  if (!hasDigest(bytes, digest)) return refusal("DIGEST_INVALID");
  await store.putBlob(repository, digest, bytes);
  return blobCreated(repository, digest);
}

/** What a client is told of a blob that is there now. */
export function blobCreated(repository: string, digest: string): Response {
  return emptyAnswer(201, {
    location: `/v2/${repository}/blobs/${digest}`,
    "docker-content-digest": digest,
    "content-length": "0",
  });
}
