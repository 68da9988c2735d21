import { type ChildProcess, type ChildProcessByStdio, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createInterface, type Interface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { openClient } from "@weir/client";
import { systemClock, WeirError } from "@weir/core";
import { PlainCaller } from "../driver/plain-caller.ts";
import { WeirCaller } from "../driver/weir-caller.ts";
import { type Address, httpsWire } from "../driver/wire.ts";
import type { Breakage } from "./break-storage.ts";
import type { Session, Target } from "./target.ts";

/** What the process of an API is told. */
export interface ApiProcessOptions {
  /** The file of its storage. */
  readonly path: string;
  readonly port: number;
  readonly token: string;
  readonly fsync: boolean;
  /** A guarantee that it is to break; none by default. */
  readonly breakage?: Breakage;
}

/** After so many kills, the next process is killed, too, while it starts: each time somewhat later. */
const EARLY_EVERY = 3;
const EARLY_STEP_MS = 50;
const EARLY_STEPS_MS = 1_000;

/** How an embedded API is started. */
export interface EmbeddedOptions {
  readonly path: string;
  /** True by default. */
  readonly fsync?: boolean;
  readonly breakage?: Breakage;
}

/** The process of an API ended before it was told to. */
export class ApiProcessEndedError extends WeirError {
  override readonly name = "ApiProcessEndedError";
  readonly reason = "ApiProcessEnded";
  readonly retry = "never";

  constructor() {
    super("the process of the api ended by itself");
  }
}

/** An embedded API on SQLite, over HTTPS, in a process of its own that can be killed. */
export async function startEmbedded({ path, fsync = true, breakage }: EmbeddedOptions): Promise<Target> {
  const token = randomBytes(16).toString("hex");
  const options = { path, token, fsync, ...(breakage === undefined ? {} : { breakage }) };
  let running = await ApiProcess.start({ ...options, port: 0 });
  const port = Number(new URL(running.address.url).port);
  let kills = 0;
  const replace = async (end: () => Promise<void>, ended: () => void): Promise<void> => {
    await end();
    ended();
    running = await ApiProcess.start({ ...options, port });
  };
  return {
    promises: { watchesBeginFresh: true, expiresOnlyCompacted: true, deletionsSeeFinalizers: true },
    compactsEverything: false,
    connect: () => openSession(running.address),
    kill: (ended) => {
      kills += 1;
      return replace(async () => {
        await running.kill();
        if (kills % EARLY_EVERY === 0)
          await ApiProcess.killEarly({ ...options, port }, kills * EARLY_STEP_MS);
      }, ended);
    },
    restart: (ended) => replace(() => running.stop(), ended),
    compact: (before) => running.compact(before),
    [Symbol.asyncDispose]: () => running.stop(),
  };
}

/** Clients of a server that listens. */
export function openSession(address: Address): Session {
  const { url, token, certificateAuthority } = address;
  const plain = new PlainCaller(httpsWire(address));
  const opened = openClient({
    server: url,
    auth: { kind: "token", token },
    ca: { kind: "inline", bytes: Buffer.from(certificateAuthority) },
    clientCertificate: undefined,
    tlsServerName: undefined,
    insecureSkipTlsVerify: false,
    proxyUrl: undefined,
    namespace: undefined,
    impersonate: undefined,
  });
  const close = async (): Promise<void> => opened[Symbol.asyncDispose]();
  const weir = new WeirCaller(opened.client, close);
  return {
    plain,
    weir,
    [Symbol.asyncDispose]: async () => {
      await plain[Symbol.asyncDispose]();
      await close();
    },
  };
}

function spawnApi(options: ApiProcessOptions): ChildProcessByStdio<Writable, Readable, null> {
  const program = new URL("api/main.ts", import.meta.url).pathname;
  const flags = ["--conditions=@weir/source", "--disable-warning=ExperimentalWarning"];
  return spawn(process.execPath, [...flags, program, JSON.stringify(options)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
}

class ApiProcess {
  readonly address: Address;
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;
  #compacting: Promise<unknown> = Promise.resolve();

  private constructor(
    child: ChildProcess,
    reader: Interface,
    lines: AsyncIterator<string>,
    address: Address,
  ) {
    this.#child = child;
    this.#reader = reader;
    this.#lines = lines;
    this.address = address;
  }

  static async start(options: ApiProcessOptions): Promise<ApiProcess> {
    const child = spawnApi(options);
    const reader = createInterface({ input: child.stdout });
    const lines = reader[Symbol.asyncIterator]();
    const first = await lines.next();
    if (first.done === true) throw new ApiProcessEndedError();
    return new ApiProcess(child, reader, lines, JSON.parse(first.value) as Address);
  }

  /** Starts a process that is killed before it may have got anywhere. */
  static async killEarly(options: ApiProcessOptions, afterMs: number): Promise<void> {
    const child = spawnApi(options);
    const exited = once(child, "exit");
    await systemClock.sleep(afterMs % EARLY_STEPS_MS);
    child.kill("SIGKILL");
    await exited;
  }

  async kill(): Promise<void> {
    const exited = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await exited;
    this.#reader.close();
  }

  async stop(): Promise<void> {
    const exited = once(this.#child, "exit");
    this.#child.stdin?.end();
    await exited;
    this.#reader.close();
  }

  async compact(before: number): Promise<void> {
    this.#compacting = this.#compacting.then(() => {
      this.#child.stdin?.write(`${before}\n`);
      return this.#lines.next();
    });
    await this.#compacting;
  }
}
