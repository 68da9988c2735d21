import { type ApiResponse, createFaultInjector, type FaultPlan, fromFetch, toFetch } from "@weir/apiserver";
import type { Transport } from "@weir/client";
import { type Clock, systemClock } from "@weir/core";

/**
 * A transport whose requests fail as a plan says, before any Kubernetes API: the client's side of a bad network. It
 * rejects with `ConnectionDroppedError` where a connection breaks.
 */
export function faultyTransport(
  inner: Transport,
  plan: FaultPlan,
  { clock = systemClock }: { readonly clock?: Clock } = {},
): Transport {
  const inject = createFaultInjector(plan, clock);
  return async (request, options) =>
    toFetch(
      await inject(fromFetch(request), async ({ query }) => {
        const isStream = query.has("watch") && query.get("watch") !== "false" && query.get("watch") !== "0";
        return answerOf(await inner(request, options), isStream);
      }),
    );
}

async function answerOf(response: Response, isStream: boolean): Promise<ApiResponse> {
  const { status, headers, body } = response;
  if (isStream && status === 200 && body !== null) {
    return { status, headers: [...headers], body: textOf(body) };
  }
  return { status, headers: [...headers], body: await response.text() };
}

async function* textOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const chunk of body) yield decoder.decode(chunk, { stream: true });
}
