import type { Cluster } from "@weir/cluster";
import type { Transport, TransportRequest } from "@weir/client";

/**
 * A write at which a process dies: before it reaches the API server, or after, with the answer lost. With `instead`, the
 * write fails alone and the process lives.
 */
export interface Kill {
  readonly at: number;
  readonly when: "before" | "after" | "instead";
}

/** What a process that may die does to a cluster. */
export interface Killable {
  readonly transport: Transport;
  /** Resolves when the process is dead: nothing of it reaches the cluster from then on. */
  readonly death: Promise<"dead">;
  /** `METHOD path` of each write that was tried, in order. */
  readonly writes: readonly string[];
}

/** A transport that ends for good at one of the writes; without a kill it only counts. */
export function killable(cluster: Cluster, kill?: Kill, onWrite?: (write: string) => void): Killable {
  const writes: string[] = [];
  const death = Promise.withResolvers<"dead">();
  let isDead = false;
  const die = (): never => {
    isDead = true;
    death.resolve("dead");
    throw new Error("the process is dead");
  };
  const transport = async (request: TransportRequest): ReturnType<Transport> => {
    if (isDead) return die();
    if (request.method === "GET") return cluster.transport(request);
    const write = `${request.method} ${new URL(request.url).pathname}`;
    const isLast = writes.length === kill?.at;
    writes.push(write);
    if (isLast && kill.when === "instead") throw new Error("the connection broke");
    if (isLast && kill.when === "before") return die();
    onWrite?.(write);
    const answer = await cluster.transport(request);
    return isLast ? die() : answer;
  };
  return { transport, death: death.promise, writes };
}
