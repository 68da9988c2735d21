import type { ApiServer, Storage } from "@weir/apiserver";

/** A request as it goes out: nothing in it is normalized. */
export interface WireRequest {
  readonly method: string;
  readonly path: string;
  /** With its question mark, or empty. */
  readonly query: string;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer> | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Names of namespaces that nobody uses yet. */
export interface FreshNamespaces {
  readonly first: string;
  readonly second: string;
}

/** A server that transcripts are replayed against; its users bear the tokens `admin-token`, `alice-token` and `bob-token`. */
export interface ReplayTarget {
  readonly namespaces: FreshNamespaces;
  /** How long a watch is listened to before it counts as quiet, in milliseconds. */
  readonly quietMs: number;
  /** Loops of its own make some writes take effect a little later, so reads that differ are repeated. */
  readonly isDelayed: boolean;
  send(request: WireRequest): Promise<Response>;
  /** Makes the store forget every revision before the current one. */
  compact(): Promise<void>;
}

const ORIGIN = "https://server.test";

/** Our own server, which is asked without a network. */
export function embeddedTarget(server: ApiServer, storage: Storage): ReplayTarget {
  return {
    namespaces: { first: "t-abcdefghi", second: "u-abcdefghi" },
    quietMs: 30,
    isDelayed: false,
    send(request) {
      const { method, path, query, headers, body, signal } = request;
      if (method === "TRACE" || path.includes("/../")) return handle(server, request);
      const init = {
        method,
        headers,
        ...(body === undefined ? {} : { body }),
        ...(signal === undefined ? {} : { signal }),
      };
      return server.fetch(new Request(`${ORIGIN}${path}${query}`, init));
    },
    compact: async () => storage.compact(await storage.revision()),
  };
}

/** What a fetch Request cannot hold goes to the handler below it. */
async function handle(server: ApiServer, { method, path, query, headers }: WireRequest): Promise<Response> {
  const answer = await server.handle({
    method,
    path,
    query: new URLSearchParams(query),
    header: (name) => headers.get(name) ?? undefined,
    headersWithPrefix: () => [],
    readBody: async () => new Uint8Array(),
    signal: new AbortController().signal,
  });
  return new Response(typeof answer.body === "string" ? answer.body : null, {
    status: answer.status,
    headers: answer.headers.map(([name, value]): [string, string] => [name, value]),
  });
}
