import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import type { Clock, Random } from "@weir/core";

/** What a proxy is made of. */
export interface DroppingProxyOptions {
  readonly target: number;
  readonly clock: Clock;
  readonly random: Random;
  /** Mean time between two drops. */
  readonly everyMs: number;
}

/** Ways in which a connection ends. */
const ENDS = ["reset", "end", "freeze"] as const;
/** A frozen connection passes nothing on for so long, and is reset then. */
const FREEZE_MS = 500;

interface Pair {
  readonly near: Socket;
  readonly far: Socket;
}

/** Passes connections on to a port of this machine, and drops them at random while it is told to. */
export class DroppingProxy implements AsyncDisposable {
  readonly #options: DroppingProxyOptions;
  readonly #server = createServer({ allowHalfOpen: false }, (near) => this.#pass(near));
  readonly #pairs = new Set<Pair>();
  #dropping: AbortController | undefined;
  drops = 0;

  constructor(options: DroppingProxyOptions) {
    this.#options = options;
  }

  /** Listens, and gives the port. */
  async listen(): Promise<number> {
    this.#server.listen({ host: "127.0.0.1", port: 0 });
    await once(this.#server, "listening");
    return (this.#server.address() as AddressInfo).port;
  }

  /** How many connections there are at the moment. */
  get connections(): number {
    return this.#pairs.size;
  }

  /** Drops connections from now on; `false` ends that. */
  setDropping(isDropping: boolean): void {
    this.#dropping?.abort();
    this.#dropping = isDropping ? new AbortController() : undefined;
    if (this.#dropping !== undefined) void this.#drop(this.#dropping.signal).catch(() => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.setDropping(false);
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const { near } of this.#pairs) near.destroy();
    await closed;
  }

  #pass(near: Socket): void {
    const far = connect({ host: "127.0.0.1", port: this.#options.target });
    const pair = { near, far };
    this.#pairs.add(pair);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.pipe(to);
      from.on("error", () => undefined);
      from.on("close", () => {
        this.#pairs.delete(pair);
        to.destroy();
      });
    }
  }

  async #drop(signal: AbortSignal): Promise<void> {
    const { clock, random, everyMs } = this.#options;
    for (;;) {
      await clock.sleep(2 * everyMs * random.next(), signal);
      const pairs = [...this.#pairs];
      const pair = pairs[Math.floor(random.next() * pairs.length)];
      if (pair === undefined) continue;
      this.drops += 1;
      const end = ENDS[Math.floor(random.next() * ENDS.length)];
      if (end === "freeze") {
        pair.near.unpipe();
        pair.far.unpipe();
        await clock.sleep(FREEZE_MS, signal).catch(() => undefined);
      }
      if (end === "end") pair.near.destroy();
      else pair.near.resetAndDestroy();
    }
  }
}
