import { type ApiResponse, createFaultInjector, type FaultPlan, type FaultTarget } from "@weir/apiserver";
import { type BodyChunk, readText, type Transport, type TransportResponse } from "@weir/client";
import { fromTransport } from "@weir/cluster";
import { type Clock, systemClock } from "@weir/core";

/**
 * A transport whose requests fail as a plan says, before any Kubernetes API: the client's side of a bad network. It
 * rejects with `ConnectionDroppedError` where a connection breaks. The faults `compact`, `restart` and `lag` need a `target`.
 */
export function faultyTransport(
  inner: Transport,
  plan: FaultPlan,
  { clock = systemClock, target = {} }: { readonly clock?: Clock; readonly target?: FaultTarget } = {},
): Transport {
  const inject = createFaultInjector(plan, clock, target);
  return (request) =>
    inject(fromTransport(request), async ({ query }) => {
      const isStream = query.has("watch") && query.get("watch") !== "false" && query.get("watch") !== "0";
      return answerOf(await inner(request), isStream);
    });
}

async function answerOf(response: TransportResponse, isStream: boolean): Promise<ApiResponse> {
  const { status, headers, body } = response;
  if (isStream && status === 200 && typeof body !== "string") return { status, headers, body: textOf(body) };
  return { status, headers, body: await readText(response) };
}

async function* textOf(body: AsyncIterable<BodyChunk>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const chunk of body) {
    yield typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
  }
}
