import { FakeClock, type Logger, seededRandom } from "@weir/core";
import { createClient, type KubeClient } from "@weir/client";
import { type Controller, createManager, type Manager, type ManagerOptions } from "../src/index.ts";
import { StubServer } from "./stub-server.ts";

/** A manager that runs over a stub server on a clock that stands still. */
export interface Running extends AsyncDisposable {
  readonly clock: FakeClock;
  readonly server: StubServer;
  /** Another client of the same server: somebody else. */
  readonly client: KubeClient;
  readonly manager: Manager;
  readonly logged: string[];
  /** Lets everything happen that needs no time. */
  settle(): Promise<void>;
  /** Lets time pass, and everything happen that follows. */
  pass(ms: number): Promise<void>;
  /** What was written to the server, method and path. */
  writes(): string[];
}

/** Starts controllers; `prepare` fills the server before. */
export async function startManager(
  controllers: readonly Controller[],
  options: Partial<ManagerOptions> & {
    readonly prepare?: (server: StubServer) => void;
    /** False leaves the manager to the test. */
    readonly isStarted?: boolean;
    /** A server that another manager uses, too. */
    readonly sharedServer?: StubServer;
  } = {},
): Promise<Running> {
  const { prepare, isStarted, sharedServer, ...managerOptions } = options;
  const clock = new FakeClock();
  const server = sharedServer ?? new StubServer();
  const logged: string[] = [];
  prepare?.(server);
  const client = createClient({ transport: server.transport, clock, random: seededRandom(5) });
  const manager = createManager({
    client: createClient({ transport: server.transport, clock, random: seededRandom(6) }),
    controllers,
    clock,
    random: seededRandom(7),
    logger: recordingLogger(logged),
    ...managerOptions,
  });
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 25; turn++) await clock.advance(0);
  };
  if (isStarted !== false) {
    await manager.start();
    await settle();
  }
  return {
    clock,
    server,
    client,
    manager,
    logged,
    settle,
    pass: async (ms) => {
      await clock.advance(ms);
      await settle();
    },
    writes: () =>
      server.requests.filter(({ method }) => method !== "GET").map(({ method, path }) => `${method} ${path}`),
    [Symbol.asyncDispose]: async () => {
      const stopped = manager.stop();
      for (let turn = 0; turn < 50; turn++) await clock.advance(0);
      await clock.advance(60_000);
      await stopped;
    },
  };
}

function recordingLogger(lines: string[]): Logger {
  const write =
    (level: string): Logger["info"] =>
    (message, fields) =>
      void lines.push(`${level} ${message} ${JSON.stringify(fields?.["error"] ?? "")}`);
  const logger: Logger = {
    debug: () => {},
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    with: () => logger,
  };
  return logger;
}
