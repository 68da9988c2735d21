import { writeRepositoryIndex } from "@weir/helm";
import {
  createMemoryRegistryStore,
  createRegistryHandler,
  type HttpSender,
  pushChart,
  RegistryClient,
} from "@weir/oci";
import type { ServedChart } from "./read-charts.ts";

/** Answers requests for charts. */
export type ChartHandler = (request: Request) => Promise<Response>;

/** The parent of the charts in the registry. */
export const REGISTRY_PATH = "charts";
/** The same charts are the same bytes at each start, so that nothing is released anew. */
const TIME = "1970-01-01T00:00:00Z";
const HOST = "charts.internal";

/** A repository of charts, over HTTP at its root and as a registry at `/v2/`; nobody can push to it. */
export async function chartRepository(charts: readonly ServedChart[]): Promise<ChartHandler> {
  const store = createMemoryRegistryStore();
  const client = new RegistryClient({ sender: senderTo(createRegistryHandler({ store })), access: "plain" });
  for (const { archive } of charts) {
    await pushChart(client, { parent: { registry: HOST, path: REGISTRY_PATH }, archive, created: TIME });
  }
  const registry = createRegistryHandler({ store, isReadOnly: true });
  const files = filesOf(charts);
  return async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/v2" || pathname.startsWith("/v2/")) return registry(request);
    return answerFile(files.get(decodeURIComponent(pathname.slice(1))), request);
  };
}

function filesOf(
  charts: readonly ServedChart[],
): ReadonlyMap<string, { readonly bytes: Uint8Array; readonly etag: string }> {
  const listed = charts.map(({ metadata, fileName, digest }) => ({
    metadata,
    url: fileName,
    digest,
    created: TIME,
  }));
  const index = Buffer.from(writeRepositoryIndex(listed, TIME));
  const etag = charts.map(({ digest }) => digest.slice(0, 8)).join("-");
  return new Map([
    ["index.yaml", { bytes: index, etag: `"${etag}"` }],
    ...charts.map(
      ({ fileName, archive, digest }) => [fileName, { bytes: archive, etag: `"${digest}"` }] as const,
    ),
  ]);
}

function answerFile(
  file: { readonly bytes: Uint8Array; readonly etag: string } | undefined,
  request: Request,
): Response {
  if (request.method !== "GET" && request.method !== "HEAD") return new Response(null, { status: 405 });
  if (file === undefined) return new Response("404 page not found\n", { status: 404 });
  const headers = { etag: file.etag, "content-type": "application/octet-stream" };
  if (request.headers.get("if-none-match") === file.etag) return new Response(null, { status: 304, headers });
  return new Response(new Uint8Array(file.bytes), { headers });
}

/** Sends requests to a handler in this process. */
function senderTo(handle: ChartHandler): HttpSender {
  return {
    send: async ({ method, url, headers, body }) => {
      const request = new Request(url, {
        method,
        headers,
        ...(body === undefined ? {} : { body: new Uint8Array(body) }),
      });
      const answer = await handle(request);
      return {
        status: answer.status,
        headers: new Map(answer.headers),
        body: answer.body ?? new ReadableStream<Uint8Array>({ start: (stream) => stream.close() }),
        discard: () => void answer.body?.cancel(),
      };
    },
  };
}
