import type { ApiRequest } from "../src/index.ts";

/** A request as a handler gets it, with as much said as a test cares about. */
export function aRequest({
  method = "GET",
  path,
  headers = {},
  body = "",
  signal = new AbortController().signal,
}: {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
}): ApiRequest {
  const [pathname = "", query = ""] = path.split("?");
  return {
    method,
    path: pathname,
    query: new URLSearchParams(query),
    header: (name) => headers[name],
    headersWithPrefix: (prefix) => Object.entries(headers).filter(([name]) => name.startsWith(prefix)),
    readBody: async () => Buffer.from(body),
    signal,
  };
}
