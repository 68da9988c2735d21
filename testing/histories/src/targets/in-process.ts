import { createSqliteStorage, type Storage } from "@weir/apiserver";
import { createClient, type Transport } from "@weir/client";
import { type Cluster, startCluster } from "@weir/cluster";
import { PlainCaller } from "../driver/plain-caller.ts";
import { WeirCaller } from "../driver/weir-caller.ts";
import type { Wire } from "../driver/wire.ts";
import { LOOPS_OFF } from "./loops-off.ts";
import type { Session, Target } from "./target.ts";

/** What an API in this process runs on. */
export interface InProcessOptions {
  /** The file of its storage. */
  readonly path: string;
  /** Puts something between the API and its storage. */
  readonly wrapStorage?: (storage: Storage) => Storage;
}

/** An embedded API in this process, which can be restarted in good order. */
export async function startInProcess(options: InProcessOptions): Promise<Target> {
  let running = await start(options);
  return {
    promises: { watchesBeginFresh: true, expiresOnlyCompacted: true, deletionsSeeFinalizers: true },
    compactsEverything: false,
    connect: () => sessionOf(running.cluster.transport),
    async restart(ended) {
      await stop(running);
      ended();
      running = await start(options);
    },
    compact: (before) => running.storage.compact(before),
    [Symbol.asyncDispose]: () => stop(running),
  };
}

interface Running {
  readonly storage: Storage;
  readonly cluster: Cluster;
}

async function start({ path, wrapStorage }: InProcessOptions): Promise<Running> {
  const storage = await createSqliteStorage({ path, fsync: false });
  const cluster = await startCluster({ storage: wrapStorage?.(storage) ?? storage, loops: LOOPS_OFF });
  return { storage, cluster };
}

async function stop({ storage, cluster }: Running): Promise<void> {
  await cluster[Symbol.asyncDispose]();
  await storage[Symbol.asyncDispose]();
}

export function sessionOf(transport: Transport): Session {
  const life = new AbortController();
  const held: Transport = (request) => {
    const signal =
      request.signal === undefined ? life.signal : AbortSignal.any([life.signal, request.signal]);
    return transport({ ...request, signal });
  };
  return {
    plain: new PlainCaller(wireOf(held)),
    weir: new WeirCaller(createClient({ transport: held }), async () => {}),
    [Symbol.asyncDispose]: async () => life.abort(),
  };
}

function wireOf(transport: Transport): Wire {
  return {
    async send({ method, target, headers, body, signal }) {
      const answer = await transport({
        method,
        url: `http://localhost${target}`,
        headers: Object.entries(headers),
        signal,
        ...(body === undefined ? {} : { body }),
      });
      return { status: answer.status, chunks: textOf(answer.body) };
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

async function* textOf(body: string | AsyncIterable<string | Uint8Array>): AsyncGenerator<string> {
  if (typeof body === "string") {
    yield body;
    return;
  }
  for await (const chunk of body)
    yield typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8");
}
