import type { Clock } from "@weir/core";

/** What a registry does wrong with the repositories below a first path segment. */
export type RegistryFault =
  /** Answers late. */
  | { readonly kind: "slow"; readonly afterMs: number }
  /** Answers every request with a status, and with a body where there is one. */
  | { readonly kind: "status"; readonly status: number; readonly body?: string }
  /** Has tags, in pages of its own size; nothing else. */
  | { readonly kind: "tags"; readonly tags: readonly string[] | null; readonly pageSize?: number }
  /** Sends other bytes for blobs than their digests name. */
  | { readonly kind: "wrong-blobs" }
  /** Ends blobs after some bytes, as if they were whole. */
  | { readonly kind: "cut-blobs"; readonly afterBytes: number };

/** The first segment of a repository's name and what happens below it: `rate`, or `rate/org/app`. */
export type RegistryFaults = Readonly<Record<string, RegistryFault>>;

/** The faults of the registry that Flux's behaviour was recorded against. */
export const usualRegistryFaults: RegistryFaults = {
  rate: { kind: "status", status: 429, body: complaint("TOOMANYREQUESTS", "slow down") },
  forbidden: { kind: "status", status: 403, body: complaint("DENIED", "denied") },
  err: { kind: "status", status: 500, body: "oops" },
  empty: { kind: "tags", tags: [] },
  nulltags: { kind: "tags", tags: null },
  slow: { kind: "slow", afterMs: 20_000 },
  paged: {
    kind: "tags",
    tags: Array.from({ length: 3000 }, (_, index) => `t${String(index).padStart(4, "0")}`),
    pageSize: 1000,
  },
};

function complaint(code: string, message: string): string {
  return JSON.stringify({ errors: [{ code, message }] });
}

/** Puts faults before a registry's handler. */
export function withRegistryFaults(
  handle: (request: Request) => Promise<Response>,
  faults: RegistryFaults,
  clock: Clock,
): (request: Request) => Promise<Response> {
  return async (request) => {
    const [, version, first = ""] = new URL(request.url).pathname.split("/");
    const fault = version === "v2" && Object.hasOwn(faults, first) ? faults[first] : undefined;
    return fault === undefined ? handle(request) : answerWith(fault, request, handle, clock);
  };
}

async function answerWith(
  fault: RegistryFault,
  request: Request,
  handle: (request: Request) => Promise<Response>,
  clock: Clock,
): Promise<Response> {
  switch (fault.kind) {
    case "slow":
      await clock.sleep(fault.afterMs, request.signal);
      return handle(request);
    case "status":
      return new Response(fault.body ?? "", { status: fault.status });
    case "tags":
      return tagsOf(fault.tags, fault.pageSize, new URL(request.url));
    case "wrong-blobs":
    case "cut-blobs":
      return isBlob(request) ? damaged(fault, await handle(request)) : handle(request);
  }
}

function isBlob(request: Request): boolean {
  return (
    request.method === "GET" && /\/blobs\/sha\d+:/.test(decodeURIComponent(new URL(request.url).pathname))
  );
}

async function damaged(
  fault: Extract<RegistryFault, { readonly kind: "wrong-blobs" | "cut-blobs" }>,
  answer: Response,
): Promise<Response> {
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const { status, headers } = answer;
  if (fault.kind === "wrong-blobs")
    return new Response(
      bytes.map((byte) => byte ^ 1),
      { status, headers },
    );
  headers.delete("content-length");
  return new Response(bytes.subarray(0, fault.afterBytes), { status, headers });
}

function tagsOf(tags: readonly string[] | null, pageSize: number | undefined, url: URL): Response {
  if (!url.pathname.endsWith("/tags/list"))
    return new Response(complaint("NAME_UNKNOWN", "Unknown name"), { status: 404 });
  const name = url.pathname.slice("/v2/".length, -"/tags/list".length);
  if (tags === null || pageSize === undefined) return Response.json({ name, tags });
  const start = tags.indexOf(url.searchParams.get("last") ?? "") + 1;
  const page = tags.slice(start, start + pageSize);
  const isLast = start + pageSize >= tags.length;
  const link = `<${url.pathname}?n=${pageSize}&last=${page.at(-1) ?? ""}>; rel="next"`;
  return Response.json({ name, tags: page }, { headers: isLast ? {} : { link } });
}
